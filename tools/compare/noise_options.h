#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "replay/compare/noise.h"
#include "replay/dialect/dialect.h"
#include "tools/compare/parallel_pass.h"
#include "tools/compare/sides.h"
#include "tools/option_set.h"

namespace trafrec::tools {

/// What was learned of noise, to be shown.
struct NoiseReport {
  bool from_repeats = false;
  bool from_control = false;
  uint64_t repeats = 0;  ///< pairs from which one could learn
  uint64_t controls = 0;
  std::vector<compare::Noise> learned{};
  size_t first_rule = 0;  ///< the place of theirs in the list of rules
};

/// The options that say from what noise is learned, and what is learned with them.
class NoiseOptions {
 public:
  void AddTo(OptionSet& options);
  /// Reads what was given. Call it before the others.
  Status Check();
  bool asked() const { return from_repeats_ || !control_.empty(); }

  /// Compares as `compare` does, with the rules that there are; appends what was learned to them,
  /// and writes it to the file of --freeze.
  Result<NoiseReport> Learn(const Sides& sides, const dialect::Dialect& dialect, unsigned threads,
                            const ParallelPass::Compare& compare,
                            std::vector<compare::Rule>& rules) const;

 private:
  std::string control_;
  bool from_repeats_ = false;
  std::string relative_ = "20%";
  std::string absolute_ = "0.03%";
  std::string freeze_;
  compare::NoiseThresholds thresholds_;
};

}  // namespace trafrec::tools
