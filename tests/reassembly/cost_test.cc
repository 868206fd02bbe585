// No traffic costs more than so many steps a packet and a captured byte, and none takes more memory
// than the account allows. `tools/dev bench adversary` measures the same adversaries in time.

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cctype>
#include <ostream>
#include <string>

#include "reassembly/dissection/dissector.h"
#include "reassembly/http/http_layer.h"
#include "reassembly/limits.h"
#include "reassembly/stream/stream_tracker.h"
#include "tests/support/adversaries.h"
#include "tests/support/counting_sink.h"

namespace trafrec::test_support {

/// What gtest shows of a parameter.
static void PrintTo(const Adversary& adversary, std::ostream* out) { *out << adversary.name; }

}  // namespace trafrec::test_support

namespace trafrec::reassembly {
namespace {

using test_support::Adversary;
using test_support::HostileWire;
using test_support::RawPacket;

/// What Reassembler consists of, with its account in sight.
class Stage {
 public:
  explicit Stage(size_t memory_bytes) { memory.max_bytes = memory_bytes; }

  void Take(const RawPacket& raw) {
    if (const TcpSegment* segment = dissector.Dissect(AsPacket(raw))) {
      tracker.OnSegment(*segment);
    }
    if (++packets % 512 == 0) {
      tracker.OnTick(raw.at);
      http.OnTick(raw.at, tracker.undelivered_since());
    }
    bytes += raw.bytes.size();
    peak_bytes = std::max(peak_bytes, memory.used_bytes);
  }

  void Finish() {
    tracker.Finish();
    http.Finish();
  }

  uint64_t Steps() const {
    Counters counters;
    dissector.AddCounters(counters);
    tracker.AddCounters(counters);
    http.AddCounters(counters);
    uint64_t steps = 0;
    for (const Counter& counter : counters) {
      steps += counter.name.ends_with(".steps") ? counter.value : 0;
    }
    return steps;
  }

  uint64_t packets = 0;
  uint64_t bytes = 0;
  size_t peak_bytes = 0;
  MemoryAccount memory;

 private:
  test_support::CountingSink sink_;
  Dissector dissector{ChecksumPolicy::kAuto};
  HttpLayer http{{}, memory, sink_};
  StreamTracker tracker{StreamLimits::Default(), memory, http};
};

void Attack(Stage& stage, const Adversary& adversary, size_t packets) {
  HostileWire wire([&](const RawPacket& raw) { stage.Take(raw); });
  adversary.attack(wire, packets);
}

size_t AllocatedBytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

const Adversary& Named(std::string_view name) {
  static const std::vector<Adversary> all = test_support::AllAdversaries();
  return *std::find_if(all.begin(), all.end(), [&](const Adversary& a) { return a.name == name; });
}

class Cost : public ::testing::TestWithParam<Adversary> {};

TEST_P(Cost, StepsAreBoundedByPacketsAndBytes) {
  constexpr uint64_t kPerPacket = limits::kRecentSteps + 16;
  Stage stage(limits::kGlobalBytes);
  Attack(stage, GetParam(), 4'000);
  stage.Finish();
  EXPECT_LE(stage.Steps(), kPerPacket * stage.packets + stage.bytes);
}

TEST_P(Cost, TwiceThePacketsTakeAboutTwiceTheSteps) {
  Stage once(limits::kGlobalBytes);
  Attack(once, GetParam(), 2'000);
  once.Finish();
  Stage twice(limits::kGlobalBytes);
  Attack(twice, GetParam(), 4'000);
  twice.Finish();
  const double packets = static_cast<double>(twice.packets) / static_cast<double>(once.packets);
  EXPECT_LE(static_cast<double>(twice.Steps()),
            static_cast<double>(once.Steps()) * packets * 1.25 + 1'000);
}

TEST_P(Cost, MemoryStaysWithinTheAccountAndIsGivenBack) {
  constexpr size_t kMaxBytes = limits::kPooledBytes + (size_t{2} << 20);
  constexpr size_t kOnePacketBytes = size_t{512} << 10;
  {
    Stage stage(kMaxBytes);
    Attack(stage, GetParam(), 4'000);
    EXPECT_LE(stage.peak_bytes, kMaxBytes + kOnePacketBytes);
    stage.Finish();
    EXPECT_LE(stage.memory.used_bytes, limits::kPooledBytes);
  }
}

std::string TestName(const ::testing::TestParamInfo<Adversary>& info) {
  std::string name;
  bool upper = true;
  for (const char* c = info.param.name; *c != '\0'; ++c) {
    if (std::isalnum(static_cast<unsigned char>(*c)) != 0) {
      name += upper ? static_cast<char>(std::toupper(*c)) : *c;
      upper = false;
    } else {
      upper = true;
    }
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Of, Cost, ::testing::ValuesIn(test_support::AllAdversaries()), TestName);

TEST(IdleCost, IdleConnectionTakes256BytesAtMost) {
  constexpr size_t kConnections = 60'000;
  Stage stage(limits::kGlobalBytes);
  const size_t before = AllocatedBytes();
  Attack(stage, Named("idle connections"), 3 * kConnections);
  EXPECT_LE(AllocatedBytes() - before, 256 * kConnections);
}

TEST(IdleCost, IdleConnectionThatCarriedHttpTakes256BytesAFlowAtMost) {
  constexpr size_t kConnections = 20'000;
  constexpr size_t kAwake = 500;
  Stage stage(limits::kGlobalBytes);
  const size_t before = AllocatedBytes();
  Attack(stage, Named("idle connections that carried HTTP"), 6 * kConnections);
  EXPECT_LE(stage.memory.used_bytes - limits::kPooledBytes / 8, 2 * 256 * kConnections);
  EXPECT_LE(AllocatedBytes() - before, 2 * 256 * kConnections + kAwake * 4'096);
}

TEST(IdleCost, WhatARequestTakesThatWaitsIsCharged) {
  constexpr size_t kConnections = 4'000;
  Stage stage(limits::kGlobalBytes);
  const size_t before = AllocatedBytes();
  Attack(stage, Named("connections with a request pending"), 5 * kConnections);
  EXPECT_LE(AllocatedBytes() - before, stage.memory.used_bytes * 5 / 4);
}

}  // namespace
}  // namespace trafrec::reassembly
