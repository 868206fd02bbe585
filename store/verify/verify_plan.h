#pragma once

#include <filesystem>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/reader/log_reader_catalogue.h"
#include "store/verify/attempt_chain.h"
#include "store/verify/verify_segment.h"

namespace trafrec::store {

/// One segment to be verified, and what its manifest says of it.
struct VerifyTask {
  SegmentTask segment;
  const Manifest* manifest = nullptr;  ///< null: there is none, or it cannot be used
};

/// The chains of a log's attempts, at one address each.
using Chains = std::vector<std::unique_ptr<AttemptChain>>;

/// What there is to verify in a log, and what is missing from it. Attempts that are no part of the
/// log (finite jobs that did not finish, discarded ones) are left out.
class VerifyPlan {
 public:
  VerifyPlan(const std::filesystem::path& log, std::string log_id,
             LogCatalogue::Discarded discarded = LogCatalogue::Discarded::kHidden)
      : log_id_(std::move(log_id)), files_(log), catalogue_(files_, discarded) {}

  Status Make(std::span<const crypto::VerifyKey> trusted, unsigned threads);

  const std::vector<VerifyTask>& tasks() const { return tasks_; }
  const Chains& chains() const { return chains_; }
  /// Counts, damages and notes so far; the tasks' own come on top.
  VerifyReport& report() { return report_; }

 private:
  Status AddAttempt(const AttemptKey& attempt, bool running, unsigned threads);
  void AddSegments(const AttemptChain& chain, const std::vector<SegmentFile>& segments,
                   bool running);
  void AddSegment(const AttemptChain& chain, const SegmentFile& segment, bool running);
  /// There is no file of this segment.
  void AddAbsent(const AttemptChain& chain, uint32_t segment);
  void AddMissingAttempts(const std::vector<AttemptKey>& attempts);
  bool IsUnborn(const SegmentFile& segment, bool running) const;

  std::string log_id_;
  SegmentFiles files_;
  LogCatalogue catalogue_;
  bool signed_only_ = false;
  std::set<AttemptKey> counted_;  // attempts that the summary takes for part of the log
  Chains chains_;
  std::vector<VerifyTask> tasks_;
  VerifyReport report_;
};

}  // namespace trafrec::store
