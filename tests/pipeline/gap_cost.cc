#include "tests/pipeline/gap_cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace trafrec::pipeline {
namespace {

constexpr TimeNs kStart = 1'700'000'000 * kNsPerSecond;
constexpr uint32_t kExchanges = 400;
constexpr uint32_t kWindows = 32;

Range MessageOf(const SentExchange& exchange, Side side) {
  if (side == Side::kClient) {
    return exchange.request.wire;
  }
  const uint64_t begin =
      exchange.interim.empty() ? exchange.response.wire.begin : exchange.interim.front().begin;
  return {begin, exchange.response.wire.end};
}

bool HoldsMessage(const Conversation& conversation, const Segment& segment) {
  return std::ranges::any_of(conversation.exchanges, [&](const SentExchange& exchange) {
    const Range message = MessageOf(exchange, segment.from);
    return segment.offset <= message.begin && message.end <= segment.end();
  });
}

bool LiesInABody(const Conversation& conversation, const Segment& segment) {
  return std::ranges::any_of(conversation.exchanges, [&](const SentExchange& exchange) {
    const SentMessage& answer = exchange.response;
    return answer.framing == store::Framing::kContentLength && answer.head_end <= segment.offset &&
           segment.end() <= answer.wire.end;
  });
}

bool IsLost(const Conversation& conversation, const Segment& segment, Missed missed) {
  if (segment.length == 0) {
    return false;
  }
  if (missed == Missed::kBody) {
    return segment.from == Side::kServer && LiesInABody(conversation, segment);
  }
  const Side side = missed == Missed::kRequests ? Side::kClient : Side::kServer;
  return segment.from == side && HoldsMessage(conversation, segment);
}

void LoseNext(const Sent& sent, size_t from, Missed missed, std::vector<bool>& captured) {
  for (size_t i = from; i < sent.segments.size(); ++i) {
    if (IsLost(sent.conversation, sent.segments[i], missed)) {
      captured[i] = false;
      return;
    }
  }
}

const char* PipeliningName(Pipelining pipelining) {
  switch (pipelining) {
    case Pipelining::kTurns:
      return "turns";
    case Pipelining::kBurst:
      return "bursts";
    case Pipelining::kWindow:
      return "window";
    case Pipelining::kMixed:
      return "up to";
  }
  return "";
}

}  // namespace

std::string GapCase::Name() const {
  constexpr const char* kMissed[] = {"body", "answers", "requests", "both"};
  return fmt::format("{} {}, {}", PipeliningName(pipelining), depth,
                     kMissed[static_cast<size_t>(missed)]);
}

std::vector<GapCase> GapCases() {
  constexpr std::pair<Pipelining, uint32_t> kClients[] = {
      {Pipelining::kTurns, 1},  {Pipelining::kBurst, 8},   {Pipelining::kBurst, 64},
      {Pipelining::kWindow, 8}, {Pipelining::kWindow, 64}, {Pipelining::kMixed, 8}};
  std::vector<GapCase> cases;
  for (const auto& [pipelining, depth] : kClients) {
    for (const Missed missed :
         {Missed::kBody, Missed::kAnswers, Missed::kRequests, Missed::kBoth}) {
      cases.push_back({pipelining, depth, missed});
    }
  }
  return cases;
}

Trial MakeGapTrial(uint64_t seed, const GapCase& which) {
  Random random(seed * 0x9E3779B97F4A7C15 + 77);
  Trial trial;
  trial.seed = seed;
  Sent& sent = trial.sent.emplace_back();
  Conversation& conversation = sent.conversation;
  TalkStyle& style = conversation.style;
  style.pipelining = which.pipelining;
  style.depth = which.depth;
  style.exchanges = std::max(kExchanges, kWindows * which.depth);
  style.coalesces = random.Percent(50);
  style.small = random.Percent(50);
  conversation.client = test_support::Ip("10.1.0.1", 20'000);
  conversation.server = test_support::Ip("10.1.0.2", 9'200);
  conversation.isn = {static_cast<uint32_t>(random.Next()), static_cast<uint32_t>(random.Next())};
  Converse(conversation, seed, random);
  sent.from = kStart;
  sent.until = INT64_MAX;
  sent.segments = Play(conversation, AnyPath(random), kStart, random);
  trial.labels.push_back({which.Name()});
  Encode(conversation, sent.segments, {}, random, trial.packets);

  sent.captured_segments.assign(sent.segments.size(), true);
  const size_t quarter = sent.segments.size() / 4;
  const size_t from = quarter + random.Below(static_cast<uint32_t>(quarter));
  if (which.missed == Missed::kBoth) {
    LoseNext(sent, from, Missed::kAnswers, sent.captured_segments);
    LoseNext(sent, from, Missed::kRequests, sent.captured_segments);
  } else {
    LoseNext(sent, from, which.missed, sent.captured_segments);
  }
  std::erase_if(trial.packets,
                [&](const WirePacket& packet) { return !sent.captured_segments[packet.segment]; });
  sent.captured = CapturedOf(conversation, sent.segments, sent.captured_segments);
  if (sent.captured.gaps() > 0) {
    trial.loss = LossPattern{};
  }
  return trial;
}

void GapCosts::Add(const Outcome& outcome) {
  if (outcome.gaps == 0) {
    return;
  }
  sum_.Add(outcome);
  beyond_.push_back(outcome.flagged + outcome.unpaired + outcome.missing);
}

void GapCosts::Add(const GapCosts& other) {
  sum_.Add(other.sum_);
  beyond_.insert(beyond_.end(), other.beyond_.begin(), other.beyond_.end());
}

double GapCosts::beyond_touched() const {
  const auto sum = std::accumulate(beyond_.begin(), beyond_.end(), uint64_t{0});
  return beyond_.empty() ? 0 : static_cast<double>(sum) / static_cast<double>(beyond_.size());
}

std::string GapCostsHead() {
  return fmt::format("{:<22} {:>7} {:>8} {:>8} {:>8} {:>9} {:>8} {:>7} {:>5} {:>5} {:>5}\n",
                     "client, missed", "trials", "touched", "beyond", "flagged", "unpaired",
                     "missing", "presum.", "p50", "p90", "most");
}

std::string GapCosts::Row(const std::string& name) const {
  const auto trials = static_cast<double>(std::max<size_t>(beyond_.size(), 1));
  const auto each = [trials](uint64_t sum) { return static_cast<double>(sum) / trials; };
  std::vector<uint64_t> sorted = beyond_;
  std::ranges::sort(sorted);
  const auto at = [&](double share) {
    return sorted.empty()
               ? 0
               : sorted[static_cast<size_t>(share * static_cast<double>(sorted.size() - 1))];
  };
  return fmt::format(
      "{:<22} {:>7} {:>8.2f} {:>8.2f} {:>8.2f} {:>9.2f} {:>8.2f} {:>7} {:>5} {:>5} {:>5}\n", name,
      beyond_.size(), each(sum_.touched), beyond_touched(), each(sum_.flagged), each(sum_.unpaired),
      each(sum_.missing), sum_.presumed_wrong, at(0.5), at(0.9), at(1));
}

}  // namespace trafrec::pipeline
