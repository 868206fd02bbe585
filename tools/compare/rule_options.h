#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "replay/compare/rules.h"
#include "tools/option_set.h"

namespace trafrec::tools {

/// The options that say which differences are hidden.
class RuleOptions {
 public:
  void AddTo(OptionSet& options);

  /// Reads what was given, before any log is read.
  Status Read();

  /// All rules: those of --ignore, those of files, and the defaults, by a dialect unless --defaults
  /// names others.
  Result<std::vector<compare::Rule>> Make(std::string_view dialect) const;

 private:
  std::vector<std::string> ignored_;
  std::vector<std::string> files_;
  std::string defaults_;
  bool no_defaults_ = false;
  std::vector<compare::Rule> own_;
};

/// Whether there are default rules of a name; the Error says which there are.
Status CheckDefaults(const std::string& name);

/// The rules of a file.
Result<std::vector<compare::Rule>> ReadRulesFile(const std::string& file);

}  // namespace trafrec::tools
