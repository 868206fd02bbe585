#include "reconcile/history/recorder_losses.h"

#include <fmt/format.h>

#include <limits>

namespace trafrec::reconcile {

std::vector<LostTraffic> LossesOf(const store::AttemptInfo& attempt, TimeNs seen_until) {
  std::vector<LostTraffic> lost;
  for (const store::LossRecord& loss : attempt.losses) {
    switch (loss.cause) {
      case store::LossCause::kGap:       // a hole in a flow
      case store::LossCause::kGapShare:  // a sum of them
      case store::LossCause::kStop:
        break;
      case store::LossCause::kStart:
        lost.push_back({.ran = {seen_until, loss.until}, .sent_by = loss.until});
        break;
      default:
        lost.push_back({.ran = {loss.from, loss.until}, .bytes = loss.bytes});
    }
  }
  constexpr TimeNs kBegin = std::numeric_limits<TimeNs>::min();
  if (attempt.deleted_segments > 0) {
    lost.push_back({.ran = {attempt.deleted_from == 0 ? kBegin : attempt.deleted_from,
                            attempt.deleted_until}});
  }
  if (attempt.missing_segments > 0) {
    lost.push_back({.ran = {kBegin, std::numeric_limits<TimeNs>::max()}, .answered = true});
  }
  return lost;
}

RecorderEnd EndOf(const store::AttemptInfo& attempt) {
  if (attempt.missing_segments > 0) {
    return {};  // what became of a connection may be in one of these
  }
  return {attempt.finished ? attempt.ended_at : attempt.written.answers_through, attempt.finished};
}

std::vector<Note> NotesOf(const store::AttemptInfo& attempt) {
  if (attempt.missing_segments == 0) {
    return {};
  }
  return {{.about = Note::About::kLog,
           .words = fmt::format("{}-{:04} lacks segments of which the log has manifests ({}): "
                                "anything may have been in them. trafrec verify LOG names them; "
                                "give a copy that has all",
                                attempt.recorder, attempt.attempt, attempt.missing_segments)}};
}

}  // namespace trafrec::reconcile
