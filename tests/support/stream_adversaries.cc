// Adversaries that attack the order of bytes within one connection.

#include <algorithm>
#include <string>

#include "tests/support/adversaries.h"

namespace trafrec::test_support {
namespace {

constexpr size_t kSegment = 1'448;
/// What one connection is used for before the next one: more than 8 MiB of what a hole costs.
constexpr size_t kHoles = 100'000;

/// The client's connection after an honest exchange, which makes it HTTP.
HostileFlow Begun(HostileWire& wire, uint32_t number) {
  HostileFlow flow(wire, number);
  flow.Client("GET / HTTP/1.1\r\n\r\n").Server("HTTP/1.1 204 No Content\r\n\r\n").ClientAcks();
  flow.Client("PUT / HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n");
  return flow;
}

constexpr uint64_t kBodyAt = 18 + 46;

void OneByteBackwards(HostileWire& wire, size_t packets) {
  HostileFlow flow = Begun(wire, 0);
  for (size_t i = packets; i > 0; --i) {
    flow.ClientAt(kBodyAt + i, "x");
  }
}

void HolePerByte(HostileWire& wire, size_t packets) {
  HostileFlow flow = Begun(wire, 0);
  for (size_t i = 0; i < packets; ++i) {
    flow.ClientAt(kBodyAt + 2 * i + 1, "x");
  }
}

void HolePerByteAcknowledged(HostileWire& wire, size_t packets) {
  HostileFlow flow = Begun(wire, 0);
  for (size_t i = 0; i < packets / 2; ++i) {
    flow.LosesClient("x").Client("y").ServerAcks();
    wire.Wait(i % 64 == 0 ? 30 * kNsPerMs : 0);
  }
}

void LargeSegmentsOverHoles(HostileWire& wire, size_t packets) {
  HostileFlow flow = Begun(wire, 0);
  const std::string block(kSegment, 'x');
  const size_t holes = std::min(packets / 4, kHoles / 2);
  for (size_t i = 0; i < holes; ++i) {
    flow.ClientAt(kBodyAt + 2 * i + 1, "y");
  }
  for (size_t i = 0; i < packets - holes; ++i) {
    flow.ClientAt(kBodyAt + 1 + i * 7 % (2 * holes), block);
  }
}

void StaggeredOverlaps(HostileWire& wire, size_t packets) {
  HostileFlow flow = Begun(wire, 0);
  const std::string block(kSegment, 'x');
  const std::string other(kSegment, 'y');
  for (size_t i = packets; i > 0; --i) {
    flow.ClientAt(kBodyAt + i, i % 2 == 0 ? block : other);
  }
}

void CutSegmentsOverHoles(HostileWire& wire, size_t packets) {
  HostileFlow flow = Begun(wire, 0);
  const size_t holes = std::min(packets / 2, size_t{10'000});
  for (size_t i = 0; i < holes; ++i) {
    flow.ClientAt(kBodyAt + 2 * i + 2, "y");
  }
  for (size_t i = 0; i < packets - holes; ++i) {
    flow.ClientCut(kBodyAt + 1, "z", 60'000);
  }
}

void Retransmissions(HostileWire& wire, size_t packets) {
  HostileFlow flow = Begun(wire, 0);
  for (int i = 0; i < 200; ++i) {
    flow.Client("x");
  }
  for (size_t i = 0; i < packets; ++i) {
    flow.ClientAt(kBodyAt + 1, i % 2 == 0 ? "x" : "y");
  }
}

void GapThenSegments(HostileWire& wire, size_t packets) {
  for (size_t i = 0; i < packets / 1'010; ++i) {
    HostileFlow flow = Begun(wire, static_cast<uint32_t>(i));
    flow.LosesClient(std::string(kSegment, 'l'));
    const std::string block(kSegment, 'x');
    for (int k = 0; k < 1'000; ++k) {
      flow.Client(block);
    }
    flow.ServerAcks();
  }
}

void ZeroWindowProbes(HostileWire& wire, size_t packets) {
  HostileFlow flow = Begun(wire, 0);
  flow.Client("xyz").ServerAcks();
  for (size_t i = 0; i < packets / 2; ++i) {
    flow.ClientAt(kBodyAt + 2, "z").ServerAcks();
  }
}

void FarAhead(HostileWire& wire, size_t packets) {
  HostileFlow flow = Begun(wire, 0);
  for (size_t i = 0; i < packets; ++i) {
    flow.ClientAt(kBodyAt + (i % 7 + 2) * 100'000'000, "x");
  }
}

void WaitingForEachOther(HostileWire& wire, size_t packets) {
  HostileFlow flow = Begun(wire, 0);
  for (size_t i = 0; i < packets / 2; ++i) {
    flow.LosesClient("x").Server("y").Client("x").LosesServer("y");
  }
}

constexpr Adversary kAll[] = {
    {"one-byte segments backwards", OneByteBackwards},
    {"a hole at every second byte", HolePerByte},
    {"a hole at every second byte, acknowledged", HolePerByteAcknowledged},
    {"large segments over holes", LargeSegmentsOverHoles},
    {"overlaps of all but one byte, conflicting", StaggeredOverlaps},
    {"cut segments over holes", CutSegmentsOverHoles},
    {"retransmissions of old bytes", Retransmissions},
    {"a gap, then a thousand segments", GapThenSegments},
    {"zero-window probes", ZeroWindowProbes},
    {"segments far ahead", FarAhead},
    {"flows that wait for each other", WaitingForEachOther},
};

}  // namespace

std::span<const Adversary> StreamAdversaries() { return kAll; }

}  // namespace trafrec::test_support
