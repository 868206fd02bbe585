#pragma once

#include "reconcile/history/history.h"
#include "reconcile/verdict/judge.h"

namespace trafrec::reconcile {

inline constexpr const char* kLateWords =
    "late: the journal was copied after the source had carried out all of the log";

/// What is presumed of what nobody recorded, where a verdict on an index or on metadata rests on
/// it.
struct Unseen {
  bool apart = false;  ///< something was lost in flows meanwhile
  bool since = false;  ///< the log had ended meanwhile
  bool late = false;   ///< a copy was made after all of the log
  bool whole = false;  ///< and holds all indices
  /// What it asks for was done, and nobody in the log did it instead.
  bool as_asked = false;

  /// Whether, whatever is presumed, somebody unseen may have changed anything in that time.
  bool MayHaveChanged(const History& history, const Span& within);
  /// The same of somebody who did what the request asks for: who else asked for it may be the one,
  /// which makes no difference.
  void NoteSameMayHaveBeenDone(const History& history, const Span& within);
  /// Says what was presumed.
  void Name(std::vector<Evidence>& evidence) const;
};

}  // namespace trafrec::reconcile
