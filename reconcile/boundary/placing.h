#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/time.h"
#include "reconcile/boundary/backfill.h"
#include "reconcile/boundary/copy.h"
#include "reconcile/routing/index_routing.h"
#include "replay/dialect/operation.h"
#include "replay/dialect/outcome.h"

namespace trafrec::reconcile {

/// An operation's place in the history of its index.
struct Where {
  const CopiedPart* part = nullptr;  ///< null: the backfill does not hold that index
  std::string index{};               ///< the real one
  std::optional<uint32_t> shard{};
  TimeNs in_until = 0;                                   ///< what was over before is in the copy
  TimeNs out_from = std::numeric_limits<TimeNs>::max();  ///< what began later is not
};

/// Finds these places while a log is read in its order: names of answers explain aliases, numbers
/// show when a shard was past what the copy holds. Borrows both arguments.
class Placing {
 public:
  Placing(const Backfill& backfill, const ShardLimits& limits);

  /// So much may times of the log differ that are compared.
  void AllowFor(int64_t clock_error_ns) { margin_ns_ = clock_error_ns; }

  Where Of(const dialect::Key& key, const dialect::Outcome& outcome);
  /// Of an operation of whole indices: the first one that the backfill holds.
  Where OfAny(const dialect::Operation& operation);
  /// The greatest number that the copy can hold.
  std::optional<int64_t> LimitOf(const Where& where) const;
  /// A write of that number was over at that time.
  void NotePassed(const Where& where, int64_t number, TimeNs done);

 private:
  TimeNs PassedAt(const std::string& index, std::optional<uint32_t> shard) const;
  const std::string& IndexBehind(const std::string& name) const;

  const Backfill& backfill_;
  const ShardLimits& limits_;
  int64_t margin_ns_ = 0;
  std::map<std::string, IndexRouting> routings_;
  std::map<std::string, std::string> aliases_;
  std::map<std::pair<std::string, uint32_t>, TimeNs> passed_at_;
};

}  // namespace trafrec::reconcile
