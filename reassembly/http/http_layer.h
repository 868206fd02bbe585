#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/counters.h"
#include "reassembly/stream/stream_consumer.h"
#include "store/format/record_sink.h"

namespace trafrec::reassembly {

struct Redaction;

struct HttpLayerOptions {
  std::function<std::string(uint16_t)> interface_name;  ///< for connection records
  uint16_t server_port =
      0;  ///< hint for connections that began in the middle: this port is the server's; 0: none
  /// 0 … 1, asked when live: how full the way to the disk is; by it bodies and messages are shed
  /// (docs/accounting.md). Empty for file sources: offline nothing is shed but by limits.
  std::function<double()> pressure;
  /// Asked with it: the disk is what is nearly full, rather than the way to it too slow.
  std::function<bool()> saving_space;
  /// What is secret; null: everything is kept as it was sent.
  std::shared_ptr<const Redaction> redaction;
};

/// Turns chunks and gaps into messages and messages into exchanges, and puts them into the sink.
/// Makes one consumer a connection and owns what they share: numbers, marks, counters, the list of
/// requests that wait for an answer. One thread.
class HttpLayer : public StreamConsumerFactory {
 public:
  HttpLayer(HttpLayerOptions options, MemoryAccount& memory, store::RecordSink& sink);
  ~HttpLayer() override;

  std::unique_ptr<StreamConsumer> Open(const ConnectionInfo& info) override;

  /// Writes open rows of requests that have waited for a second, settles exchanges whose last ACK
  /// did not come, and advances the sink's marks. Packet time; call it after each batch of packets.
  /// `undelivered_since`: packet time of the oldest byte that the stream layer still holds back
  /// behind a hole; a request may hide in it, so the marks stay below.
  void OnTick(TimeNs now, TimeNs undelivered_since = INT64_MAX);
  /// After StreamTracker::Finish: nothing is left waiting.
  void Finish();

  void AddCounters(Counters& counters) const;

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace trafrec::reassembly
