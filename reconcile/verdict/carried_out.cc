#include "reconcile/verdict/carried_out.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace trafrec::reconcile {

CarriedOut::CarriedOut(const History& history) : known_(!history.long_log) {
  // By index and term, the first and the last time at which a write may have had it.
  std::map<std::pair<std::string, int64_t>, Span> terms;
  for (const Write& write : history.writes) {
    const auto [term, is_new] =
        terms.try_emplace({write.document.index, write.primary_term}, write.ran);
    term->second.from = std::max(term->second.from, write.ran.from);
    term->second.until = std::min(term->second.until, write.ran.until);
  }
  for (auto term = terms.begin(); term != terms.end(); ++term) {
    const auto next = std::next(term);
    if (next != terms.end() && next->first.first == term->first.first) {
      restarts_.push_back({std::min(term->second.from, next->second.until), next->second.until});
    }
  }
}

bool CarriedOut::Presumes(const OpenRequest& request) const {
  return known_ && request.wire == WireProof::kNone && request.presumably_received() &&
         std::ranges::none_of(restarts_,
                              [&](const Span& span) { return span.Meets(request.RunsAtOnce()); });
}

}  // namespace trafrec::reconcile
