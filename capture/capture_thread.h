#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "capture/gauges.h"
#include "capture/packet_ring.h"
#include "capture/packet_source.h"

namespace trafrec::capture {

/// The thread that owns the source while it runs: moves packets into the ring, and with them what
/// is known to be lost. Live it never waits: when the ring is full the batch is dropped, and the
/// next one carries a loss row that covers it. From files it waits for room. Closes the ring when
/// the source has ended.
class CaptureThread {
 public:
  /// `each_turn`: called on this thread each time it goes round, with how late the last packet came
  /// (0: none came); may be empty.
  CaptureThread(PacketSource& source, PacketRing& ring, Gauges& gauges,
                std::function<void(std::chrono::nanoseconds)> each_turn = {});
  /// Waits for the end of the source; Stop() it before, or let it end.
  ~CaptureThread();

  /// The rest may be asked once Join() has returned.
  void Join();
  const std::optional<Error>& error() const { return error_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  using Clock = std::chrono::steady_clock;

  void Run();
  /// Hands over what the batch holds; live, or drops it.
  bool HandOver(PacketBatch batch);
  void HandOverLive(RingItem item);
  void NoteSilence();
  void NoteDrops(bool at_end);
  void NoteWarnings();
  void AddLoss(store::LossCause cause, TimeNs from, TimeNs until, uint64_t packets);
  TimeNs Now() const;

  PacketSource& source_;
  PacketRing& ring_;
  Gauges& gauges_;
  const std::function<void(std::chrono::nanoseconds)> each_turn_;
  const bool live_;

  std::vector<store::LossRecord> losses_;         // to go with the next item
  std::optional<store::LossRecord> ring_losses_;  // what was dropped since the last one
  std::vector<std::string> warnings_;
  std::optional<Error> error_;

  TimeNs first_packet_at_ = 0;
  TimeNs last_packet_at_ = 0;
  std::chrono::nanoseconds lag_{0};  // of this turn
  Clock::time_point asked_;          // when the source was asked last
  TimeNs asked_at_ = 0;              // the same by the wall clock
  Clock::time_point last_packet_seen_;
  Clock::time_point silence_noted_;
  Clock::time_point drops_noted_;
  TimeNs drops_noted_at_ = 0;
  SourceDrops drops_;
  uint64_t packets_ = 0;
  uint64_t bytes_ = 0;
  uint64_t wire_bytes_ = 0;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace trafrec::capture
