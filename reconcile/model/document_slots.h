#pragma once

#include "reconcile/model/index_history.h"

namespace trafrec::reconcile {

/// Takes the history of a document apart into the stretches of which the log does not say what
/// happened in them, and how many operations its versions leave room for.
class SlotMaker {
 public:
  /// `apart`: what was lost in flows is taken to have left documents alone.
  SlotMaker(const History& history, bool apart, const IndexHistory& index)
      : history_(history), apart_(apart), index_(index) {}

  /// Sorts its points, and makes its slots. `document` is one of the index's.
  void Make(Document& document) const;

 private:
  void AddLast(Document& document, const Point& last, uint32_t number,
               const Content& content) const;
  void Blur(const Document& document, const Slot& slot, Content& content) const;
  bool HasExternalVersions(const Document& document) const;
  bool MayHaveSetVersions(const Document& document, int64_t missing, const Slot& slot) const;
  bool MayBeForgotten(const Document& document, const Point& previous, const Slot& slot) const;
  void Count(const Document& document, const Point& previous, const Point& next, bool counted,
             Slot& slot) const;

  const History& history_;
  const bool apart_;
  const IndexHistory& index_;
};

/// The answers without their requests that are of the index.
void TakeLoose(const History& history, IndexHistory& index);

/// Which answers without their requests are to which versions: to the only one of a document of
/// that id that has that number. An id may be in several shards.
void NoteAnswers(IndexHistory& index);

}  // namespace trafrec::reconcile
