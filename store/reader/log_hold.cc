#include "store/reader/log_hold.h"

#include <algorithm>
#include <map>

#include "store/reader/log_reader_attempts.h"

namespace trafrec::store {

HoldPoint FindHold(const MergeSource& source, const std::vector<std::string>& without) {
  std::map<std::string, const AttemptSnapshot*> newest;
  for (const AttemptSnapshot& attempt : source.attempts) {
    newest[attempt.key.recorder] = &attempt;
  }
  HoldPoint hold;
  for (const auto& [recorder, attempt] : newest) {
    const TimeNs at = source.clocks.Of(recorder).Corrected(attempt->requests_through);
    const bool waited_for = std::ranges::find(without, recorder) == without.end();
    if (!attempt->settled && waited_for && at < hold.at) {
      hold.at = at;
      hold.by = RecorderHold{.recorder = recorder,
                             .attempt = attempt->key.attempt,
                             .through = attempt->requests_through};
    }
  }
  if (newest.size() < 2 || !hold.by) {
    return {};
  }
  hold.by->running = IsRunning(source.files, hold.by->recorder);
  TimeNs furthest = kTimeAlways;
  for (const auto& [recorder, attempt] : newest) {
    const TimeNs at = source.clocks.Of(recorder).Corrected(attempt->requests_through);
    if (recorder != hold.by->recorder && at > furthest) {
      furthest = at;
      hold.by->behind_ns = at - hold.at;
      hold.by->others_through = attempt->requests_through;
    }
  }
  return hold;
}

}  // namespace trafrec::store
