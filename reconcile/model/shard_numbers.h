#pragma once

#include <cstdint>
#include <vector>

#include "reconcile/model/index_history.h"

namespace trafrec::reconcile {

/// A number of a shard of which the log, or who was asked, says something.
struct KnownNumber {
  int64_t seq_no = 0;
  int64_t term = 0;        ///< 0: not known
  Span ran{};              ///< when it was taken
  bool by_answer = false;  ///< it is known what took it
};

/// The numbers of one shard, and when those were taken of which nobody says what took them.
class ShardNumbers {
 public:
  void Add(const KnownNumber& number) { known_.push_back(number); }
  void Add(const ShardSight& sight) { sights_.push_back(sight); }

  /// False: two answers name one number. `from_first`: the shard's history is known from its
  /// number 0 on.
  bool Finish(bool from_first, Shard& shard);

 private:
  void AddHoles(Shard& shard, int64_t first) const;
  void Narrow(Shard& shard) const;
  void NoteAbove(Shard& shard) const;
  void NoteTerms(Shard& shard) const;

  std::vector<KnownNumber> known_;
  std::vector<ShardSight> sights_;
};

}  // namespace trafrec::reconcile
