#pragma once

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "reconcile/boundary/copy.h"
#include "reconcile/source/live_source.h"

namespace trafrec::reconcile {

/// The indices that a target restored from a snapshot, before anything was written to them: their
/// documents have the source's numbers. One thread; asks few requests.
class RestoredCopy final : public Copy {
 public:
  /// An Error if nothing was restored there, the restore is not over, or somebody has written
  /// since.
  static Result<std::unique_ptr<RestoredCopy>> Open(const send::Target& target,
                                                    SourcePace pace = SourcePace::Usual());

  /// Names of the snapshots that its indices are from.
  std::set<std::string> Snapshots() const;
  /// Leaves out what is of other snapshots. An Error if an index has another name than at the
  /// source, or has been written to.
  Status Keep(const std::string& snapshot);
  std::vector<std::string> Indices() const;
  /// Of those that are kept.
  Result<std::vector<IndexSettings>> Settings();
  const ShardLimits& limits() const { return limits_; }

  Result<std::vector<CopyDocument>> Documents(std::span<const DocumentName> names) override;

 private:
  RestoredCopy(LiveSource target, std::string url)
      : target_(std::move(target)), url_(std::move(url)) {}

  LiveSource target_;
  const std::string url_;
  std::vector<ShardRecovery> restored_;
  ShardLimits limits_;
};

}  // namespace trafrec::reconcile
