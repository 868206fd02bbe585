// Whatever TCP survives must not change what is delivered; whatever is lost must show.
//
// A conversation is made by the seed: two flows of known bytes, cut into turns. Its packets are
// made from it with other segmentation, duplicates, overlapping retransmissions, reordering and
// thinned ACKs, the numbers near the wrap. With loss the truth is what the endpoints exchanged:
// chunks and gaps must tile it, and every delivered byte be the right one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "wire.h"

namespace trafrec::reassembly::testing {
namespace {

using Random = std::mt19937_64;

uint64_t Upto(Random& random, uint64_t max) { return random() % (max + 1); }
bool Chance(Random& random, int percent) { return random() % 100 < static_cast<unsigned>(percent); }

/// Holds what it is given against the truth.
class Checker : public StreamConsumer {
 public:
  struct Result {
    uint64_t to[2] = {};
    uint64_t gap_bytes = 0;
    bool ended[2] = {};
    bool closed = false;
    bool conflict = false;
  };
  Checker(const std::string* truth, Result& result) : truth_(truth), result_(result) {}

  void OnChunk(Flow flow, const Chunk& chunk) override {
    const int f = static_cast<int>(flow);
    ASSERT_EQ(chunk.offset, result_.to[f]);
    ASSERT_LE(chunk.offset + chunk.bytes.size(), truth_[f].size());
    ASSERT_EQ(std::memcmp(truth_[f].data() + chunk.offset, chunk.bytes.data(), chunk.bytes.size()),
              0)
        << "wrong bytes at " << chunk.offset;
    result_.to[f] += chunk.bytes.size();
  }
  void OnGap(Flow flow, const Gap& gap) override {
    ASSERT_EQ(gap.offset, result_.to[static_cast<int>(flow)]);
    result_.to[static_cast<int>(flow)] += gap.length;
    result_.gap_bytes += gap.length;
  }
  void OnAcknowledged(Flow, uint64_t, uint32_t, TimeNs) override {}
  void OnCopy(Flow, uint64_t, uint64_t, TimeNs, bool conflict) override {
    result_.conflict |= conflict;
  }
  void OnEnd(Flow flow, TimeNs) override { result_.ended[static_cast<int>(flow)] = true; }
  void OnClose(const ConnectionEnd&) override { result_.closed = true; }
  void OnEvict(TimeNs) override {}

