#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "tools/exit_code.h"
#include "tools/option_set.h"

namespace trafrec::tools {

/// `trafrec compare rules`: prints default rules, or says whether a rules file is one.
class RulesAction {
 public:
  void AddTo(OptionSet& options);

  bool asked() const { return print_ || !check_.empty(); }
  /// `names`: the words behind `rules`.
  Result<ExitCode> Run(const std::vector<std::string>& names) const;

 private:
  bool print_ = false;
  std::string check_;
};

}  // namespace trafrec::tools
