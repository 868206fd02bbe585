#include <random>

#include "tests/reassembly/dissection/dissection_test_support.h"
#include "tests/reassembly/dissection/packet_samples.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace trafrec::reassembly {
namespace {

using namespace test_support;

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  size_t Below(size_t bound) { return bound == 0 ? 0 : random_() % bound; }

  ByteVector operator()(ByteVector bytes) {
    for (size_t changes = Below(4); changes > 0 && !bytes.empty(); --changes) {
      const size_t at = Below(bytes.size());
      switch (Below(4)) {
        case 0:
          bytes[at] = static_cast<uint8_t>(random_());
          break;
        case 1:
          bytes[at] = Below(2) == 0 ? 0 : 0xff;
          break;
        case 2:
          bytes[at] ^= static_cast<uint8_t>(1u << Below(8));
          break;
        default:
          bytes.resize(at);
      }
    }
    return bytes;
  }

 private:
  std::mt19937_64 random_;
};

TEST(DissectorHostile, DamagedPacketsAreCountedAndNothingElse) {
  const std::vector<PacketSample> samples = PacketSamples();
  Mutator mutate(1);
  Dissector dissector(ChecksumPolicy::kIgnore);
  for (int i = 0; i < 200'000; ++i) {
    const PacketSample& sample = samples[mutate.Below(samples.size())];
    // A copy on the heap of just that size, so that a sanitizer sees a read beyond it.
    const ByteVector bytes = mutate(sample.bytes);
    Packet packet;
    packet.at = i * kNsPerMs;
    packet.bytes = bytes;
    packet.wire_bytes = static_cast<uint32_t>(bytes.size() + mutate.Below(3) * 100);
    packet.link_type = sample.link_type;
    for (const TcpSegment* segment = dissector.Dissect(packet); segment != nullptr;
         segment = dissector.DissectMore()) {
      ASSERT_LE(segment->payload.size(), segment->payload_wire_bytes);
      ASSERT_LE(segment->encapsulation.ids().size(), 8u);
    }
  }
  Counters counters;
  dissector.AddCounters(counters);
  EXPECT_THAT(BrokenSums(counters), testing::IsEmpty());
}

TEST(DissectorHostile, FuzzTargetSurvivesRandomSequencesOfPackets) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 2'000; ++i) {
    ByteVector input(random() % 400);
    std::generate(input.begin(), input.end(), [&] { return static_cast<uint8_t>(random()); });
    EXPECT_EQ(LLVMFuzzerTestOneInput(input.data(), input.size()), 0);
  }
}

TEST(DissectorHostile, WireLengthBelowTheCapturedOneIsNotBelieved) {
  const RawPacket raw = {1, Ethernet(Hello()), 0, 0};
  Packet packet = AsPacket(raw);
  packet.wire_bytes = 10;
  EXPECT_EQ(Feed()(packet), "TCP hello");
}

TEST(DissectorHostile, EndlessLabelsAreNesting) {
  ByteVector packet = Ethernet({}, kEtherTypeMpls);
  for (int i = 0; i < 60'000; ++i) {
    Put32(packet, 99u << 12 | 64);
  }
  PutBytes(packet, Mpls(100, Hello()));
  EXPECT_EQ(Feed()(packet), "ignored: nesting");
}

}  // namespace
}  // namespace trafrec::reassembly