 private:
  const std::string* truth_;
  Result& result_;
};

class CheckerFactory : public StreamConsumerFactory {
 public:
  std::unique_ptr<StreamConsumer> Open(const ConnectionInfo&) override {
    ++opened;
    return std::make_unique<Checker>(truth, result);
  }
  std::string truth[2];
  Checker::Result result;
  int opened = 0;
};

struct Trace {
  std::vector<TcpSegment> segments;  // payloads point into the truth
  std::string truth[2];
};

struct Damage {
  int duplicate_percent = 0;
  int overlap_percent = 0;
  int reorder_percent = 0;
  int thin_acks_percent = 0;
  int drop_percent = 0;
  size_t segment_max = 1448;
};

/// Client is flow 0. Turns alternate; each side acknowledges all it got.
Trace MakeTrace(Random& random, const Damage& damage) {
  Trace trace;
  uint32_t base[2];
  for (uint32_t& b : base) {
    b = Chance(random, 50) ? static_cast<uint32_t>(0 - Upto(random, 20'000))
                           : static_cast<uint32_t>(random());
  }
  struct Turn {
    int f;
    uint64_t begin;
    uint64_t end;
  };
  std::vector<Turn> turns;
  const int rounds = 1 + static_cast<int>(Upto(random, 7));
  for (int i = 0; i < 2 * rounds; ++i) {
    const int f = i % 2;
    const uint64_t begin = trace.truth[f].size();
    const uint64_t length = 100 + Upto(random, f == 0 ? 3000 : 12'000);
    for (uint64_t n = 0; n < length; ++n) {
      trace.truth[f].push_back(static_cast<char>(random()));
    }
    turns.push_back({f, begin, begin + length});
  }
  TimeNs now = kNsPerSecond;
  uint64_t sent[2] = {};
  bool fin[2] = {};
  const auto emit = [&](int f, uint64_t offset, uint64_t length, uint8_t flags) {
    TcpSegment segment;
    segment.at = now += 1000;
    segment.source = MakeEndpoint(static_cast<uint8_t>(1 + f), f == 0 ? 40000 : 9200);
    segment.destination = MakeEndpoint(static_cast<uint8_t>(2 - f), f == 0 ? 9200 : 40000);
    segment.sequence = base[f] + static_cast<uint32_t>(offset);
    segment.acknowledgment =
        base[1 - f] + static_cast<uint32_t>(sent[1 - f]) + (fin[1 - f] ? 1 : 0);
    segment.flags = flags;
    segment.window = 65535;
    segment.window_shift = (flags & TcpSegment::kSyn) != 0 ? 7 : 0xff;
    segment.payload =
        length == 0 ? Bytes() : AsBytes(std::string_view(trace.truth[f]).substr(offset, length));
    segment.payload_wire_bytes = static_cast<uint32_t>(length);
    trace.segments.push_back(segment);
  };
  const auto syn = [&](int f, uint8_t flags) {
    emit(f, 0, 0, flags);
    trace.segments.back().sequence = base[f] - 1;
  };
  syn(0, TcpSegment::kSyn);
  syn(1, TcpSegment::kSyn | TcpSegment::kAck);
  emit(0, 0, 0, TcpSegment::kAck);
  const size_t handshake = trace.segments.size();
  for (const Turn& turn : turns) {
    const int f = turn.f;
    for (uint64_t at = turn.begin; at < turn.end;) {
      const uint64_t length =
          std::min<uint64_t>(turn.end - at, 1 + Upto(random, damage.segment_max - 1));
      emit(f, at, length, TcpSegment::kAck | TcpSegment::kPsh);
      at += length;
      sent[f] = at;
      if (Chance(random, damage.duplicate_percent)) {
        trace.segments.push_back(trace.segments.back());
      }
      if (Chance(random, damage.overlap_percent)) {
        const uint64_t from = at - std::min<uint64_t>(at, Upto(random, 4000));
        const uint64_t until = from + std::min<uint64_t>(at - from, 1 + Upto(random, 3000));
        if (until > from) {
          emit(f, from, until - from, TcpSegment::kAck);
        }
      }
      if (!Chance(random, damage.thin_acks_percent)) {
        emit(1 - f, sent[1 - f], 0, TcpSegment::kAck);
      }
    }
  }
  emit(0, sent[0], 0, TcpSegment::kAck | TcpSegment::kFin);
  fin[0] = true;
  emit(1, sent[1], 0, TcpSegment::kAck | TcpSegment::kFin);
  fin[1] = true;
  emit(0, sent[0] + 1, 0, TcpSegment::kAck);

  for (size_t i = handshake; i + 1 < trace.segments.size(); ++i) {
    if (Chance(random, damage.reorder_percent)) {
      const size_t with = std::min(trace.segments.size() - 1, i + 1 + Upto(random, 4));
      std::swap(trace.segments[i], trace.segments[with]);
      std::swap(trace.segments[i].at, trace.segments[with].at);
    }
  }
  if (damage.drop_percent > 0) {
    std::erase_if(trace.segments,
                  [&](const TcpSegment&) { return Chance(random, damage.drop_percent); });
  }
  return trace;
}

struct Outcome {
  std::vector<std::string> broken;
  size_t memory_left = 0;
};

Outcome RunTracker(const Trace& trace, CheckerFactory& factory) {
  factory.truth[0] = trace.truth[0];
  factory.truth[1] = trace.truth[1];
  MemoryAccount memory;
  memory.max_bytes = size_t{64} << 20;
  StreamTracker tracker(StreamLimits::Default(), memory, factory);
  for (const TcpSegment& segment : trace.segments) {
    tracker.OnSegment(segment);
  }
  tracker.Finish();
  return {BrokenSumsOf(tracker, trace.segments.size()), memory.used_bytes};
}

TEST(StreamMetamorphic, WhatTcpSurvivesChangesNothing) {
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    Damage damage;
    damage.duplicate_percent = static_cast<int>(Upto(random, 50));
    damage.overlap_percent = static_cast<int>(Upto(random, 50));
    damage.reorder_percent = static_cast<int>(Upto(random, 40));
    damage.thin_acks_percent = static_cast<int>(Upto(random, 100));
    damage.segment_max = 1 + Upto(random, 5000);
    if (damage.segment_max < 50) {
      damage.segment_max = 50;
    }
    const Trace trace = MakeTrace(random, damage);
    CheckerFactory factory;
    const Outcome outcome = RunTracker(trace, factory);
    ASSERT_EQ(factory.opened, 1);
    ASSERT_EQ(factory.result.to[0], trace.truth[0].size());
    ASSERT_EQ(factory.result.to[1], trace.truth[1].size());
    ASSERT_EQ(factory.result.gap_bytes, 0U);
    ASSERT_TRUE(factory.result.ended[0] && factory.result.ended[1]);
    ASSERT_TRUE(factory.result.closed);
    ASSERT_FALSE(factory.result.conflict);
    ASSERT_THAT(outcome.broken, ::testing::IsEmpty());
    ASSERT_EQ(outcome.memory_left, 0U);
    ASSERT_FALSE(HasFailure());
  }
}

TEST(StreamMetamorphic, LossLeavesGapsAndNothingWrong) {
  for (const int percent : {1, 10, 50}) {
    for (uint64_t seed = 1; seed <= 300; ++seed) {
      SCOPED_TRACE(seed);
      Random random(seed);
      Damage damage;
      damage.duplicate_percent = static_cast<int>(Upto(random, 20));
      damage.reorder_percent = static_cast<int>(Upto(random, 20));
      damage.thin_acks_percent = static_cast<int>(Upto(random, 100));
      damage.segment_max = 100 + Upto(random, 2000);
      damage.drop_percent = percent;
      Trace trace = MakeTrace(random, damage);
      // The handshake tells where the flows start; without it offsets mean something else.
      CheckerFactory factory;
      if (trace.segments.size() < 2 || !trace.segments[0].has(TcpSegment::kSyn) ||
          !trace.segments[1].has(TcpSegment::kSyn)) {
        continue;
      }
      const Outcome outcome = RunTracker(trace, factory);
      ASSERT_LE(factory.opened, 1);
      for (const int f : {0, 1}) {
        const bool fin_captured = std::ranges::any_of(trace.segments, [&](const TcpSegment& s) {
          return s.has(TcpSegment::kFin) && (s.source.port == 40000) == (f == 0);
        });
        // An ACK of lost bytes and a lost FIN reads like one lost byte more.
        ASSERT_LE(factory.result.to[f], trace.truth[f].size() + (fin_captured ? 0 : 1));
        if (fin_captured && factory.opened > 0) {
          ASSERT_EQ(factory.result.to[f], trace.truth[f].size());
        }
      }
      ASSERT_THAT(outcome.broken, ::testing::IsEmpty());
      ASSERT_EQ(outcome.memory_left, 0U);
      ASSERT_FALSE(HasFailure());
    }
  }
}

TEST(StreamMetamorphic, MidStreamStartsGiveTheRestOfEachFlow) {
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    Trace trace = MakeTrace(random, Damage());
    const size_t skipped = 3 + Upto(random, trace.segments.size() - 4);
    trace.segments.erase(trace.segments.begin(),
                         trace.segments.begin() + static_cast<int64_t>(skipped));
    uint64_t expected[2] = {};
    for (const TcpSegment& segment : trace.segments) {
      expected[segment.source.port == 40000 ? 0 : 1] += segment.payload.size();
    }
    Recorder recorder;
    MemoryAccount memory;
    memory.max_bytes = size_t{64} << 20;
    StreamTracker tracker(StreamLimits::Default(), memory, recorder);
    for (const TcpSegment& segment : trace.segments) {
      tracker.OnSegment(segment);
    }
    tracker.Finish();
    ASSERT_THAT(BrokenSumsOf(tracker, trace.segments.size()), ::testing::IsEmpty());
    if (expected[0] + expected[1] == 0) {
      continue;
    }
    ASSERT_EQ(recorder.connections.size(), 1U);
    const bool client_first = recorder.at(0).info.first.port == 40000;
    for (const int f : {0, 1}) {
      const std::string& flow = recorder.at(0).flow[client_first ? f : 1 - f];
      ASSERT_EQ(flow, trace.truth[f].substr(trace.truth[f].size() - expected[f]));
    }
  }
}

TEST(StreamMetamorphic, SamePacketsGiveTheSameCalls) {
  Random random(42);
  Damage damage;
  damage.drop_percent = 10;
  damage.reorder_percent = 20;
  std::vector<TcpSegment> segments;
  std::vector<Trace> traces;
  for (uint8_t i = 0; i < 50; ++i) {
    traces.push_back(MakeTrace(random, damage));
  }
  for (uint8_t i = 0; i < 50; ++i) {
    for (TcpSegment segment : traces[i].segments) {
      (segment.source.port == 9200 ? segment.destination : segment.source).port =
          static_cast<uint16_t>(1000 + i);
      segments.push_back(segment);
    }
  }
  std::stable_sort(segments.begin(), segments.end(),
                   [](const TcpSegment& a, const TcpSegment& b) { return a.at < b.at; });
  const auto run = [&] {
    Recorder recorder;
    recorder.strict_order = false;
    MemoryAccount memory;
    memory.max_bytes = 100'000;
    StreamTracker tracker(StreamLimits::Default(), memory, recorder);
    for (const TcpSegment& segment : segments) {
      tracker.OnSegment(segment);
    }
    tracker.Finish();
    std::vector<std::string> all;
    for (const auto& connection : recorder.connections) {
      all.push_back(connection->info.first.ToString());
      all.insert(all.end(), connection->events.begin(), connection->events.end());
    }
    return all;
  };
  const std::vector<std::string> once = run();
  EXPECT_EQ(once, run());
}

}  // namespace
}  // namespace trafrec::reassembly::testing
