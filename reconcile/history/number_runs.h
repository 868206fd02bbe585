#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/history/facts.h"
#include "reconcile/routing/index_routing.h"

namespace trafrec::reconcile {

/// Numbers of a shard that follow each other, all under one primary term, and all named by answers;
/// or one number.
struct NumberRun {
  int64_t first = 0;
  int64_t last = 0;
  int64_t term = 0;  ///< 0: not known
  /// Every greater number was taken after `from`, every smaller one before `until`.
  Span ran{};
  TimeNs first_until = 0;  ///< when the first was taken at the latest
  TimeNs last_from = 0;    ///< and the last at the earliest
  bool by_answer = false;  ///< it is known what took it

  /// Of one number.
  static NumberRun Of(int64_t seq_no, int64_t term, const Span& ran, bool by_answer);
};

/// The numbers of one shard that answers named. What is without holes takes the room of one number,
/// so that a shard is as large as its holes are many.
class NumberRuns {
 public:
  void Add(int64_t seq_no, int64_t term, const Span& ran);

  bool Has(int64_t seq_no) const;
  /// Two answers named one number.
  bool twice() const { return twice_; }
  const std::map<int64_t, NumberRun>& runs() const { return runs_; }

 private:
  std::map<int64_t, NumberRun> runs_;  ///< by their first number
  bool twice_ = false;
};

/// All numbers of an index that answers named, where the log is too long to keep the writes.
struct IndexNumbers {
  std::string index{};
  IndexRouting routing{};
  std::vector<NumberRuns> shards{};
  bool broken = false;  ///< in too many pieces

  IndexNumbers(std::string name, const IndexRouting& routed)
      : index(std::move(name)), routing(routed), shards(routed.shards) {}

  size_t pieces() const;
};

}  // namespace trafrec::reconcile
