#include "tools/compare/rule_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "base/nearest.h"
#include "replay/compare/default_rules.h"
#include "replay/compare/rules_file.h"
#include "store/files/small_file.h"

namespace trafrec::tools {
namespace {

using compare::Rule;

void Append(std::vector<Rule>& rules, std::vector<Rule> more) {
  for (Rule& rule : more) {
    rules.push_back(std::move(rule));
  }
}

}  // namespace

void RuleOptions::AddTo(OptionSet& options) {
  options.Files("--rules", files_,
                "rules of your own, in TOML (docs/compare_rules.md); repeatable. Before the "
                "defaults");
  options.Texts("--ignore", ignored_, "POINTER",
                "hide what differs at this place of a JSON body, and in it: a JSON pointer in "
                "which * is any one name or number, ** any number of them; repeatable");
  options.Text("--defaults", defaults_, "NAME",
               "the default rules for one product as the target (trafrec compare rules "
               "--print-defaults lists them); else those of the dialect");
  options.Flag("--no-defaults", no_defaults_, "without default rules");
  options.Exclude("--defaults", "--no-defaults");
}

Status RuleOptions::Read() {
  for (const std::string& pointer : ignored_) {
    TRY_ASSIGN(compare::PointerPattern place, compare::PointerPattern::Parse(pointer));
    own_.push_back(
        {.name = pointer, .why = "--ignore", .origin = "--ignore", .place = std::move(place)});
  }
  for (const std::string& file : files_) {
    TRY_ASSIGN(std::vector<Rule> own, ReadRulesFile(file));
    Append(own_, std::move(own));
  }
  return defaults_.empty() ? Status() : CheckDefaults(defaults_);
}

Result<std::vector<Rule>> RuleOptions::Make(std::string_view dialect) const {
  std::vector<Rule> rules = own_;
  for (const Rule& rule : rules) {
    if (dialect == "http" && rule.when != nullptr && rule.when->names_index()) {
      return Fail(ErrorCode::kUsage,
                  fmt::format("{}: 'index' in 'when' fits no exchange: the log's dialect is http, "
                              "which knows no indices",
                              rule.origin),
                  "--dialect search reads it as requests to Elasticsearch or OpenSearch");
    }
  }
  if (!no_defaults_) {
    Append(rules, compare::DefaultRules(defaults_.empty() ? dialect : defaults_));
  }
  return rules;
}

Status CheckDefaults(const std::string& name) {
  if (compare::DefaultsText(name)) {
    return {};
  }
  const std::string nearest = Nearest(name, compare::NamesOfDefaults());
  return Fail(ErrorCode::kUsage,
              fmt::format("there are no defaults '{}'{}", name,
                          nearest.empty() ? "" : fmt::format("; is '{}' meant?", nearest)),
              fmt::format("there are: {}", fmt::join(compare::NamesOfDefaults(), ", ")));
}

Result<std::vector<Rule>> ReadRulesFile(const std::string& file) {
  TRY_ASSIGN(const std::string text, store::ReadSmallFile(file));
  return compare::ParseRules(text, file);
}

}  // namespace trafrec::tools
