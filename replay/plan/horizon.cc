#include "replay/plan/horizon.h"

#include <algorithm>
#include <map>

#include "replay/plan/limits.h"

namespace trafrec::plan {

std::set<Planner::RunningAttempt> RunningAmong(std::span<const store::AttemptProgress> attempts) {
  std::set<Planner::RunningAttempt> running;
  for (const store::AttemptProgress& attempt : attempts) {
    if (attempt.running) {
      running.emplace(attempt.recorder, attempt.attempt);
    }
  }
  return running;
}

std::optional<TimeNs> HorizonOf(std::span<const store::AttemptProgress> attempts,
                                std::optional<int64_t> patience_ns, std::optional<TimeNs> since) {
  std::optional<TimeNs> settled;
  std::optional<TimeNs> waited_for;
  for (const store::AttemptProgress& attempt : attempts) {
    if (attempt.running) {
      const store::Marks& marks = attempt.written;
      const TimeNs late =
          std::max(marks.answers_through, marks.requests_through - patience_ns.value_or(0));
      settled = std::min(settled.value_or(marks.answers_through), marks.answers_through);
      waited_for = std::min(waited_for.value_or(late), late);
    }
  }
  if (!settled || !patience_ns || !since) {
    return settled;  // where nothing was planned yet, what is settled comes first
  }
  const TimeNs pass = std::max(*since, *settled) + limits::kPassNs;
  return std::min(*waited_for, pass);
}

Recorders RecordersOf(std::span<const store::AttemptProgress> attempts) {
  std::map<std::string, const store::AttemptProgress*> newest;
  for (const store::AttemptProgress& attempt : attempts) {
    if (!attempt.discarded) {
      newest[attempt.recorder] = &attempt;
    }
  }
  Recorders recorders{.none = newest.empty(), .ended = !newest.empty()};
  for (const auto& [name, attempt] : newest) {
    recorders.ended = recorders.ended && attempt->finished;
    if (!attempt->finished && !attempt->running && recorders.gone.empty()) {
      recorders.gone = name;
    }
  }
  return recorders;
}

TimeNs EndOf(std::span<const store::AttemptProgress> attempts) {
  TimeNs end = 0;
  for (const store::AttemptProgress& attempt : attempts) {
    end = std::max(end, attempt.written.requests_through);
  }
  return end;
}

}  // namespace trafrec::plan
