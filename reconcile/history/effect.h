#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reconcile/history/content.h"

namespace trafrec::reconcile {

/// What one operation changed of a document's source, where both are known: as it was before, and
/// as it left it.
struct Effect {
  Fields before{};                    ///< none if the document was not there
  std::vector<std::string> had{};     ///< all strings that stood in it, sorted
  std::vector<std::string> wrote{};   ///< strings that stand in it now, and did not, sorted
  std::vector<std::string> fields{};  ///< top-level members that are others now, or gone, or new

  /// `before` is "" if the document was not there. An operation that deleted it leaves "".
  static Effect Of(std::string_view before, std::string_view after);
};

/// Which strings a request can put into a document: those of its body. A script can join them, too.
class Writer {
 public:
  /// It may put anything there: a pipeline, a reindexing, a body that nobody can read.
  Writer() = default;
  static Writer OfBody(std::string_view body);
  /// It may put there what is not in its body, too.
  Writer AndMore() &&;
  /// Its script runs for each document that it makes, too.
  Writer ForEach() &&;

  /// Whether it can have done that to a document that stays there.
  bool CanLeave(const Effect& effect) const;
  /// Whether strings stand there that came with this request: another one with the same effect
  /// wrote the same.
  bool Marks(const Effect& effect) const;

 private:
  bool CanWrite(const std::string& text, const Effect& effect) const;

  bool any_ = true;                   ///< anything, not only what follows
  std::vector<std::string> texts_{};  ///< sorted
  std::string script_{};              ///< its source; "" if it has none
  std::vector<std::string> sets_{};   ///< strings that it puts into each document that is there
  bool for_each_ = false;             ///< and into each that it makes
  bool computes_ = false;             ///< the script may make strings of others
};

}  // namespace trafrec::reconcile
