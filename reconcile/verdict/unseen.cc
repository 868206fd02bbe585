#include "reconcile/verdict/unseen.h"

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

void Unseen::Name(std::vector<Evidence>& evidence) const {
  evidence.push_back({"assumption", "recorded: all who change it are in the log"});
  if (apart) {
    evidence.push_back({"assumption", "apart: what was lost in flows did not change it"});
  }
  if (since) {
    evidence.push_back({"assumption", "since: nobody has changed it since the log ended"});
  }
}

}  // namespace trafrec::reconcile
