#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "reconcile/history/facts.h"

namespace trafrec::reconcile {

/// A number for a document, whatever its routing; equal ones have equal numbers.
uint64_t DocumentKey(std::string_view index, std::string_view id);

/// Which documents of a long log may matter to a question: those that are asked of, and those to
/// which something happened that no answer names, since its number competes for those that
/// questions may have taken. Facts of all others say only that their own numbers are taken. It
/// remembers the last version of each document, up to limits::kDocumentsWatched; to overlook one
/// admits more histories, never fewer.
class DocumentWatch {
 public:
  /// In the order of the log. `made_in_log`: nothing of the index's history came before it.
  void Note(const Write& write, bool made_in_log);
  void Note(const Sight& sight, bool made_in_log);
  void Ask(std::string_view index, std::string_view id);
  /// After the last note: which documents are in doubt stays, and their versions go.
  void Finish() { std::vector<Last>().swap(table_); }

  bool IsAsked(uint64_t document) const { return asked_.contains(document); }
  bool IsInDoubt(uint64_t document) const { return in_doubt_.contains(document); }

 private:
  /// Eight bytes for its key, presence and version, and eight for the number.
  struct Last {
    uint64_t what = 0;
    int64_t seq_no = 0;
  };

  Last* Find(uint64_t document);
  void Grow();
  void Doubt(uint64_t document);

  std::vector<Last> table_;
  size_t used_ = 0;
  std::unordered_set<uint64_t> asked_;
  std::unordered_set<uint64_t> in_doubt_;
};

}  // namespace trafrec::reconcile
