#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "reconcile/boundary/backfill.h"
#include "reconcile/boundary/copy.h"
#include "reconcile/boundary/decision.h"
#include "replay/dialect/dialect.h"
#include "store/overlay/overlay_entry.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

/// Where a backfill ends in the history of one shard.
struct ShardBoundary {
  std::optional<int64_t> limit{};  ///< the greatest number that the copy can hold, if it says so
  uint64_t held = 0;               ///< recorded mutations that it has
  std::optional<int64_t> last_held{};
  struct First {
    int64_t seq_no = 0;
    store::OperationAddress at{};
  };
  std::optional<First> first_missing{};  ///< the first recorded mutation that it does not have
};

/// A mutation that was carried out while the backfill was taken, or may have been.
struct SpanMutation {
  store::OperationAddress at{};
  DocumentName document{};  ///< the index alone where it is of no document
  std::optional<int64_t> seq_no{};
  Share share = Share::kUndecided;
  std::string words{};
  /// It would be refused where the copy has its document, so that is removed first.
  bool remove_first = false;
};

struct Boundary {
  std::map<std::pair<std::string, uint32_t>, ShardBoundary> shards{};
  std::array<uint64_t, 6> counts{};  ///< recorded mutations by Share
  std::vector<SpanMutation> span{};  ///< in the order of the log
  uint64_t elsewhere = 0;            ///< mutations of what the backfill does not hold
  uint64_t early_reads = 0;          ///< left out
  std::vector<std::string> notes{};  ///< what a person should know of it

  uint64_t count(Share share) const { return counts.at(static_cast<size_t>(share)); }
};

/// What an overlay says of mutations whose outcome the log does not show.
struct KnownFate {
  std::optional<store::Verdict> verdict{};
  std::optional<int64_t> seq_no{};
};
using KnownFates = std::map<store::OperationAddress, KnownFate>;

/// A mutation that is missing from the log, and that an overlay inserts.
struct KnownInsertion {
  store::OperationAddress at{};
  std::string method{};
  std::string target{};
  int64_t seq_no = 0;
};

/// What an overlay knows beside the log.
struct KnownByOverlay {
  KnownFates fates{};
  std::vector<KnownInsertion> insertions{};
};

/// Called for what a replay leaves out, as it is found; without an item, the whole exchange.
using LeaveOut = std::function<Status(const store::OperationAddress& at, std::string_view why)>;

struct BoundaryInput {
  const Backfill* backfill = nullptr;  ///< borrowed, as all of these
  Copy* copy = nullptr;                ///< null: only the log is known
  ShardLimits limits{};
  KnownByOverlay known{};
  TimeNs settle_ns = 3'000 * kNsPerMs;
  bool keep_reads = false;  ///< of before the backfill's end
};

/// Reads the log once. Memory grows with the mutations that ran while the backfill was taken, up to
/// limits::kSpanOperations.
Result<Boundary> FindBoundary(store::LogReader& log, const dialect::Dialect& dialect,
                              const BoundaryInput& input, const LeaveOut& leave_out);

}  // namespace trafrec::reconcile
