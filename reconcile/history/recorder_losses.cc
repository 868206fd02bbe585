#include "reconcile/history/recorder_losses.h"

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
  return lost;
}

}  // namespace trafrec::reconcile
