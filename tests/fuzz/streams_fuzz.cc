// Sequences of TCP segments on four connections: sequence numbers near where they belong, any
// flags, payloads out of HTTP's own words. Each segment is
//   [connection and side: 1][flags: 1][milliseconds: 1][sequence offset: 2][ACK offset: 2]
//   [payload word: 1][raw payload length: 1][raw payload].

#include <array>
#include <string_view>

#include "tests/fuzz/fuzz_input.h"
#include "tests/support/packets.h"

namespace {

constexpr std::array<std::string_view, 16> kWords = {
    "",
    "GET /a HTTP/1.1\r\nHost: h\r\n\r\n",
    "PUT /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n",
    "hello",
    "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n",
    "5\r\nhello\r\n",
    "0\r\n\r\n",
    "0\r\nTrailer: x\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HTTP/1.1 204 No Content\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "HEAD /d HTTP/1.1\r\nHost: h\r\n\r\n",
    "HTTP/1.0 200 OK\r\n\r\n",
    "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n",
};

struct Flow {
  uint32_t next = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trafrec;
  fuzz::Input input(data, size);
  fuzz::Pipeline pipeline;
  // One of the connections starts just below the wrap of its sequence numbers.
  std::array<std::array<Flow, 2>, 4> flows = {{{{{1'000}, {2'000}}},
                                               {{{0xFFFFFFF0}, {0xFFFFFF00}}},
                                               {{{77}, {88}}},
                                               {{{0x80000000}, {0x7FFFFFFF}}}}};
  TimeNs now = 1'700'000'000 * kNsPerSecond;
  while (!input.empty()) {
    const uint8_t which = input.Byte();
    const size_t connection = which & 3;
    const size_t side = (which >> 2) & 1;
    test_support::Tcp tcp;
    const auto client = test_support::Ip("10.0.0.1", static_cast<uint16_t>(40'000 + connection));
    const auto server = test_support::Ip("10.0.0.2", 9'200);
    tcp.source = side == 0 ? client : server;
    tcp.destination = side == 0 ? server : client;
    tcp.flags = input.Byte();
    now += input.Byte() * kNsPerMs;
    Flow& self = flows[connection][side];
    const Flow& peer = flows[connection][1 - side];
    // Mostly in order; else near.
    const auto sequence_offset = static_cast<int16_t>(input.Word());
    const auto ack_offset = static_cast<int16_t>(input.Word());
    tcp.sequence = self.next + static_cast<uint32_t>(int32_t{sequence_offset});
    tcp.acknowledgment = peer.next + static_cast<uint32_t>(int32_t{ack_offset});
    tcp.payload = kWords[input.Byte() % kWords.size()];
    tcp.payload += AsText(input.Take(input.Byte()));
    const bool in_order = sequence_offset == 0;
    if (in_order) {
      self.next += static_cast<uint32_t>(tcp.payload.size());
      self.next += (tcp.flags & test_support::kSyn) != 0 ? 1 : 0;
      self.next += (tcp.flags & test_support::kFin) != 0 ? 1 : 0;
    }
    test_support::RawPacket raw;
    raw.at = now;
    raw.bytes = test_support::Ethernet(test_support::IpTcp(tcp));
    pipeline.OnPacket(test_support::AsPacket(raw));
  }
  pipeline.OnTick(now + kNsPerSecond);
  pipeline.Finish();
  return 0;
}
