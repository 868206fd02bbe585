#pragma once

#include <cstdint>
#include <vector>

#include "reconcile/history/number_runs.h"
#include "reconcile/model/index_history.h"

namespace trafrec::reconcile {

/// The numbers of one shard, and when those were taken of which nobody says what took them.
class ShardNumbers {
 public:
  /// Of which the log, or who was asked, says something.
  void Add(const NumberRun& run) { known_.push_back(run); }
  void Add(const ShardSight& sight) { sights_.push_back(sight); }

  enum class Trouble : uint8_t {
    kNone,
    kTwice,  ///< two answers name one number
    kHoles,  ///< more numbers are named by nobody than can be kept
  };
  /// `from_first`: the shard's history is known from its number 0 on.
  Trouble Finish(bool from_first, Shard& shard);

 private:
  /// False: there are too many.
  bool AddHoles(Shard& shard) const;
  void Narrow(Shard& shard) const;
  void NarrowBySights(Shard& shard) const;
  void NoteBelow(Shard& shard) const;
  void NoteAbove(Shard& shard) const;
  void NoteTerms(Shard& shard) const;

  std::vector<NumberRun> known_;
  std::vector<ShardSight> sights_;
};

}  // namespace trafrec::reconcile
