// Offsets between clocks.
//
// A message that passes recorder a and then recorder b is seen by b at its time plus the way plus
// the clocks' offset; one in the other direction, minus the way. Whichever of them stands nearer to
// the client, the offset lies between what the requests say and what the answers say, as in NTP.
// Single packets are late for many reasons (queues, retransmissions of which one saw the second
// copy only), so medians are compared, and the spread is added to the bound. Clocks drift: the
// samples are cut into stretches of time, each with an offset of its own, and straight lines join
// them.
//
// Rejected: the least differences instead of medians. One timestamp that was taken late on the
// nearer side makes the bound a lie.

#include "store/reader/clock_estimate.h"

#include <algorithm>
#include <optional>
#include <set>

#include "store/reader_limits.h"

namespace trafrec::store {
namespace {

/// One message on two clocks.
struct Match {
  TimeNs at;  ///< by the first one
  int64_t difference;
  bool response;
};

/// The second clock against the first over a stretch of time.
struct Stretch {
  TimeNs at;
  int64_t offset_ns;
  int64_t uncertainty_ns;
  uint64_t packets;
};

int64_t MedianOf(std::vector<int64_t> values) {
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

std::vector<Match> MatchesOf(const ClockSamples& one, const ClockSamples& other) {
  const uint64_t share = std::max(one.share(), other.share());
  const std::vector<ClockSample> ours = one.Take(share);
  const std::vector<ClockSample> theirs = other.Take(share);
  std::vector<Match> matches;
  for (auto a = ours.begin(), b = theirs.begin(); a != ours.end() && b != theirs.end();) {
    if (a->message == b->message) {
      matches.push_back({a->at, b->at - a->at, a->response});
      ++a;
      ++b;
    } else {
      ++(a->message < b->message ? a : b);
    }
  }
  std::ranges::sort(matches, [](const Match& left, const Match& right) {
    return std::tie(left.at, left.difference, left.response) <
           std::tie(right.at, right.difference, right.response);
  });
  return matches;
}

/// Nothing if one direction has too few: then nobody knows how much of a difference is the way.
std::optional<Stretch> StretchOf(std::span<const Match> matches) {
  std::vector<int64_t> requests;
  std::vector<int64_t> responses;
  for (const Match& match : matches) {
    (match.response ? responses : requests).push_back(match.difference);
  }
  if (std::min(requests.size(), responses.size()) < limits::kClockMatchesMin) {
    return std::nullopt;
  }
  const int64_t request = MedianOf(requests);
  const int64_t response = MedianOf(responses);
  const int64_t offset = response + (request - response) / 2;
  std::vector<int64_t> deviations;
  for (const Match& match : matches) {
    deviations.push_back(std::abs(match.difference - (match.response ? response : request)));
  }
  const int64_t bound = std::abs(request - response) / 2 + MedianOf(std::move(deviations));
  return Stretch{matches[matches.size() / 2].at, offset, bound + limits::kClockGrainNs,
                 matches.size()};
}

std::vector<Stretch> Compare(const ClockSamples& one, const ClockSamples& other) {
  const std::vector<Match> matches = MatchesOf(one, other);
  const size_t count =
      std::clamp<size_t>(matches.size() / limits::kClockStretchMatches, 1, limits::kClockStretches);
  std::vector<Stretch> stretches;
  for (size_t i = 0; i < count; ++i) {
    const size_t from = matches.size() * i / count;
    const size_t to = matches.size() * (i + 1) / count;
    if (const auto stretch = StretchOf(std::span(matches).subspan(from, to - from))) {
      stretches.push_back(*stretch);
    }
  }
  return stretches;
}

int64_t UncertaintyOf(const std::vector<Stretch>& stretches) {
  int64_t greatest = 0;
  for (const Stretch& stretch : stretches) {
    greatest = std::max(greatest, stretch.uncertainty_ns);
  }
  return greatest;
}

/// Links recorders to what is known, the best comparison first.
class Linking {
 public:
  explicit Linking(const std::map<std::string, ClockSamples>& samples) {
    for (auto one = samples.begin(); one != samples.end(); ++one) {
      unlinked_.insert(one->first);
      for (auto other = std::next(one); other != samples.end(); ++other) {
        const auto there = Compare(one->second, other->second);
        const auto back = Compare(other->second, one->second);
        if (!there.empty() && !back.empty()) {
          pairs_[{one->first, other->first}] = there;
          pairs_[{other->first, one->first}] = back;
        }
      }
    }
  }

  std::vector<ClockOffset> Run() {
    while (!unlinked_.empty()) {
      const std::string reference = *unlinked_.begin();
      unlinked_.erase(reference);
      std::set<std::string> linked = {reference};
      while (const auto best = BestPair(linked)) {
        Link(best->first, best->second, reference);
        linked.insert(best->second);
        unlinked_.erase(best->second);
      }
    }
    return offsets_;
  }

 private:
  using Pair = std::pair<std::string, std::string>;

  std::optional<Pair> BestPair(const std::set<std::string>& linked) const {
    std::optional<std::pair<int64_t, Pair>> best;
    for (const auto& [names, stretches] : pairs_) {
      if (linked.contains(names.first) && unlinked_.contains(names.second)) {
        const std::pair<int64_t, Pair> candidate{UncertaintyOf(stretches), names};
        best = !best || candidate < *best ? candidate : *best;
      }
    }
    return best ? std::optional(best->second) : std::nullopt;
  }

  /// Where `known` stands against the reference at a time of its own.
  std::pair<int64_t, int64_t> At(const std::string& known, TimeNs time) const {
    const ClockOffset* nearest = nullptr;
    for (const ClockOffset& offset : offsets_) {
      if (offset.recorder == known && (nearest == nullptr || offset.at <= time)) {
        nearest = &offset;
      }
    }
    return nearest == nullptr ? std::pair<int64_t, int64_t>(0, 0)
                              : std::pair(nearest->offset_ns, nearest->uncertainty_ns);
  }

  void Link(const std::string& known, const std::string& added, const std::string& reference) {
    for (const Stretch& stretch : pairs_.at({known, added})) {
      const auto [offset, uncertainty] = At(known, stretch.at);
      offsets_.push_back({added, stretch.at + stretch.offset_ns, reference,
                          offset + stretch.offset_ns, uncertainty + stretch.uncertainty_ns,
                          stretch.packets});
    }
  }

  std::map<Pair, std::vector<Stretch>> pairs_;
  std::set<std::string> unlinked_;
  std::vector<ClockOffset> offsets_;
};

}  // namespace

std::vector<ClockOffset> EstimateClocks(const std::map<std::string, ClockSamples>& samples) {
  return Linking(samples).Run();
}

}  // namespace trafrec::store
