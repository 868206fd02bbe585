#include "reconcile/verdict/unseen.h"

#include <limits>

namespace trafrec::reconcile {

bool Unseen::MayHaveChanged(const History& history, const Span& within) {
  for (const LostTraffic& lost : history.lost) {
    if (!lost.ran.Meets(within)) {
      continue;
    }
    if (lost.after_log) {
      since = true;
    } else if (lost.in_flow) {
      apart = true;
    } else {
      return true;
    }
  }
  return false;
}

void Unseen::NoteSameMayHaveBeenDone(const History& history, const Span& within) {
  if (MayHaveChanged(history, within) || within.from == std::numeric_limits<TimeNs>::min()) {
    as_asked = true;
  }
}

void Unseen::Name(std::vector<Evidence>& evidence) const {
  evidence.push_back({"assumption", "recorded: all who change it are in the log"});
  if (apart) {
    evidence.push_back({"assumption", "apart: what was lost in flows did not change it"});
  }
  if (since) {
    evidence.push_back({"assumption", "since: nobody has changed it since the log ended"});
  }
  if (as_asked) {
    evidence.push_back(
        {"assumption",
         "as asked: what it asks for was done; if somebody did it whom nobody recorded, or its "
         "index was made with it, that makes no difference"});
  }
  if (late) {
    evidence.push_back({"assumption", kLateWords});
  }
  if (whole) {
    evidence.push_back({"assumption", "whole: the copy holds all indices that the source has"});
  }
}

}  // namespace trafrec::reconcile
