#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "tests/support/packets.h"
#include "tests/support/tcp_conversation.h"

namespace trafrec::test_support {

/// The wire as an adversary uses it. Owns the clock: a packet each microsecond, unless told to
/// wait.
class HostileWire {
 public:
  using Output = std::function<void(const RawPacket&)>;

  explicit HostileWire(Output output) : output_(std::move(output)) {}

  /// In Ethernet. `wire_bytes` 0: the capture has all of it.
  void Put(Bytes ip_packet, uint32_t wire_bytes = 0);
  void PutFrame(ByteVector frame, uint32_t wire_bytes = 0);
  void Wait(int64_t ns) { now_ += ns; }
  size_t packets() const { return packets_; }

 private:
  Output output_;
  TimeNs now_ = 1'700'000'000 * kNsPerSecond;
  size_t packets_ = 0;
};

/// One connection on that wire, number by number: of its own client and port, one server.
class HostileFlow {
 public:
  explicit HostileFlow(HostileWire& wire, uint32_t number = 0, bool handshake = true);

  HostileFlow& Client(std::string_view data);
  HostileFlow& Server(std::string_view data);
  /// Sent, and not captured.
  HostileFlow& LosesClient(std::string_view data);
  HostileFlow& LosesServer(std::string_view data);
  HostileFlow& ClientAt(uint64_t offset, std::string_view data);
  HostileFlow& ServerAcks();
  HostileFlow& ClientAcks();
  HostileFlow& Close();
  /// A segment that says of itself that it has `said_bytes` of payload and of which only `data` is
  /// there.
  HostileFlow& ClientCut(uint64_t offset, std::string_view data, uint16_t said_bytes);

 private:
  HostileFlow& Flush();

  HostileWire& wire_;
  TcpConversation tcp_;
};

/// The endpoints of connection `number`.
Endpoint HostileClient(uint32_t number);
Endpoint HostileServer();

/// Traffic that nobody sends but to make a recorder work or remember.
struct Adversary {
  const char* name;
  /// Sends about `packets` packets.
  void (*attack)(HostileWire& wire, size_t packets);
};

// By what they attack.
std::span<const Adversary> StreamAdversaries();
std::span<const Adversary> HttpAdversaries();
std::span<const Adversary> TableAdversaries();  ///< flows, fragments, tunnels, timers, memory
std::vector<Adversary> AllAdversaries();

}  // namespace trafrec::test_support
