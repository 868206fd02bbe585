// Some packets are dissected, and then all of their segments tracked. The code of the three layers
// together is larger than a processor's first-level instruction cache, and packet by packet each
// layer would fetch its own anew. Rejected: all packets of a batch at once (their segments would
// leave the data cache).

#include "reassembly/reassembler.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "reassembly/limits.h"
#include "reassembly/loss_meter.h"

namespace trafrec::reassembly {
namespace {

constexpr size_t kDissectedAhead = 32;

}  // namespace

struct Reassembler::Impl {
  Impl(ReassemblerOptions options, store::RecordSink& sink)
      : memory{.used_bytes = 0,
               .max_bytes =
                   options.memory_bytes_max == 0 ? limits::kGlobalBytes : options.memory_bytes_max},
        dissector(options.checksums),
        http(std::move(options.http), memory, sink),
        tracker(options.limits, memory, http),
        meter(sink) {}

  void Advance(TimeNs now) {
    if (meter.Advance(now)) {
      meter.Put(tracker.loss(), dissector.datagrams_evicted());
    }
  }

  /// The first packets, at most kDissectedAhead. Returns how many.
  size_t Take(std::span<const Packet> packets);

  std::array<std::optional<TcpSegment>, kDissectedAhead> segments;  ///< of the packets in Take
  MemoryAccount memory;
  Dissector dissector;
  HttpLayer http;
  StreamTracker tracker;  // after http, which its connections' consumers belong to
  LossMeter meter;
};

Reassembler::Reassembler(ReassemblerOptions options, store::RecordSink& sink)
    : impl_(std::make_unique<Impl>(std::move(options), sink)) {}

Reassembler::~Reassembler() = default;

size_t Reassembler::Impl::Take(std::span<const Packet> packets) {
  const size_t most = std::min(packets.size(), segments.size());
  size_t taken = 0;
  // What was put together from fragments is the dissector's until its next packet, and so is what a
  // packet holds beyond one segment.
  for (bool last = false; taken < most && !last; ++taken) {
    segments[taken].reset();
    if (const TcpSegment* const segment = dissector.Dissect(packets[taken])) {
      segments[taken] = *segment;
      last = segment->from_fragments;
    }
    last |= dissector.holds_more();
  }
  for (size_t i = 0; i < taken; ++i) {
    Advance(packets[i].at);
    if (segments[i]) {
      tracker.OnSegment(*segments[i]);
    }
  }
  while (const TcpSegment* const segment = dissector.DissectMore()) {
    tracker.OnSegment(*segment);
  }
  return taken;
}

void Reassembler::OnPackets(std::span<const Packet> packets) {
  while (!packets.empty()) {
    packets = packets.subspan(impl_->Take(packets));
  }
}

void Reassembler::OnTick(TimeNs now) {
  impl_->tracker.OnTick(now);
  impl_->Advance(now);
  impl_->http.OnTick(now, impl_->tracker.undelivered_since());
}

void Reassembler::Finish() {
  impl_->tracker.Finish();
  impl_->http.Finish();
  impl_->meter.Put(impl_->tracker.loss(), impl_->dissector.datagrams_evicted());
}

Counters Reassembler::counters() const {
  Counters counters;
  impl_->dissector.AddCounters(counters);
  impl_->tracker.AddCounters(counters);
  impl_->http.AddCounters(counters);
  return counters;
}

}  // namespace trafrec::reassembly
