// Pairing by all that is known.
//
// The recorder gives up on a connection's order once a loss may have shifted it. What it could not
// know is what the messages say: a shift by one would give a bulk's answer to a get. All pairings
// that keep the order are walked as paths through a table, forwards and backwards: a step takes a
// request with its answer, or an answer whose request is in a hole, or a request whose answer is. A
// pair is certain if every path goes through it. Rejected: the pairing that fits best, which is a
// guess.

#include "reconcile/history/alignment.h"

#include <algorithm>
#include <limits>

namespace trafrec::reconcile {
namespace {

/// `{"delete":{"_id":"a"}}` and its line end; of other requests for several documents `"a",`.
constexpr uint64_t kItemBytes = 23;
constexpr uint64_t kListedBytes = 4;

class Table {
 public:
  Table(const std::vector<FlowMessage>& requests, const std::vector<FlowMessage>& answers,
        uint64_t sent, uint64_t least)
      : requests_(requests),
        answers_(answers),
        sent_(sent),
        least_(least),
        width_(requests.size() + 1) {}

  std::vector<std::pair<size_t, size_t>> Certain() {
    WalkOn();
    WalkBack();
    std::vector<std::pair<size_t, size_t>> pairs;
    for (size_t a = 0; a < answers_.size(); ++a) {
      if (const auto request = OnlyRequestOf(a)) {
        pairs.emplace_back(*request, a);
      }
    }
    return pairs;
  }

 private:
  /// Bytes of the hole at hand that lost requests need at least; kNever: no path comes there.
  using Bytes = uint32_t;
  static constexpr Bytes kNever = std::numeric_limits<Bytes>::max();

  size_t At(size_t answer, size_t request) const { return answer * width_ + request; }

  static uint64_t EndBefore(const std::vector<FlowMessage>& flow, size_t number) {
    return number == 0 ? 0 : flow[number - 1].offset + flow[number - 1].bytes;
  }

  /// Bytes of the client's flow that are missing before that request.
  Bytes RoomBefore(size_t request) const {
    const uint64_t end = EndBefore(requests_, request);
    const uint64_t begin = request == requests_.size() ? sent_ : requests_[request].offset;
    return static_cast<Bytes>(std::min<uint64_t>(begin > end ? begin - end : 0, kNever - 1));
  }

  /// What a request has at least that got that answer.
  Bytes NeededFor(size_t answer) const {
    const Shape& shape = answers_[answer].shape;
    const uint64_t each = shape.kind == Shape::Kind::kBulk       ? kItemBytes
                          : shape.kind == Shape::Kind::kMultiGet ? kListedBytes
                                                                 : 0;
    return static_cast<Bytes>(least_ + shape.ids.size() * each);
  }

  bool Fits(size_t request, size_t answer) const {
    if (request == requests_.size() || answer == answers_.size()) {
      return false;
    }
    const FlowMessage& asked = requests_[request];
    const FlowMessage& said = answers_[answer];
    if (asked.pair || said.pair) {
      return asked.pair == said.pair;
    }
    return (!said.ack || *said.ack >= asked.offset + asked.bytes) &&
           (!asked.ack || said.offset >= *asked.ack) && asked.shape.Fits(said.shape);
  }

  /// The answer is to a request that is missing before `request`.
  bool MayAnswerLost(size_t answer, size_t request) const {
    return answer < answers_.size() && !answers_[answer].pair &&
           (!answers_[answer].ack || *answers_[answer].ack > EndBefore(requests_, request));
  }

  /// The answer to `request` is missing before `answer`, or it has none.
  bool MayBeUnseen(size_t request, size_t answer) const {
    if (request == requests_.size() || requests_[request].pair) {
      return false;
    }
    return answer == answers_.size() || answers_[answer].offset != EndBefore(answers_, answer);
  }

  void WalkOn() {
    reached_.assign(At(answers_.size(), requests_.size()) + 1, kNever);
    reached_[0] = 0;
    for (size_t a = 0; a <= answers_.size(); ++a) {
      for (size_t r = 0; r <= requests_.size(); ++r) {
        const Bytes used = reached_[At(a, r)];
        if (used == kNever) {
          continue;
        }
        if (Fits(r, a)) {
          reached_[At(a + 1, r + 1)] = 0;
        }
        if (MayBeUnseen(r, a)) {
          reached_[At(a, r + 1)] = 0;
        }
        if (MayAnswerLost(a, r) && used + NeededFor(a) <= RoomBefore(r)) {
          Bytes& next = reached_[At(a + 1, r)];
          next = std::min(next, used + NeededFor(a));
        }
      }
    }
  }

  void WalkBack() {
    leads_on_.assign(reached_.size(), kNever);
    leads_on_.back() = 0;
    for (size_t a = answers_.size() + 1; a-- > 0;) {
      for (size_t r = requests_.size() + 1; r-- > 0;) {
        Bytes& needs = leads_on_[At(a, r)];
        if ((Fits(r, a) && leads_on_[At(a + 1, r + 1)] != kNever) ||
            (MayBeUnseen(r, a) && leads_on_[At(a, r + 1)] != kNever)) {
          needs = 0;
        } else if (MayAnswerLost(a, r) && leads_on_[At(a + 1, r)] != kNever &&
                   leads_on_[At(a + 1, r)] + NeededFor(a) <= RoomBefore(r)) {
          needs = std::min(needs, leads_on_[At(a + 1, r)] + NeededFor(a));
        }
      }
    }
  }

  std::optional<size_t> OnlyRequestOf(size_t a) const {
    std::optional<size_t> only;
    for (size_t r = 0; r <= requests_.size(); ++r) {
      const Bytes used = reached_[At(a, r)];
      if (used == kNever) {
        continue;
      }
      const Bytes needs = leads_on_[At(a + 1, r)];
      if (MayAnswerLost(a, r) && needs != kNever &&
          uint64_t{used} + NeededFor(a) + needs <= RoomBefore(r)) {
        return std::nullopt;
      }
      if (Fits(r, a) && leads_on_[At(a + 1, r + 1)] != kNever) {
        if (only) {
          return std::nullopt;
        }
        only = r;
      }
    }
    return only;
  }

  const std::vector<FlowMessage>& requests_;
  const std::vector<FlowMessage>& answers_;
  const uint64_t sent_;
  const uint64_t least_;
  const size_t width_;
  std::vector<Bytes> reached_;   ///< from the beginning
  std::vector<Bytes> leads_on_;  ///< to the end
};

}  // namespace

bool Shape::Fits(const Shape& answer) const {
  if (kind == Kind::kUnknown || answer.kind == Kind::kUnknown) {
    return true;
  }
  if (kind != answer.kind || ids.size() != answer.ids.size()) {
    return false;
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    if (!ids[i].empty() && !answer.ids[i].empty() && ids[i] != answer.ids[i]) {
      return false;
    }
  }
  return true;
}

std::vector<std::pair<size_t, size_t>> Align(const std::vector<FlowMessage>& requests,
                                             const std::vector<FlowMessage>& answers, uint64_t sent,
                                             uint64_t least) {
  return Table(requests, answers, sent, least).Certain();
}

}  // namespace trafrec::reconcile
