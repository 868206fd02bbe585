#include "reassembly/reassembler.h"

#include <utility>

#include "reassembly/limits.h"
#include "reassembly/loss_meter.h"

namespace trafrec::reassembly {

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
      meter.Put(tracker.loss());
    }
  }

  MemoryAccount memory;
  Dissector dissector;
  HttpLayer http;
  StreamTracker tracker;  // after http, which its connections' consumers belong to
  LossMeter meter;
};

Reassembler::Reassembler(ReassemblerOptions options, store::RecordSink& sink)
    : impl_(std::make_unique<Impl>(std::move(options), sink)) {}

Reassembler::~Reassembler() = default;

void Reassembler::OnPacket(const Packet& packet) {
  impl_->Advance(packet.at);
  if (const TcpSegment* const segment = impl_->dissector.Dissect(packet)) {
    impl_->tracker.OnSegment(*segment);
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
  impl_->meter.Put(impl_->tracker.loss());
}

Counters Reassembler::counters() const {
  Counters counters;
  impl_->dissector.AddCounters(counters);
  impl_->tracker.AddCounters(counters);
  impl_->http.AddCounters(counters);
  return counters;
}

}  // namespace trafrec::reassembly
