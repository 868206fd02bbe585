#pragma once

#include <algorithm>

#include "reassembly/limits.h"
#include "reassembly/stream/stream_tracker.h"
#include "store/format/record_sink.h"

namespace trafrec::reassembly {

/// Puts the share of payload that was not captured as loss rows over time: one for each interval in
/// which a gap was found (docs/accounting.md, "Loss estimate"), and one for each in which fragments
/// were given up. One thread, packet time.
class LossMeter {
 public:
  explicit LossMeter(store::RecordSink& sink) : sink_(sink) {}

  /// Packet time goes on to `now`. True if an interval has passed: then Put it.
  bool Advance(TimeNs now) {
    now_ = std::max(now_, now);
    from_ = std::min(from_, now_);
    return now_ - from_ >= limits::kLossIntervalNs;
  }
  /// Ends the interval, at the end of the capture too. `loss`, and the datagrams that were given up
  /// for want of memory for their fragments: as they are now.
  void Put(const PayloadLoss& loss, uint64_t datagrams);

 private:
  store::RecordSink& sink_;
  TimeNs from_ = INT64_MAX;  ///< of the interval
  TimeNs now_ = 0;
  PayloadLoss before_;  ///< at from_
  uint64_t datagrams_before_ = 0;
};

}  // namespace trafrec::reassembly
