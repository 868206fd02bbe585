#pragma once

#include <filesystem>
#include <vector>

#include "base/error.h"
#include "store/commit/commit_recovery.h"
#include "store/commit/discard.h"
#include "store/reader/summary.h"
#include "store/verify/verify_plan.h"

namespace trafrec::store {

/// Says of each attempt what it is to the log. A live one counts, however it ended. A finite job
/// counts if it ended in good order; where it was done more than once, the first attempt counts
/// that is whole and met no error, so that every commit decides alike.
class AttemptJudge {
 public:
  AttemptJudge(const std::filesystem::path& log, const Chains& chains, const Recovered& recovered)
      : files_(log),
        catalogue_(files_, LogCatalogue::Discarded::kShown),
        chains_(chains),
        recovered_(recovered) {}

  /// Takes away the damages of attempts that are discarded: they become failures of theirs. Adds
  /// one for each attempt that has no end.
  Status Run(std::vector<Damage>& damages);
  std::vector<AttemptSummary> TakeAttempts() { return std::move(attempts_); }

 private:
  Status AddAttempt(const AttemptKey& key, bool newest);
  AttemptSummary SummaryOf(const AttemptChain& chain, bool running) const;
  void DiscardRepeated(const std::vector<Damage>& damages);

  SegmentFiles files_;
  LogCatalogue catalogue_;
  const Chains& chains_;
  const Recovered& recovered_;
  std::vector<AttemptSummary> attempts_;
};

}  // namespace trafrec::store
