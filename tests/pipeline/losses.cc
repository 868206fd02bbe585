#include "tests/pipeline/losses.h"

#include <fmt/format.h>

#include <algorithm>

namespace trafrec::pipeline {

std::string LossPattern::Name() const {
  return fmt::format("{}%{}{}", rate * 100, burst_packets > 1 ? " in bursts" : "",
                     client && server ? ""
                     : client         ? ", client's"
                                      : ", server's");
}

LossPattern AnyLoss(Random& random) {
  LossPattern pattern;
  pattern.rate = kLossRates[random.Below(4)];
  pattern.burst_packets = random.Percent(60) ? 1 : 10;
  const uint32_t direction = random.Below(4);
  pattern.client = direction != 1;
  pattern.server = direction != 2;
  return pattern;
}

std::vector<bool> Lose(std::vector<WirePacket>& packets, const LossPattern& pattern,
                       Random& random) {
  std::vector<bool> kept(packets.size(), true);
  uint32_t left = 0;
  for (size_t i = 0; i < packets.size(); ++i) {
    if (!(packets[i].from == Side::kClient ? pattern.client : pattern.server)) {
      continue;
    }
    if (left == 0 && random.Chance(pattern.rate / pattern.burst_packets)) {
      left = pattern.burst_packets == 1 ? 1 : random.Between(1, 2 * pattern.burst_packets - 1);
    }
    if (left > 0) {
      --left;
      kept[i] = false;
    }
  }
  size_t index = 0;
  std::erase_if(packets, [&](const WirePacket&) { return !kept[index++]; });
  return kept;
}

bool Captured::Touches(Side side, const Range& range) const {
  const auto& runs = missing[Index(side)];
  const auto first = std::ranges::upper_bound(runs, range.begin, {}, &Range::end);
  return first != runs.end() && first->begin < range.end;
}

size_t Captured::gaps() const {
  return missing[0].size() + missing[1].size() + (syn[0] && syn[1] ? 0 : 1);
}

Captured CapturedOf(const Conversation& conversation, const std::vector<Segment>& segments,
                    const std::vector<bool>& whole_segments) {
  Captured captured;
  for (const Side side : {Side::kClient, Side::kServer}) {
    const size_t s = Index(side);
    std::vector<Range> seen;
    bool is_beyond = false;
    for (size_t i = 0; i < segments.size(); ++i) {
      const Segment& segment = segments[i];
      if (!whole_segments[i]) {
        continue;
      }
      is_beyond |= (segment.from == side ? segment.offset : segment.known) > 0;
      if (segment.from != side) {
        continue;
      }
      captured.syn[s] |= segment.kind == Segment::Kind::kSyn;
      captured.from_syn[s] |= segment.kind == Segment::Kind::kSyn && !is_beyond;
      captured.fin[s] |= segment.fin;
      if (segment.length > 0) {
        seen.push_back({segment.offset, segment.end()});
      }
    }
    if (!std::ranges::is_sorted(seen, {}, &Range::begin)) {
      std::ranges::sort(seen, {}, &Range::begin);
    }
    uint64_t reached = 0;
    const uint64_t size = conversation.flow[s].size();
    seen.push_back({size, size});
    for (const Range& run : seen) {
      if (run.begin > reached) {
        captured.missing[s].push_back({reached, run.begin});
      }
      reached = std::max(reached, run.end);
    }
  }
  return captured;
}

}  // namespace trafrec::pipeline
