#pragma once

#include "reconcile/history/history.h"
#include "reconcile/verdict/judge.h"

namespace trafrec::reconcile {

/// What is presumed of what nobody recorded, where a verdict on an index or on metadata rests on
/// it.
struct Unseen {
  bool apart = false;  ///< something was lost in flows meanwhile
  bool since = false;  ///< the log had ended meanwhile

  /// Whether, whatever is presumed, somebody unseen may have changed anything in that time.
  bool MayHaveChanged(const History& history, const Span& within);
  /// Says what was presumed.
  void Name(std::vector<Evidence>& evidence) const;
};

}  // namespace trafrec::reconcile
