#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reconcile/boundary/boundary.h"
#include "reconcile/history/number_runs.h"
#include "reconcile/routing/index_routing.h"

namespace trafrec::reconcile {

/// What of a backfill is in which shard. A log may leave open how an index spreads its documents:
/// then each way is counted, and the one holds under which no two operations have one number of a
/// shard. Borrows the backfill.
class ShardCounts {
 public:
  explicit ShardCounts(const Backfill& backfill) : backfill_(backfill) {}

  /// An answer says that a write of the document took the number.
  void Took(const DocumentName& document, int64_t seq_no, int64_t primary_term);
  /// What becomes of a mutation that has a number.
  void Count(const DocumentName& document, int64_t seq_no, Share share,
             const store::OperationAddress& at);

  /// Into shards of which the greatest number may be known already. Of an index of which nobody can
  /// tell, a note.
  void Finish(Boundary& boundary) const;

 private:
  /// One way to spread documents.
  struct Way {
    IndexRouting routing;
    std::map<std::pair<uint32_t, int64_t>, NumberRuns> numbers{};  ///< by shard and primary term
    std::map<uint32_t, ShardBoundary> shards{};

    bool Fits() const;
  };

  std::vector<Way>& WaysOf(const std::string& index);

  const Backfill& backfill_;
  std::map<std::string, std::vector<Way>> ways_;
};

}  // namespace trafrec::reconcile
