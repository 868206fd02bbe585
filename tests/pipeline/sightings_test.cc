// Two recorders beside the same traffic, each with losses and a clock of its own, read as one log.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "store/reader/exchange_id.h"
#include "store/reader/log_reader.h"
#include "store/writer/log_writer.h"
#include "tests/pipeline/trial.h"
#include "tests/support/temporary_folder.h"

namespace trafrec::pipeline {
namespace {

constexpr int kTrials = 12;
constexpr const char* kNames[] = {"a", "b"};

/// How far the clock of the second recorder is ahead.
int64_t ShiftOf(uint64_t seed) {
  return static_cast<int64_t>(seed % 7) * 1'000 * kNsPerSecond - 3'000 * kNsPerSecond;
}

void Record(const Trial& capture, const std::filesystem::path& log, const char* name,
            int64_t shift) {
  store::LogWriterOptions options;
  options.log = log;
  options.recorder = name;
  auto writer = store::LogWriter::Open(options).value();
  reassembly::Reassembler reassembler({}, *writer);
  TimeNs last = 0;
  for (const WirePacket& packet : capture.packets) {
    reassembly::Packet shown = packet.packet();
    shown.at += shift;
    last = shown.at;
    reassembler.OnPacket(shown);
  }
  reassembler.Finish();
  ASSERT_TRUE(writer->Close(last));
}

/// Names an exchange by where its messages begin.
using Place = std::tuple<Endpoint, Endpoint, std::optional<uint32_t>, std::optional<uint32_t>>;

Place PlaceOf(const store::ExchangeRow& row) {
  return {row.client, row.server, row.has_request ? row.identity.request_seq : std::nullopt,
          row.has_response ? row.identity.response_seq : std::nullopt};
}

bool IsComplete(const store::ExchangeRow& row) {
  return (row.flags & store::kIncompleteFlags) == 0;
}

/// What readers find in the log of one recorder, and in those of both.
class Reading {
 public:
  explicit Reading(std::vector<std::filesystem::path> logs)
      : reader_(store::LogReader::Open(store::LogSelection{.folders = std::move(logs)}).value()) {}

  std::vector<store::StoredExchange> All() {
    std::vector<store::StoredExchange> all;
    const Status visited = reader_->Visit({}, [&](const store::ExchangeRow& row) {
      all.push_back(reader_->Load(row).value());
      EXPECT_EQ(all.back().row.flags, row.flags) << store::FormatExchangeId(row.id);
      return true;
    });
    EXPECT_TRUE(visited) << visited.error().what;
    return all;
  }

 private:
  std::unique_ptr<store::LogReader> reader_;
};

/// As the judge takes it: numbers that are unique, and times of the true clock.
class Collected {
 public:
  explicit Collected(int64_t shift) : shift_(shift) {}

  void Add(const store::StoredExchange& exchange) {
    const store::ExchangeNumber number = sink_.exchanges.size() + 1;
    store::ConnectionRecord connection = exchange.connection;
    connection.number = number;
    sink_.connections[number] = connection;
    AddMessage(number, Side::kClient, exchange.request);
    AddMessage(number, Side::kServer, exchange.response);
    const store::ExchangeRow& row = exchange.row;
    test_support::CollectedExchange& collected = sink_.exchanges[number];
    collected.puts = 1;
    store::ExchangeRecord& record = collected.record;
    record.number = record.connection = number;
    record.has_request = row.has_request;
    record.has_response = row.has_response;
    record.began_at = row.began_at - ShiftOfTime(row);
    record.status = row.status;
    record.method = row.method;
    record.target = row.target;
    record.flags = row.flags;
    record.interim = exchange.interim;
  }
  const test_support::CollectingSink& sink() const { return sink_; }

 private:
  void AddMessage(store::ExchangeNumber number, Side side,
                  const std::optional<store::StoredMessage>& message) {
    if (message) {
      test_support::CollectedMessage& collected = sink_.messages[store::MessageIdOf(number, side)];
      collected.facts = message->facts;
      collected.head = message->head;
      collected.body = message->body;
      collected.trailers = message->trailers;
      collected.puts = 1;
    }
  }
  int64_t ShiftOfTime(const store::ExchangeRow& row) const {
    const store::ExchangeRow* timed = &row;
    for (const store::ExchangeRow& sighting : row.sightings) {
      if (sighting.began_at == row.began_at) {
        timed = &sighting;
      }
    }
    return timed->id.recorder == kNames[1] ? shift_ : 0;
  }

