// Adversaries that attack what is kept per connection and per datagram: tables, timers, memory.

#include <algorithm>
#include <string>

#include "tests/support/adversaries.h"
#include "tests/support/encapsulations.h"

namespace trafrec::test_support {
namespace {

constexpr std::string_view kRequest = "GET /index/_doc/1 HTTP/1.1\r\nHost: search.example\r\n\r\n";
constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

void SynFlood(HostileWire& wire, size_t packets) {
  for (size_t i = 0; i < packets; ++i) {
    wire.Put(IpTcp({.source = HostileClient(static_cast<uint32_t>(i)),
                    .destination = HostileServer(),
                    .flags = kSyn}));
  }
}

void SynFloodInTunnels(HostileWire& wire, size_t packets) {
  for (size_t i = 0; i < packets; ++i) {
    const auto number = static_cast<uint32_t>(i);
    wire.Put(Vxlan(number & 0xffffff, Ethernet(IpTcp({.source = HostileClient(number),
                                                      .destination = HostileServer(),
                                                      .flags = kSyn}))));
  }
}

void FirstBytesInTunnels(HostileWire& wire, size_t packets) {
  for (size_t i = 0; i < packets; ++i) {
    const auto number = static_cast<uint32_t>(i);
    wire.Put(Vxlan(number & 0xffffff, Ethernet(IpTcp({.source = HostileClient(number),
                                                      .destination = HostileServer(),
                                                      .acknowledgment = 1,
                                                      .flags = kAck | kPsh,
                                                      .payload = "GE"}))));
  }
}

void MidStreamFlood(HostileWire& wire, size_t packets) {
  for (size_t i = 0; i < packets; ++i) {
    wire.Put(IpTcp({.source = HostileClient(static_cast<uint32_t>(i)),
                    .destination = HostileServer(),
                    .acknowledgment = 1,
                    .flags = kAck | kPsh,
                    .payload = "GE"}));
  }
}

void ResetFlood(HostileWire& wire, size_t packets) {
  HostileFlow flow(wire);
  for (size_t i = 0; i < packets; ++i) {
    wire.Put(IpTcp({.source = HostileClient(static_cast<uint32_t>(i % 3)),
                    .destination = HostileServer(),
                    .sequence = static_cast<uint32_t>(i * 977),
                    .flags = kRst}));
  }
}

void NewSynOnLiveTuple(HostileWire& wire, size_t packets) {
  for (size_t i = 0; i < packets; ++i) {
    wire.Put(IpTcp({.source = HostileClient(0),
                    .destination = HostileServer(),
                    .sequence = static_cast<uint32_t>(i * 100'003),
                    .flags = kSyn}));
  }
}

void IdleConnections(HostileWire& wire, size_t packets) {
  for (uint32_t i = 0; i < packets / 3; ++i) {
    HostileFlow(wire, i);
  }
}

/// Opened over some minutes: a pool's connections are silent most of the time.
void IdleHttpConnections(HostileWire& wire, size_t packets) {
  for (uint32_t i = 0; i < packets / 6; ++i) {
    HostileFlow(wire, i).Client(kRequest).Server(kAnswer).ClientAcks();
    if (i % 500 == 499) {
      wire.Wait(11 * kNsPerSecond);
    }
  }
}

/// Each is silent for just so long that its state is packed, and must be unpacked.
void RestingConnections(HostileWire& wire, size_t packets) {
  const auto connections = static_cast<uint32_t>(std::clamp<size_t>(packets / 40, 1, 20'000));
  std::vector<HostileFlow> flows;
  for (uint32_t i = 0; i < connections; ++i) {
    flows.emplace_back(wire, i);
  }
  while (wire.packets() < packets) {
    for (HostileFlow& flow : flows) {
      flow.Client(kRequest).Server(kAnswer).ClientAcks();
    }
    wire.Wait(11 * kNsPerSecond);
  }
}

void PendingRequests(HostileWire& wire, size_t packets) {
  for (uint32_t i = 0; i < packets / 5; ++i) {
    HostileFlow(wire, i).Client(kRequest).ServerAcks();
  }
}

void ShortConnections(HostileWire& wire, size_t packets) {
  for (uint32_t i = 0; i < packets / 8; ++i) {
    HostileFlow(wire, i).Client(kRequest).Server(kAnswer).Close();
  }
}

/// Every connection holds bytes behind a hole, and together they are over the budget.
void HolesEverywhere(HostileWire& wire, size_t packets) {
  const std::string block(1'448, 'x');
  const auto connections = static_cast<uint32_t>(std::clamp<size_t>(packets / 12, 1, 20'000));
  std::vector<HostileFlow> flows;
  for (uint32_t i = 0; i < connections; ++i) {
    flows.emplace_back(wire, i).Client("PUT / HTTP/1.1\r\nContent-Length: 100000000\r\n\r\n");
    flows.back().LosesClient(block);
  }
  while (wire.packets() < packets) {
    for (HostileFlow& flow : flows) {
      flow.Client(block);
    }
  }
}

/// A hole, acknowledged, on one connection after the other: each has a timer.
void TimersEverywhere(HostileWire& wire, size_t packets) {
  const auto connections = static_cast<uint32_t>(std::clamp<size_t>(packets / 12, 1, 20'000));
  std::vector<HostileFlow> flows;
  for (uint32_t i = 0; i < connections; ++i) {
    flows.emplace_back(wire, i).Client("PUT / HTTP/1.1\r\nContent-Length: 100000000\r\n\r\n");
  }
  while (wire.packets() < packets) {
    for (HostileFlow& flow : flows) {
      flow.LosesClient("x").Client("y").ServerAcks();
    }
    wire.Wait(10 * kNsPerMs);
  }
}

void HalfGone(HostileWire& wire, size_t packets) {
  const std::string body(4'000, 'x');
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n" + body;
  const auto connections = static_cast<uint32_t>(std::clamp<size_t>(packets / 100, 1, 1'000));
  std::vector<HostileFlow> flows;
  for (uint32_t i = 0; i < connections; ++i) {
    flows.emplace_back(wire, i);
  }
  uint64_t dice = 1;
  const auto lost = [&] {
    return ((dice = dice * 6364136223846793005u + 1442695040888963407u) >> 63) != 0;
  };
  for (size_t i = 0; wire.packets() < packets; ++i) {
    HostileFlow& flow = flows[i % flows.size()];
    lost() ? flow.LosesClient(kRequest) : flow.Client(kRequest);
    for (size_t at = 0; at < answer.size(); at += 1'448) {
      const std::string_view part = std::string_view(answer).substr(at, 1'448);
      lost() ? flow.LosesServer(part) : flow.Server(part);
    }
    if (!lost()) {
      flow.ClientAcks();
    }
  }
}

ByteVector FragmentOf(uint32_t number, uint16_t offset, bool more, std::string_view bytes) {
  return IpPacket({.source = HostileClient(number).address,
                   .destination = HostileServer().address,
                   .id = static_cast<uint16_t>(number),
                   .fragment_offset = offset,
                   .more_fragments = more},
                  AsBytes(bytes));
}

void SmallestFragments(HostileWire& wire, size_t packets) {
  for (size_t i = packets; i > 0; --i) {
    wire.Put(FragmentOf(static_cast<uint32_t>(i / 8'000), static_cast<uint16_t>(i % 8'000 * 8),
                        true, "12345678"));
  }
}

void DatagramsNeverWhole(HostileWire& wire, size_t packets) {
  for (size_t i = 0; i < packets; ++i) {
    wire.Put(FragmentOf(static_cast<uint32_t>(i), 0, true, "12345678"));
  }
}

void OverlappingFragments(HostileWire& wire, size_t packets) {
  const std::string block(1'440, 'x');
  for (size_t i = 0; i < packets; ++i) {
    const bool small = i % 2'000 < 1'000;
    const auto datagram = static_cast<uint32_t>(i / 2'000);
    wire.Put(small ? FragmentOf(datagram, static_cast<uint16_t>(i % 1'000 * 16), true, "12345678")
                   : FragmentOf(datagram, static_cast<uint16_t>(i % 997 * 8), true, block));
  }
}

void NestedTunnels(HostileWire& wire, size_t packets) {
  for (size_t i = 0; i < packets; ++i) {
    ByteVector packet = IpTcp({.source = HostileClient(static_cast<uint32_t>(i % 1'000)),
                               .destination = HostileServer(),
                               .sequence = static_cast<uint32_t>(i),
                               .flags = kSyn});
    for (int depth = 0; depth < 8; ++depth) {
      packet = depth % 2 == 0 ? Vxlan(static_cast<uint32_t>(i + depth) & 0xffffff, Ethernet(packet))
                              : Gre(packet, {.checksum = true, .has_key = true, .key = 7});
    }
    wire.Put(packet);
  }
}

void Ipv6Extensions(HostileWire& wire, size_t packets) {
  Endpoint source = Ip("2001:db8::1", 40'000);
  const Endpoint destination = Ip("2001:db8::2", 9'200);
  const std::vector<uint8_t> types(16, 60);
  const std::vector<ByteVector> headers(16, ByteVector(8, 0));
  for (size_t i = 0; i < packets; ++i) {
    wire.Put(WithExtensions(IpTcp({.source = source, .destination = destination, .flags = kSyn}),
                            types, headers));
  }
}

void UnknownNumbers(HostileWire& wire, size_t packets) {
  const ByteVector payload(46, 0);
  for (size_t i = 0; i < packets; ++i) {
    wire.PutFrame(Ethernet(payload, static_cast<uint16_t>(0x0600 + i * 7)));
  }
}

void WrongChecksums(HostileWire& wire, size_t packets) {
  for (size_t i = 0; i < packets; ++i) {
    wire.Put(IpTcp({.source = HostileClient(static_cast<uint32_t>(i * 31)),
                    .destination = HostileServer(),
                    .sequence = static_cast<uint32_t>(i),
                    .checksum = Tcp::Checksum::kWrong}));
  }
}

constexpr Adversary kAll[] = {
    {"SYN flood", SynFlood},
    {"SYN flood, each in a tunnel of its own", SynFloodInTunnels},
    {"first bytes on a million connections", MidStreamFlood},
    {"first bytes, each in a tunnel of its own", FirstBytesInTunnels},
    {"RST flood", ResetFlood},
    {"a new SYN on a live connection", NewSynOnLiveTuple},
    {"idle connections", IdleConnections},
    {"idle connections that carried HTTP", IdleHttpConnections},
    {"connections that rest between exchanges", RestingConnections},
    {"connections with a request pending", PendingRequests},
    {"short connections", ShortConnections},
    {"holes on all connections, over the budget", HolesEverywhere},
    {"timers on all connections", TimersEverywhere},
    {"half of the packets gone", HalfGone},
    {"fragments of eight bytes, backwards", SmallestFragments},
    {"datagrams that never get whole", DatagramsNeverWhole},
    {"overlapping fragments", OverlappingFragments},
    {"tunnels in tunnels", NestedTunnels},
    {"IPv6 extension headers", Ipv6Extensions},
    {"unknown EtherTypes", UnknownNumbers},
    {"wrong checksums", WrongChecksums},
};

}  // namespace

std::span<const Adversary> TableAdversaries() { return kAll; }

}  // namespace trafrec::test_support
