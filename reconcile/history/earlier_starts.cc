#include "reconcile/history/earlier_starts.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace trafrec::reconcile {
namespace {

using store::LossCause;

/// Until when it saw every request begin; nothing if that is not known, or if its filter changed.
std::optional<TimeNs> SawUntil(const store::AttemptInfo& attempt) {
  std::optional<TimeNs> until;
  if (attempt.finished) {
    until = attempt.ended_at;
  }
  for (const store::LossRecord& loss : attempt.losses) {
    if (loss.cause == LossCause::kFilter) {
      return std::nullopt;
    }
    if (loss.cause == LossCause::kCrash) {
      until = std::min(until.value_or(loss.from), loss.from);
    }
  }
  return until;
}

}  // namespace

void EarlierStarts::Add(const store::AttemptInfo& attempt) {
  const std::optional<TimeNs> until = SawUntil(attempt);
  if (attempt.live && !attempt.source.empty() && until) {
    last_[attempt.recorder] = {attempt.source, *until};
  } else {
    last_.erase(attempt.recorder);
  }
}

TimeNs EarlierStarts::SeenUntil(const store::AttemptInfo& attempt) const {
  const auto last = last_.find(attempt.recorder);
  const bool same_place =
      attempt.live && last != last_.end() && last->second.place == attempt.source;
  return same_place ? last->second.until : std::numeric_limits<TimeNs>::min();
}

}  // namespace trafrec::reconcile
