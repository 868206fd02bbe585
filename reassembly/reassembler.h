#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/counters.h"
#include "reassembly/dissection/dissector.h"
#include "reassembly/http/http_layer.h"
#include "reassembly/stream/stream_tracker.h"
#include "store/format/record_sink.h"

namespace trafrec::reassembly {

struct ReassemblerOptions {
  ChecksumPolicy checksums = ChecksumPolicy::kAuto;
  StreamLimits limits = StreamLimits::Default();
  size_t memory_bytes_max = 0;  ///< 0: limits::kGlobalBytes
  HttpLayerOptions http;
};

/// Packets to exchanges: dissection -> stream -> http -> sink, on the caller's thread.
class Reassembler {
 public:
  Reassembler(ReassemblerOptions options, store::RecordSink& sink);
  ~Reassembler();

  /// Packets in their order; their bytes are borrowed for the call. Many at a time are dealt with
  /// faster than one by one, to the same end.
  void OnPackets(std::span<const Packet> packets);
  void OnPacket(const Packet& packet) { OnPackets({&packet, 1}); }
  /// After each batch, and when the capture is silent: `now` is the packet time to which everything
  /// due is run.
  void OnTick(TimeNs now);
  /// End of capture. Closes every connection and settles every exchange.
  void Finish();

  /// All counters of reassembly; with "packets.received" as their root.
  Counters counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trafrec::reassembly
