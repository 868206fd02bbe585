// Any packets of any link type: [link type: 1 byte, index] then, again and again,
// [milliseconds since the one before: 1][length: 2][bytes].

#include <array>
#include <vector>

#include "reassembly/dissection/link_type.h"
#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trafrec;
  static constexpr std::array<uint16_t, 12> kLinkTypes = {1,   0,   101, 113, 276, 228,
                                                          229, 105, 127, 9,   104, 239};
  fuzz::Input input(data, size);
  fuzz::Pipeline pipeline;
  reassembly::Packet packet;
  packet.link_type = kLinkTypes[input.Byte() % kLinkTypes.size()];
  packet.at = 1'700'000'000 * kNsPerSecond;
  while (!input.empty()) {
    packet.at += input.Byte() * kNsPerMs;
    const Bytes bytes = input.Take(input.Word());
    packet.bytes = bytes;
    packet.wire_bytes = static_cast<uint32_t>(bytes.size());
    pipeline.OnPacket(packet);
  }
  pipeline.OnTick(packet.at + kNsPerSecond);
  pipeline.Finish();
  return 0;
}
