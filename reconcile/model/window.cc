// Where a long log is cut.
//
// A window has so many questions that the model of it stays small, and is at least as long as it
// overlaps with others, so that these do not cost more than it does. Near that size it is cut where
// the time between requests is longest: if all had run by then, nothing that is asked before
// depends on what is asked behind. Rejected: windows of one length in time, which are as large as
// the worst minute of the log.

#include "reconcile/model/window.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace trafrec::reconcile {
namespace {

constexpr TimeNs kMin = std::numeric_limits<TimeNs>::min();
constexpr TimeNs kMax = std::numeric_limits<TimeNs>::max();

/// Of a window's questions, so many more are taken to find a better place for its end.
constexpr size_t kLookFor = 4;

/// Who runs beside a request runs that long, and so do those beside these. Behind the window's last
/// request there is its own time, too.
constexpr TimeNs kOverlapBefore = 2;
constexpr TimeNs kOverlapBehind = 3;

struct Asked {
  Span runs;
  size_t questions;
};

/// The first request that is not in the window that begins with `first`.
size_t EndOf(const std::vector<Asked>& requests, size_t first, size_t questions_each,
             TimeNs longest) {
  size_t best = requests.size();
  TimeNs widest = kMin;
  TimeNs latest = kMin;
  size_t questions = 0;
  for (size_t i = first; i < requests.size(); ++i) {
    const TimeNs from = requests[i].runs.from;
    const bool may_end = questions >= questions_each && i > first &&
                         from > requests[i - 1].runs.from &&
                         from - requests[first].runs.from >= longest;
    if (may_end && from - latest > widest) {
      best = i;
      widest = from - latest;
    }
    if (may_end && questions >= questions_each + questions_each / kLookFor) {
      break;
    }
    questions += requests[i].questions;
    latest = std::max(latest, requests[i].runs.until);
  }
  return best;
}

}  // namespace

std::vector<Window> WindowsOf(const History& history, std::span<const size_t> questions,
                              size_t questions_each) {
  if (!history.long_log || !history.journals.empty()) {
    return {Window{}};
  }
  std::vector<Asked> requests;
  TimeNs longest = 0;
  size_t last = history.requests.size();
  for (const size_t question : questions) {
    const size_t number = history.questions[question].request;
    const Span& runs = history.requests[number].runs;
    if (number != std::exchange(last, number)) {
      requests.push_back({runs, 0});
    }
    ++requests.back().questions;
    if (!runs.empty()) {
      longest = std::max(longest, runs.until - runs.from);
    }
  }
  std::ranges::sort(requests, {}, [](const Asked& asked) { return asked.runs.from; });
  std::vector<Window> windows{{}};
  size_t end = 0;
  while ((end = EndOf(requests, end, questions_each, longest)) < requests.size()) {
    const TimeNs cut = requests[end].runs.from;
    windows.back().asked.until = cut - 1;
    windows.back().seen.until = cut + kOverlapBehind * longest;
    windows.push_back({.asked = {cut, kMax}, .seen = {cut - kOverlapBefore * longest, kMax}});
  }
  return windows;
}

}  // namespace trafrec::reconcile
