// Silence changes nothing but memory: every trial is recorded twice, once by a recorder that lets
// each connection rest as soon as it can, once by one that lets none, and all records compared.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/format/entry_format.h"
#include "tests/pipeline/trial.h"

namespace trafrec::pipeline {
namespace {

constexpr int64_t kAtOnceNs = 1;
constexpr int64_t kNeverNs = 1'000'000 * kNsPerSecond;

/// Keeps what is put, in its order, as the bytes that a log would hold.
class EntrySink final : public store::RecordSink {
 public:
  void PutConnection(const store::ConnectionRecord& connection) override {
    encoder_.Connection(connection, entries);
  }
  void PutExtent(store::MessageId id, uint32_t index, Bytes bytes) override {
    encoder_.Extent(id, index, bytes, entries);
  }
  void PutMessage(const store::MessageRecord& message) override {
    encoder_.Message(message, entries);
  }
  void PutMessageFacts(store::MessageId id, const store::MessageFacts& facts, Bytes trailers,
                       uint32_t extents) override {
    encoder_.Facts(id, facts, trailers, extents, entries);
  }
  void PutExchange(const store::ExchangeRecord& exchange) override {
    encoder_.Exchange(exchange, entries);
  }
  void PutLoss(const store::LossRecord& loss) override { encoder_.Loss(loss, entries); }
  void Advance(const store::Marks&, TimeNs) override {}

  store::FrameBuffer entries;

 private:
  store::EntryEncoder encoder_;
};

struct Recorded {
  std::string entries;
  std::string counters;

  bool operator==(const Recorded&) const = default;
};

Recorded Record(const Trial& trial, int64_t rest_after_ns) {
  EntrySink sink;
  reassembly::ReassemblerOptions options;
  options.limits.rest_after_ns = rest_after_ns;
  reassembly::Reassembler reassembler(options, sink);
  for (const WirePacket& packet : trial.packets) {
    reassembler.OnPacket(packet.packet());
  }
  reassembler.Finish();
  Recorded recorded{std::string(AsText(sink.entries.bytes())), ""};
  for (const Counter& counter : reassembler.counters()) {
    if (!counter.name.ends_with(".steps")) {
      recorded.counters += counter.name + " " + std::to_string(counter.value) + "\n";
    }
  }
  return recorded;
}

class Rests : public ::testing::TestWithParam<TrialKind> {};

TEST_P(Rests, ChangeNoRecordAndNoCounter) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const Trial trial = MakeTrial(seed, GetParam());
    ASSERT_TRUE(Record(trial, kAtOnceNs) == Record(trial, kNeverNs)) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(OfEachKind, Rests,
                         ::testing::Values(TrialKind::kAny, TrialKind::kQuotes, TrialKind::kLong,
                                           TrialKind::kProxied));

}  // namespace
}  // namespace trafrec::pipeline
