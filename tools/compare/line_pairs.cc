// Which lines of two texts are the same.
//
// Common lines at both ends are taken first, the middle by Myers' greedy algorithm ("An O(ND)
// difference algorithm", 1986): for each number of edits the furthest place on each diagonal, until
// one reaches the end; then back along the kept steps. Its cost is that of the differences, not of
// the texts. Rejected: a table of all pairs, whose size is the product of the lengths.

#include "tools/compare/line_pairs.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "tools/compare/limits.h"

namespace trafrec::tools {
namespace {

using Numbers = std::vector<size_t>;

/// Equal keys have equal numbers.
class Interning {
 public:
  Numbers Of(const std::vector<std::string>& keys) {
    Numbers numbers;
    for (const std::string& key : keys) {
      numbers.push_back(known_.try_emplace(key, known_.size()).first->second);
    }
    return numbers;
  }

 private:
  std::unordered_map<std::string_view, size_t> known_;
};

/// The pairs of a[begin_a, end_a) and b[begin_b, end_b).
class Middle {
 public:
  Middle(const Numbers& a, const Numbers& b, size_t begin_a, size_t end_a, size_t begin_b,
         size_t end_b)
      : a_(a),
        b_(b),
        begin_a_(begin_a),
        begin_b_(begin_b),
        length_a_(static_cast<ptrdiff_t>(end_a - begin_a)),
        length_b_(static_cast<ptrdiff_t>(end_b - begin_b)) {}

  void AppendTo(std::vector<LinePair>& pairs) {
    const auto [x, y] = Search();
    std::vector<LinePair> back;
    WalkBack(x, y, back);
    pairs.insert(pairs.end(), back.rbegin(), back.rend());
    for (ptrdiff_t at = x; at < length_a_; ++at) {
      pairs.push_back({.source = begin_a_ + static_cast<size_t>(at)});
    }
    for (ptrdiff_t at = y; at < length_b_; ++at) {
      pairs.push_back({.target = begin_b_ + static_cast<size_t>(at)});
    }
  }

 private:
  /// The furthest x on the diagonals -d, -d + 2, …, d after d edits.
  using Reach = std::vector<ptrdiff_t>;

  static ptrdiff_t& At(Reach& reach, ptrdiff_t edits, ptrdiff_t diagonal) {
    return reach[static_cast<size_t>((diagonal + edits) / 2)];
  }

  bool Down(ptrdiff_t edits, ptrdiff_t diagonal) {
    Reach& before = reaches_[static_cast<size_t>(edits - 1)];
    return diagonal == -edits || (diagonal != edits && At(before, edits - 1, diagonal - 1) <
                                                           At(before, edits - 1, diagonal + 1));
  }

  /// Where it ended: at the end of both, or at the furthest place within the limit.
  std::pair<ptrdiff_t, ptrdiff_t> Search() {
    std::pair<ptrdiff_t, ptrdiff_t> best = {0, 0};
    for (ptrdiff_t edits = 0; edits <= static_cast<ptrdiff_t>(limits::kLineEdits); ++edits) {
      reaches_.emplace_back(static_cast<size_t>(edits) + 1);
      best = {-1, 0};
      for (ptrdiff_t diagonal = -edits; diagonal <= edits; diagonal += 2) {
        ptrdiff_t x = 0;
        if (edits > 0) {
          Reach& before = reaches_[static_cast<size_t>(edits - 1)];
          x = Down(edits, diagonal) ? At(before, edits - 1, diagonal + 1)
                                    : At(before, edits - 1, diagonal - 1) + 1;
        }
        ptrdiff_t y = x - diagonal;
        while (x < length_a_ && y < length_b_ && y >= 0 &&
               a_[begin_a_ + static_cast<size_t>(x)] == b_[begin_b_ + static_cast<size_t>(y)]) {
          ++x;
          ++y;
        }
        At(reaches_.back(), edits, diagonal) = x;
        if (x <= length_a_ && y <= length_b_ && x + y > best.first + best.second) {
          best = {x, y};
        }
      }
      if (best == std::pair(length_a_, length_b_)) {
        break;
      }
    }
    return best;
  }

  /// From the place that the last step reached to the beginning.
  void WalkBack(ptrdiff_t x, ptrdiff_t y, std::vector<LinePair>& back) {
    for (auto edits = static_cast<ptrdiff_t>(reaches_.size()) - 1; edits >= 0; --edits) {
      ptrdiff_t from_x = 0;
      ptrdiff_t from_y = 0;
      const ptrdiff_t diagonal = x - y;
      const bool down = edits > 0 && Down(edits, diagonal);
      if (edits > 0) {
        const ptrdiff_t before = down ? diagonal + 1 : diagonal - 1;
        from_x = At(reaches_[static_cast<size_t>(edits - 1)], edits - 1, before);
        from_y = from_x - before;
      }
      const ptrdiff_t run = edits == 0 ? 0 : (down ? from_x : from_x + 1);
      while (x > run) {
        --x;
        --y;
        back.push_back({.source = begin_a_ + static_cast<size_t>(x),
                        .target = begin_b_ + static_cast<size_t>(y)});
      }
      if (edits > 0) {
        back.push_back(down ? LinePair{.target = begin_b_ + static_cast<size_t>(from_y)}
                            : LinePair{.source = begin_a_ + static_cast<size_t>(from_x)});
      }
      x = from_x;
      y = from_y;
    }
  }

  const Numbers& a_;
  const Numbers& b_;
  size_t begin_a_;
  size_t begin_b_;
  ptrdiff_t length_a_;
  ptrdiff_t length_b_;
  std::vector<Reach> reaches_;
};

}  // namespace

std::vector<LinePair> PairLines(const std::vector<std::string>& source,
                                const std::vector<std::string>& target) {
  Interning interning;
  const Numbers a = interning.Of(source);
  const Numbers b = interning.Of(target);
  const size_t common = std::min(a.size(), b.size());
  size_t front = 0;
  while (front < common && a[front] == b[front]) {
    ++front;
  }
  size_t back = 0;
  while (front + back < common && a[a.size() - 1 - back] == b[b.size() - 1 - back]) {
    ++back;
  }
  std::vector<LinePair> pairs;
  for (size_t i = 0; i < front; ++i) {
    pairs.push_back({.source = i, .target = i});
  }
  Middle(a, b, front, a.size() - back, front, b.size() - back).AppendTo(pairs);
  for (size_t left = back; left > 0; --left) {
    pairs.push_back({.source = a.size() - left, .target = b.size() - left});
  }
  return pairs;
}

}  // namespace trafrec::tools
