#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reassembly/stream/stream_tracker.h"

namespace trafrec::reassembly::testing {

/// One connection as its consumer saw it. Gaps show in the text as "[5 acknowledged]".
struct SeenConnection {
  ConnectionInfo info;
  std::string flow[2];            ///< bytes and gaps in order
  uint64_t delivered_to[2] = {};  ///< offset
  uint64_t acked_to[2] = {};
  /// "0 to 3 by 1004 at +5ms": flow, offset, raw number, time after the opening.
  std::vector<std::string> acks;
  bool ended[2] = {};
  std::vector<std::string> events;  ///< "0:GET", "1:[5 closed]", "0 end", "evict", "close fin"
  std::vector<Chunk> chunks[2];     ///< their bytes are gone
  std::vector<std::string> copies;  ///< "0 3+2" and "0 3+2 conflict": flow, offset, length
  std::vector<std::string> rests;   ///< "rest", "wake", and "asked" where it did not rest
  std::optional<ConnectionEnd> end;
};

/// A factory whose consumers write down what they get, and hold the tracker to its contract: chunks
/// and gaps tile each flow, nothing comes after the end of a flow or of the connection.
class Recorder : public StreamConsumerFactory {
 public:
  std::unique_ptr<StreamConsumer> Open(const ConnectionInfo& info) override;
  const SeenConnection& at(size_t n) const { return *connections.at(n); }

  std::vector<std::unique_ptr<SeenConnection>> connections;
  bool keep_events = true;
  bool rests = false;                 ///< its consumers rest when they are asked to
  bool strict_order = true;           ///< check causal order between the flows
  MemoryAccount* holds_in = nullptr;  ///< consumers charge each byte they get, until evicted
};

inline constexpr uint32_t kClientIsn = 1000;
inline constexpr uint32_t kServerIsn = 5000;

class Wire;

/// One end of the conversation. Each call sends one segment at the wire's present time; sequence
/// and ACK numbers are those of a TCP whose peer has received everything sent so far.
class End {
 public:
  End& Send(std::string_view payload, uint8_t more_flags = 0);
  /// Sent and received, but not captured.
  End& Lose(std::string_view payload);
  /// Captured only after the next captured segment of this end.
  End& Delay(std::string_view payload);
  End& Ack();
  /// Data with it is what TCP Fast Open sends.
  End& Syn(std::string_view payload = {});
  End& SynAck(std::string_view payload = {});
  End& Fin(std::string_view payload = {});
  End& LoseFin();
  End& Rst();
  /// A segment whose first byte lies `offset` bytes after the flow's first.
  End& SendAt(int64_t offset, std::string_view payload, uint8_t flags = 0);
  End& RstAt(int64_t offset);
  End& AckAt(int64_t offset_of_peer);
  /// Only the first `captured` bytes of `payload` are in the capture.
  End& SendCut(std::string_view payload, size_t captured);

  uint32_t isn;
  uint32_t sent;                         ///< next sequence number
  std::optional<uint32_t> acknowledges;  ///< instead of all that the peer sent
  uint16_t window = 64000;
  uint8_t window_shift = 0xff;

 private:
  friend class Wire;
  TcpSegment Make(uint32_t sequence, std::string_view payload, uint8_t flags) const;

  Wire* wire_ = nullptr;
  End* peer_ = nullptr;
  Endpoint address_;
  std::deque<std::pair<TcpSegment, std::string>> delayed_;
};

/// A tracker, its recorder, and two ends. Time stands still until Wait. The destructor finishes the
/// capture and checks that all sums hold and all memory is given back.
class Wire {
 public:
  explicit Wire(StreamLimits limits = StreamLimits::Default());
  ~Wire();
  Wire(const Wire&) = delete;

  /// SYN, SYN-ACK and ACK, each a millisecond after the other.
  static std::unique_ptr<Wire> Established(StreamLimits limits = StreamLimits::Default());
  void Handshake();

  End& Client() { return client_; }
  End& Server() { return server_; }
  void Wait(int64_t ns);      ///< silence: only the clock goes on
  void WaitTick(int64_t ns);  ///< the same, and the tracker is told
  void Capture(TcpSegment segment);
  void Finish();

  const SeenConnection& Seen(size_t n = 0) const { return recorder.at(n); }
  const std::string& ClientFlow(size_t n = 0) const;
  const std::string& ServerFlow(size_t n = 0) const;
  uint64_t Count(const std::string& name) const;

  MemoryAccount memory;
  Recorder recorder;
  StreamTracker tracker;
  bool check_sums = true;  ///< after each segment; always at the end
  TimeNs now = 1'700'000'000 * kNsPerSecond;

 private:
  End client_;
  End server_;
  uint64_t captured_ = 0;
  bool finished_ = false;
};

Endpoint MakeEndpoint(uint8_t host, uint16_t port);
/// `expected` broken sums: none.
std::vector<std::string> BrokenSumsOf(const StreamTracker& tracker, uint64_t segments);
uint64_t CounterOf(const StreamTracker& tracker, const std::string& name);

}  // namespace trafrec::reassembly::testing
