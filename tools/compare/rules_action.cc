#include "tools/compare/rules_action.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "replay/compare/default_rules.h"
#include "tools/compare/rule_options.h"
#include "tools/output.h"
#include "tools/units.h"

namespace trafrec::tools {

void RulesAction::AddTo(OptionSet& options) {
  options.Flag("--print-defaults", print_,
               "of rules: print default rules, to be edited and given back with --rules and "
               "--no-defaults; NAME is one of " +
                   fmt::format("{}", fmt::join(compare::NamesOfDefaults(), ", ")));
  options.Text("--check", check_, "FILE", "of rules: say whether this is a file of rules");
}

Result<ExitCode> RulesAction::Run(const std::vector<std::string>& names) const {
  constexpr const char* kExample =
      "as in: trafrec compare rules --print-defaults search, or trafrec compare rules --check "
      "rules.toml";
  if (print_ != check_.empty()) {
    return Fail(ErrorCode::kUsage, "rules takes one of --print-defaults and --check", kExample);
  }
  if (names.size() > (print_ ? 1U : 0U)) {
    return Fail(ErrorCode::kUsage, fmt::format("'{}' is one argument too many", names.back()),
                kExample);
  }
  TRY_ASSIGN(Output out, Output::Open(""));
  if (print_) {
    const std::string name = names.empty() ? "search" : names.front();
    TRY(CheckDefaults(name));
    out.Write(*compare::DefaultsText(name));
  } else {
    TRY_ASSIGN(const std::vector<compare::Rule> rules, ReadRulesFile(check_));
    out.Write(
        fmt::format("{}: {}, nothing wrong with them\n", check_, CountOf(rules.size(), "rule")));
  }
  TRY(out.Finish());
  return ExitCode::kDone;
}

}  // namespace trafrec::tools
