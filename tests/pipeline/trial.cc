#include "tests/pipeline/trial.h"

#include <fmt/format.h>

#include <algorithm>

#include "reassembly/limits.h"

namespace trafrec::pipeline {
namespace {

constexpr TimeNs kStart = 1'700'000'000 * kNsPerSecond;
/// Ticks come with batches.
constexpr size_t kPacketsPerTick = 64;
/// Of one trial. Enough for a dozen conversations side by side.
constexpr size_t kExchangesMin = 200;
/// Of one conversation of TrialKind::kLong.
constexpr uint32_t kLongExchanges = 600;

/// Streams of chance that do not depend on one another.
Random RandomOf(uint64_t seed, uint64_t stream) {
  return Random(seed * 0x9E3779B97F4A7C15 + stream * 0xD1B54A32D192ED03);
}

Endpoint AnyEndpoint(bool v6, uint32_t host, uint16_t port) {
  const std::string address = v6 ? fmt::format("2001:db8::{:x}", host)
                                 : fmt::format("10.1.{}.{}", host / 250, 1 + host % 250);
  return test_support::Ip(address, port);
}

uint32_t AnyIsn(Random& random) {
  const auto isn = static_cast<uint32_t>(random.Next());
  return random.Percent(25) ? 0 - isn % 20'000 : isn;
}

/// Not near that of the connection before on these ports: ends count on (RFC 6528), and where both
/// SYNs are lost, nothing else tells the two connections apart.
uint32_t AnyIsnAfter(uint32_t before, Random& random) {
  constexpr uint32_t kApartBytes = 2 * reassembly::limits::kReuseBytes;
  uint32_t isn = AnyIsn(random);
  while (isn - before + kApartBytes < 2 * kApartBytes) {
    isn = AnyIsn(random);
  }
  return isn;
}

void SetEndpoints(Conversation& conversation, const std::vector<Sent>& before, bool reuses,
                  Random& random) {
  if (reuses) {
    const Conversation& last = before.back().conversation;
    conversation.client = last.client;
    conversation.server = last.server;
    conversation.isn = {AnyIsnAfter(last.isn[0], random), AnyIsnAfter(last.isn[1], random)};
  } else {
    const bool v6 = random.Percent(25);
    const auto port = static_cast<uint16_t>(20'000 + conversation.number);
    conversation.client = AnyEndpoint(v6, 1 + random.Below(100), port);
    conversation.server = AnyEndpoint(v6, 1'000, random.Percent(80) ? 9'200 : 80);
    conversation.isn = {AnyIsn(random), AnyIsn(random)};
  }
}

/// Wholly behind the one before, or among the others.
TimeNs StartOf(const std::vector<Sent>& before, bool reuses, Random& random) {
  if (reuses) {
    return before.back().segments.back().at + kNsPerSecond + random.Below(20'000) * kNsPerMs;
  }
  return kStart + random.Below(50'000'000);
}

std::vector<std::string> LabelsOf(const Sent& sent, const Transformations& how,
                                  const Carriage& carriage, bool reuses) {
  const TalkStyle& style = sent.conversation.style;
  const std::pair<const char*, bool> all[] = {
      {"segments of any size", style.any_size},
      {"segments shared by messages", style.coalesces},
      {"large sends", style.segment_bytes > 9'000},
      {"small segments", style.segment_bytes <= 536},
      {"duplicates", how.duplicates > 0},
      {"retransmissions", how.retransmissions > 0},
      {"reordering", how.delays > 0},
      {"thinned ACKs", how.thinned_acks > 0},
      {"keep-alive probes", how.probes > 0},
      {"IP fragments", carriage.fragment_bytes > 0},
      {"IPv6", !sent.conversation.client.address.is_v4()},
      {"wrapping sequence numbers", sent.conversation.isn[0] > 0U - 20'001},
      {"reused ports", reuses},
      {"HTTP in bodies", style.quotes},
      {"PROXY headers", style.proxied},
      {style.pipelining == Pipelining::kTurns ? "turns" : "pipelined", true},
  };
  std::vector<std::string> labels = {EncapsulationNames()[carriage.encapsulation]};
  for (const auto& [name, applies] : all) {
    if (applies) {
      labels.emplace_back(name);
    }
  }
  return labels;
}

void AddConversation(Trial& trial, TrialKind kind) {
  const auto number = static_cast<uint32_t>(trial.sent.size());
  Random random = RandomOf(trial.seed, 1 + number);
  const bool reuses = number > 0 && random.Percent(15);
  Sent sent;
  Conversation& conversation = sent.conversation;
  conversation.number = number;
  conversation.style = AnyStyle(random);
  if (kind == TrialKind::kQuotes) {
    conversation.style.quotes = true;
    conversation.style.exchanges = std::min(conversation.style.exchanges, 32U);
    conversation.style.segment_bytes = std::min(conversation.style.segment_bytes, 1'460U);
  }
  conversation.style.proxied = kind == TrialKind::kProxied;
  if (kind == TrialKind::kLong && conversation.style.pipelining != Pipelining::kTurns) {
    conversation.style.exchanges =
        std::min(kLongExchanges, conversation.style.depth * (1 + random.Below(60)));
    conversation.style.quotes = random.Percent(15);
    conversation.style.segment_bytes =
        std::min(conversation.style.segment_bytes, conversation.style.quotes ? 1'460U : UINT32_MAX);
  }
  SetEndpoints(conversation, trial.sent, reuses, random);
  Converse(conversation, trial.seed, random);
  sent.from = StartOf(trial.sent, reuses, random);
  sent.until = INT64_MAX;
  sent.reuses_ports = reuses;
  sent.segments = Play(conversation, AnyPath(random), sent.from, random);
  const Transformations how = AnyTransformations(random, !trial.loss);
  Transform(sent.segments, how, random);
  const Carriage carriage = AnyCarriage(random);
  Encode(conversation, sent.segments, carriage, random, trial.packets);
  if (reuses) {
    trial.sent.back().until = sent.from - 1;
  }
  trial.labels.push_back(LabelsOf(sent, how, carriage, reuses));
  trial.sent.push_back(std::move(sent));
}

void SortByTime(std::vector<WirePacket>& packets) {
  std::vector<std::pair<TimeNs, uint32_t>> order;
  order.reserve(packets.size());
  for (const WirePacket& packet : packets) {
    order.emplace_back(packet.at, static_cast<uint32_t>(order.size()));
  }
  std::ranges::sort(order);
  std::vector<WirePacket> sorted;
  sorted.reserve(packets.size());
  for (const auto& [at, index] : order) {
    sorted.push_back(std::move(packets[index]));
  }
  packets = std::move(sorted);
}

/// Of each conversation and segment: none of its packets is lost.
using WholeSegments = std::vector<std::vector<bool>>;

WholeSegments DropPackets(Trial& trial, Random& random) {
  WholeSegments whole;
  for (const Sent& sent : trial.sent) {
    whole.emplace_back(sent.segments.size(), true);
  }
  if (!trial.loss) {
    return whole;
  }
  std::vector<std::pair<uint32_t, uint32_t>> places;
  places.reserve(trial.packets.size());
  for (const WirePacket& packet : trial.packets) {
    places.emplace_back(packet.conversation, packet.segment);
  }
  const std::vector<bool> kept = Lose(trial.packets, *trial.loss, random);
  for (size_t i = 0; i < kept.size(); ++i) {
    if (!kept[i]) {
      whole[places[i].first][places[i].second] = false;
    }
  }
  return whole;
}

std::vector<std::string> BrokenRules(const Counters& counters) {
  std::vector<std::string> broken = BrokenSums(counters);
  for (const Counter& counter : counters) {
    const bool left_over = counter.name.ends_with(".in_flight") ||
                           counter.name.ends_with(".pending") ||
                           counter.name.ends_with(".buffered_bytes");
    if (left_over && counter.value != 0) {
      broken.push_back(fmt::format("{} is {} at the end", counter.name, counter.value));
    }
  }
  return broken;
}

}  // namespace

namespace {

void AddConversations(Trial& trial, TrialKind kind) {
  for (size_t exchanges = 0; exchanges < kExchangesMin;) {
    AddConversation(trial, kind);
    exchanges += trial.sent.back().conversation.exchanges.size();
  }
  SortByTime(trial.packets);
}

void Capture(Trial& trial, Random& random) {
  const WholeSegments whole = DropPackets(trial, random);
  for (Sent& sent : trial.sent) {
    sent.captured_segments = whole[sent.conversation.number];
    sent.captured = CapturedOf(sent.conversation, sent.segments, sent.captured_segments);
  }
}

}  // namespace

Trial MakeTrial(uint64_t seed, TrialKind kind) {
  Random random = RandomOf(seed, 0);
  Trial trial;
  trial.seed = seed;
  if (kind == TrialKind::kQuotes) {
    trial.loss = LossPattern{.rate = 0.1};
  } else if (!IsLossless(seed)) {
    trial.loss = AnyLoss(random);
  }
  AddConversations(trial, kind);
  Capture(trial, random);
  return trial;
}

std::vector<Trial> MakeCaptures(uint64_t seed, const std::vector<LossPattern>& losses) {
  Trial trial;
  trial.seed = seed;
  trial.loss = losses.front();
  AddConversations(trial, TrialKind::kAny);
  std::vector<Trial> captures;
  for (const LossPattern& loss : losses) {
    Random random = RandomOf(seed, ~captures.size());
    trial.loss = loss;
    captures.push_back(trial);
    Capture(captures.back(), random);
  }
  return captures;
}

namespace {

/// In every other trial connections rest wherever they can, for the silences are shorter than
/// limits::kRestNs nearly everywhere.
reassembly::ReassemblerOptions OptionsOf(const Trial& trial) {
  reassembly::ReassemblerOptions options;
  options.limits.rest_after_ns = trial.seed % 2 == 0 ? 1 : reassembly::limits::kRestNs;
  return options;
}

Verdict Judged(const Trial& trial, bool lossless, const Feed& feed) {
  test_support::CollectingSink sink;
  reassembly::Reassembler reassembler(OptionsOf(trial), sink);
  feed(reassembler);
  reassembler.Finish();
  Judge judge(trial.sent, sink, lossless);
  Verdict verdict{judge.findings(), judge.outcomes(), reassembler.counters()};
  for (const auto& rules : {sink.broken, BrokenRules(verdict.counters)}) {
    for (const std::string& rule : rules) {
      verdict.findings.push_back({Defect::kBrokenRule, 0, rule});
    }
  }
  return verdict;
}

}  // namespace

Verdict RunTrial(const Trial& trial, const Feed& feed) { return Judged(trial, !trial.loss, feed); }

Verdict RunTrial(const Trial& trial, std::optional<uint32_t> only) {
  return Judged(trial, !trial.loss && !only, [&](reassembly::Reassembler& reassembler) {
    std::vector<reassembly::Packet> batch;
    for (const WirePacket& packet : trial.packets) {
      if (only && packet.conversation != *only) {
        continue;
      }
      batch.push_back(packet.packet());
      if (batch.size() == kPacketsPerTick) {
        reassembler.OnPackets(batch);
        reassembler.OnTick(packet.at);
        batch.clear();
      }
    }
    reassembler.OnPackets(batch);
  });
}

std::string Verdict::Text() const {
  std::string text;
  for (const Finding& finding : findings) {
    text += fmt::format("{}: {}\n", DefectName(finding.defect), finding.text);
  }
  return text;
}

Outcome Verdict::total() const {
  Outcome total;
  for (const Outcome& outcome : outcomes) {
    total.Add(outcome);
  }
  return total;
}

}  // namespace trafrec::pipeline
