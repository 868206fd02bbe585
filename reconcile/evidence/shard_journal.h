#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "reconcile/history/facts.h"
#include "reconcile/translog/shard_folders.h"
#include "reconcile/translog/translog.h"

namespace trafrec::reconcile {

/// What stands under one number of a shard, after all.
struct JournalEntry {
  int64_t term = 0;
  TranslogKind kind = TranslogKind::kIndex;
  std::string id{};
};

/// All copies of one shard's translog as one history. A copy may be of a primary that crashed or
/// was left behind: what has a smaller term than a number before it was taken back. What no
/// checkpoint covers the source may forget, and is left out.
class ShardJournal {
 public:
  /// Reads the numbers; `copies` are of one shard of one index. Damage is none of the errors.
  static Result<ShardJournal> Read(std::vector<ShardFolder> copies);

  const ShardFolder& folder() const { return copies_.front(); }
  const std::map<int64_t, JournalEntry>& entries() const { return entries_; }
  /// Takes out all from `seq_no` on: an answer names another operation of a later term there.
  void CutAt(int64_t seq_no);
  /// The numbers that are all there, up to the highest; nothing: there are none, or one is missing.
  std::optional<Journal> Span() const;
  /// Reads again: each document that an operation left, or its absence, by number. Of those that
  /// `named` does not hold, with the source and what they changed of it. The index is not set.
  Result<std::vector<Sight>> Sights(const std::set<int64_t>& named) const;
  /// When the latest copy was made, or the source wrote what is in it; 0: nobody knows.
  TimeNs copied_at() const { return copied_at_; }
  /// Sentences about damage.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  Status ReadCopy(const ShardFolder& copy);
  bool Stays(const TranslogOperation& operation) const;

  std::vector<ShardFolder> copies_;
  std::map<int64_t, JournalEntry> entries_;
  bool whole_ = true;  ///< nothing follows the last number that a copy's checkpoint does not cover
  TimeNs copied_at_ = 0;
  TimeNs until_ = std::numeric_limits<TimeNs>::min();
  std::vector<std::string> notes_;
};

}  // namespace trafrec::reconcile
