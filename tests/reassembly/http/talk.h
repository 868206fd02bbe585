#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reassembly/http/http_layer.h"
#include "reassembly/limits.h"
#include "tests/support/collecting_sink.h"

namespace trafrec::reassembly {

using test_support::CollectedExchange;
using test_support::CollectedMessage;
using test_support::CollectingSink;

/// One connection between a client and a server, spoken in chunks and gaps. Each Client() or
/// Server() call is a packet that acknowledges all that the other side has sent, unless told
/// otherwise. Time goes on by 1 ms a packet.
class Talk {
 public:
  struct Options {
    bool mid_stream = false;
    uint16_t server_port = 0;
    std::function<double()> pressure = nullptr;
    std::shared_ptr<const Redaction> redaction = nullptr;
  };

  Talk();
  explicit Talk(Options options);
  ~Talk();

  Talk& Client(std::string_view bytes);
  Talk& Server(std::string_view bytes);
  /// The same in pieces of `size` bytes, one a packet.
  Talk& ClientIn(size_t size, std::string_view bytes);
  Talk& ServerIn(size_t size, std::string_view bytes);
  /// A packet that goes on with the one before in the middle (no packet start).
  Talk& ClientMore(std::string_view bytes);
  Talk& ServerMore(std::string_view bytes);
  /// Bytes that went by unseen.
  Talk& ClientLost(uint64_t bytes);
  Talk& ServerLost(uint64_t bytes);
  /// The next packet knows only so many bytes of the other side, from now on until told again.
  Talk& ClientKnows(uint64_t bytes);
  Talk& ServerKnows(uint64_t bytes);
  Talk& KnowAll();
  /// A bare ACK of all that the other side has sent.
  Talk& ClientAcks();
  Talk& ServerAcks();
  Talk& ClientAcks(uint64_t offset);
  Talk& ServerAcks(uint64_t offset);
  Talk& ClientCopies(uint64_t offset, uint64_t length, bool conflict = false);
  Talk& ServerCopies(uint64_t offset, uint64_t length, bool conflict = false);
  Talk& ClientFin();
  Talk& ServerFin();
  Talk& Wait(int64_t ns);
  Talk& Tick();
  Talk& Evict();
  /// The tracker lets the connection rest, and wakes it at once. False: it is not at rest.
  bool Rest();
  /// Closes the connection and the layer, and checks that nothing is left and all sums hold.
  void Close(store::CloseCause cause = store::CloseCause::kFin);

  uint64_t client_sent() const { return flows_[0].offset; }
  uint64_t server_sent() const { return flows_[1].offset; }
  TimeNs now() const { return now_; }
  CollectingSink& sink() { return sink_; }
  uint64_t counter(const std::string& name) const;
  size_t memory_used() const { return memory_.used_bytes; }
  /// What it was charged while it rested.
  size_t resting_bytes() const { return resting_bytes_; }
  Counters counters() const;

  size_t exchange_count() const { return sink_.exchanges.size(); }
  /// The exchange with this number; fails the test if there is none.
  const store::ExchangeRecord& exchange(store::ExchangeNumber number);
  const CollectedMessage& request(store::ExchangeNumber number);
  const CollectedMessage& response(store::ExchangeNumber number);
  /// "GET /a 200", "GET /b -", "- 404" in order of numbers: who was paired with whom.
  std::vector<std::string> pairs() const;
  std::vector<std::string> flags(store::ExchangeNumber number);

 private:
  struct FlowState {
    uint64_t offset = 0;
    std::optional<uint64_t> known;  ///< what the sender knows of the other flow, if not all
    uint64_t acked = 0;             ///< of this flow, by the other side
  };

  Talk& Send(Flow flow, std::string_view bytes, bool packet_start);
  Talk& Lose(Flow flow, uint64_t bytes);
  Talk& Acknowledge(Flow flow, uint64_t offset);
  FlowState& state(Flow flow) { return flows_[static_cast<size_t>(flow)]; }

  MemoryAccount memory_{.used_bytes = 0, .max_bytes = limits::kGlobalBytes};
  CollectingSink sink_;
  HttpLayer layer_;
  std::unique_ptr<StreamConsumer> consumer_;
  FlowState flows_[2];
  TimeNs now_ = 1'000 * kNsPerSecond;
  size_t resting_bytes_ = 0;
};

/// A request and an answer with a body of `body_bytes`.
std::string Get(std::string_view target);
std::string Post(std::string_view target, std::string_view body);
std::string Ok(std::string_view body);
/// A body that differs from place to place.
std::string Body(size_t bytes, uint64_t seed = 1);

}  // namespace trafrec::reassembly