  const int64_t shift_;
  test_support::CollectingSink sink_;
};

/// What at least one of the captures has.
std::vector<Sent> SeenByAny(const std::vector<Trial>& captures) {
  std::vector<Sent> sent = captures.front().sent;
  for (Sent& each : sent) {
    const uint32_t number = each.conversation.number;
    for (size_t i = 0; i < each.captured_segments.size(); ++i) {
      each.captured_segments[i] =
          each.captured_segments[i] || captures[1].sent[number].captured_segments[i];
    }
    each.captured = CapturedOf(each.conversation, each.segments, each.captured_segments);
    for (size_t side = 0; side < 2; ++side) {
      // Places in the flow count from where the recorder of the sighting came in.
      each.captured.from_syn[side] = captures[0].sent[number].captured.from_syn[side] &&
                                     captures[1].sent[number].captured.from_syn[side];
    }
  }
  return sent;
}

class TwoCaptures {
 public:
  explicit TwoCaptures(uint64_t seed)
      : seed_(seed),
        captures_(MakeCaptures(seed, {{.rate = 0.05, .burst_packets = 3}, {.rate = 0.05}})) {}

  /// Each recorder by itself keeps its promises (loss_test.cc says why that is not always so).
  bool Usable() const {
    return RunTrial(captures_[0]).Text().empty() && RunTrial(captures_[1]).Text().empty();
  }

  void Check() {
    for (size_t i = 0; i < 2; ++i) {
      Record(captures_[i], folder_ / kNames[i], kNames[i], i == 0 ? 0 : ShiftOf(seed_));
      for (const store::StoredExchange& exchange : Reading({folder_ / kNames[i]}).All()) {
        seen_.insert(PlaceOf(exchange.row));
        if (IsComplete(exchange.row) &&
            !HasFlag(exchange.row.flags, store::Flag::kPairingPresumed)) {
          whole_.insert(PlaceOf(exchange.row));
        }
      }
    }
    const auto merged = Reading({folder_ / kNames[0], folder_ / kNames[1]}).All();
    std::map<Place, int> times;
    Collected collected(ShiftOf(seed_));
    for (const store::StoredExchange& exchange : merged) {
      const Place place = PlaceOf(exchange.row);
      times[place] += IsComplete(exchange.row) ? 1 : 0;
      const bool paired = exchange.row.has_request && exchange.row.has_response;
      EXPECT_TRUE(!paired || seen_.contains(place)) << "nobody paired these";
      twice_seen_ += exchange.row.sighting_count() > 1 ? 1 : 0;
      completed_ += IsComplete(exchange.row) && !whole_.contains(place) ? 1 : 0;
      collected.Add(exchange);
    }
    for (const Place& place : whole_) {
      EXPECT_EQ(times[place], 1) << "one recorder saw it whole";
    }
    const std::vector<Sent> sent = SeenByAny(captures_);
    const Judge judge(sent, collected.sink(), false);
    for (const Finding& finding : judge.findings()) {
      ADD_FAILURE() << DefectName(finding.defect) << ": " << finding.text;
    }
  }

  int twice_seen() const { return twice_seen_; }
  int completed() const { return completed_; }

 private:
  const uint64_t seed_;
  const test_support::TemporaryFolder folder_;
  std::vector<Trial> captures_;
  std::set<Place> seen_;
  std::set<Place> whole_;
  int twice_seen_ = 0;
  int completed_ = 0;
};

TEST(Sightings, EachExchangeIsThereOnceAndWholeIfAnyRecorderSawItWhole) {
  int twice_seen = 0;
  int completed = 0;
  int checked = 0;
  for (uint64_t seed = 0; checked < kTrials; ++seed) {
    ASSERT_LT(seed, 3 * kTrials) << "too few trials are usable";
    TwoCaptures captures(seed);
    if (!captures.Usable()) {
      continue;
    }
    SCOPED_TRACE(fmt::format("seed {}", seed));
    captures.Check();
    ++checked;
    twice_seen += captures.twice_seen();
    completed += captures.completed();
  }
  EXPECT_GT(twice_seen, 1'000);
  EXPECT_GT(completed, 0) << "pieces of one body never met";
}

}  // namespace
}  // namespace trafrec::pipeline
