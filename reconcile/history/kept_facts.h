#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "reconcile/history/document_watch.h"
#include "reconcile/history/history.h"

namespace trafrec::reconcile {

/// Fills a history with facts, where all of them are too many: all writes and sights of documents
/// that may matter, and of all writes that their numbers are taken. Whole documents are left out
/// and never parts of one, which would have gaps that it does not have.
class KeptFacts {
 public:
  /// The watch has noted all. Facts of documents in doubt stay as long as all are no more than
  /// `doubtful_max`. The history has its questions, aliases and settings. Both must outlive it.
  KeptFacts(DocumentWatch& watch, size_t doubtful_max, size_t facts_max, History& history);

  bool Keeps(const DocumentName& document) const;
  /// In the order of the log.
  void Add(Write write);
  void Add(Sight sight);
  /// After the last.
  void Finish() { LimitPieces(); }

 private:
  std::vector<IndexNumbers*>& NumbersOf(const std::string& index);
  void MakeRoom();
  void LimitPieces();

  DocumentWatch& watch_;
  const size_t doubtful_max_;
  const size_t facts_max_;
  History& history_;
  /// By index: under each routing that it may have; none if its shards are not known.
  std::map<std::string, std::vector<IndexNumbers*>> numbers_;
  bool keeps_doubtful_ = true;
  uint64_t writes_ = 0;
};

}  // namespace trafrec::reconcile
