#include "tests/pipeline/transformations.h"

#include <algorithm>

namespace trafrec::pipeline {
namespace {

/// Below the time after which an acknowledged hole is believed (limits::kGapGraceNs), together.
constexpr uint32_t kLateNs = 8'000'000;
/// Senders wait for longer than a mirror mixes packets up, before they send again.
constexpr uint32_t kRetransmittedNs = 200'000'000;

double AnyRate(Random& random) {
  constexpr double kRates[] = {0, 0, 0, 0.01, 0.1, 0.5};
  return kRates[random.Below(6)];
}

Segment Probe(const Segment& sent, Random& random) {
  Segment probe = sent;
  probe.push = false;
  probe.length = random.Percent(50) ? 1 : 0;
  probe.offset = sent.end() - 1;
  return probe;
}

/// The same bytes, or some around them that were sent by then (`Settle` sees to that).
/// `late`: also bytes from long before.
Segment Retransmission(const Segment& sent, bool late, Random& random) {
  Segment again = sent;
  again.push = random.Percent(50);
  again.fin = false;
  const uint32_t dice = random.Below(4);
  if (dice == 1) {
    again.length = 1 + random.Below(sent.length);
  } else if (dice == 2) {
    const auto skipped = random.Below(sent.length);
    again.offset += skipped;
    again.length -= skipped;
  } else if (dice == 3) {
    const auto before =
        late ? static_cast<uint32_t>(std::min<uint64_t>(sent.offset, random.Below(4'000))) : 0;
    again.offset -= before;
    again.length = std::min<uint32_t>(sent.length + before + random.Below(4'000), 60'000);
  }
  return again;
}

/// Something that tells the sender of `copy` that its first byte arrived was captured before it. A
/// sender repeats bytes because it has not heard of them.
bool IsHeardOf(const Segment& copy, const std::vector<Segment>& segments) {
  return std::ranges::any_of(segments, [&copy](const Segment& segment) {
    return segment.at <= copy.at && segment.from != copy.from && segment.known > copy.offset;
  });
}

/// Copies say what their sender knows when they are sent, and hold nothing that it sent just
/// before, or sends later.
void Settle(std::vector<Segment>& segments, const std::vector<Segment>& copies, bool late) {
  std::vector<Segment> all;
  all.reserve(segments.size() + copies.size());
  std::array<uint64_t, 2> sent{};
  std::array<uint64_t, 2> known{};
  std::array<bool, 2> knows_fin{};
  auto copy = copies.begin();
  auto aged = segments.begin();
  const auto take = [&](Segment segment) {
    for (; aged != segments.end() && aged->at + kLateNs <= segment.at; ++aged) {
      sent[Index(aged->from)] = std::max(sent[Index(aged->from)], aged->end());
    }
    const size_t side = Index(segment.from);
    segment.known = std::max(segment.known, known[side]);
    segment.knows_fin |= knows_fin[side];
    segment.length = static_cast<uint32_t>(
        std::min(segment.end(), std::max(sent[side], segment.offset)) - segment.offset);
    if (!late && segment.length > 0 && IsHeardOf(segment, segments)) {
      return;
    }
    all.push_back(segment);
  };
  for (const Segment& segment : segments) {
    for (; copy != copies.end() && copy->at < segment.at; ++copy) {
      take(*copy);
    }
    const size_t side = Index(segment.from);
    known[side] = std::max(known[side], segment.known);
    knows_fin[side] |= segment.knows_fin;
    all.push_back(segment);
  }
  for (; copy != copies.end(); ++copy) {
    take(*copy);
  }
  segments = std::move(all);
}

void SortByTime(std::vector<Segment>& segments) {
  std::stable_sort(segments.begin(), segments.end(),
                   [](const Segment& a, const Segment& b) { return a.at < b.at; });
}

}  // namespace

Transformations AnyTransformations(Random& random, bool lossless) {
  Transformations how;
  how.duplicates = AnyRate(random);
  how.retransmissions = AnyRate(random);
  how.delays = AnyRate(random);
  how.thinned_acks = random.Percent(20) ? 1 : AnyRate(random);
  how.late_copies = lossless && random.Percent(50);
  how.probes = random.Percent(20) ? 0.02 : 0;
  return how;
}

void Transform(std::vector<Segment>& segments, const Transformations& how, Random& random) {
  if (!how.any()) {
    return;
  }
  const auto later = [&random](const Segment& segment, uint32_t from, uint32_t until) {
    Segment copy = segment;
    copy.at += random.Between(from, until);
    return copy;
  };
  std::vector<Segment> copies;
  for (const Segment& segment : segments) {
    if (segment.kind != Segment::Kind::kData) {
      continue;
    }
    if (segment.length > 0 && random.Chance(how.retransmissions)) {
      copies.push_back(
          later(Retransmission(segment, how.late_copies, random), kLateNs, kRetransmittedNs));
    }
    if (segment.length > 0 && random.Chance(how.probes)) {
      copies.push_back(later(Probe(segment, random), kLateNs, kRetransmittedNs));
    }
  }
  // A reset is the last word.
  const auto reset = std::ranges::find(segments, Segment::Kind::kReset, &Segment::kind);
  const TimeNs end = reset == segments.end() ? INT64_MAX : reset->at;
  std::erase_if(copies, [end](const Segment& copy) { return copy.at >= end; });
  SortByTime(copies);
  Settle(segments, copies, how.late_copies);

  const size_t before = segments.size();
  for (size_t i = 0; i < before; ++i) {
    if (segments[i].at < end && random.Chance(how.duplicates)) {
      segments.push_back(later(segments[i], 1, kLateNs / 2));
    }
  }
  std::erase_if(segments, [&](const Segment& segment) {
    return segment.bare_ack() && random.Chance(how.thinned_acks);
  });
  for (Segment& segment : segments) {
    if (segment.kind == Segment::Kind::kData && random.Chance(how.delays)) {
      segment = later(segment, 1, kLateNs);
    }
    if (segment.kind != Segment::Kind::kReset) {
      segment.at = std::min(segment.at, end - 1);
    }
  }
  SortByTime(segments);
}

}  // namespace trafrec::pipeline
