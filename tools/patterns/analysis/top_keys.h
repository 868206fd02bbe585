#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace trafrec::patterns {

// The most frequent keys of a stream in bounded memory.
//
// Problem: paths and User-Agents come from outside, so there may be as many as there are requests.
// Approach: all keys are counted until twice `kept` are there; then the rarer half is forgotten,
// and `floor` remembers how often a forgotten key can have come at most. A key that comes (again)
// carries the floor of that moment, which bounds what was not counted of it. Up to 2 * kept keys
// everything is exact. Rejected: Space-Saving, whose counts are upper bounds, and which would mix
// the sizes and latencies of a new key into those of the one that it replaces.

/// `Value` is what is known of a key; it is forgotten with it.
template <typename Value>
class TopKeys {
 public:
  struct Entry {
    std::string key;
    uint64_t count = 0;   ///< since the key was last taken up: at least so often it came
    uint64_t missed = 0;  ///< at most so often more
    Value value{};
  };

  explicit TopKeys(size_t kept) : kept_(kept) {}

  /// Counts one, and gives what is known of the key: valid until the next call.
  Value& Add(std::string_view key) {
    auto found = entries_.find(key);
    if (found == entries_.end()) {
      if (entries_.size() >= 2 * kept_) {
        Forget();
      }
      found = entries_.emplace(std::string(key), Counted{.count = 0, .missed = floor_}).first;
    }
    ++found->second.count;
    return found->second.value;
  }

  /// The most frequent first; equal ones by key.
  std::vector<Entry> Take() {
    std::vector<Entry> all;
    all.reserve(entries_.size());
    while (!entries_.empty()) {
      auto node = entries_.extract(entries_.begin());
      all.push_back({std::move(node.key()), node.mapped().count, node.mapped().missed,
                     std::move(node.mapped().value)});
    }
    std::ranges::sort(all, [](const Entry& a, const Entry& b) {
      return a.count != b.count ? a.count > b.count : a.key < b.key;
    });
    return all;
  }

  /// How often a key that is not in the list can have come at most; 0: the list has all.
  uint64_t floor() const { return floor_; }

 private:
  struct Counted {
    uint64_t count = 0;
    uint64_t missed = 0;
    Value value{};
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };

  void Forget() {
    std::vector<uint64_t> counts;
    counts.reserve(entries_.size());
    for (const auto& [key, counted] : entries_) {
      counts.push_back(counted.count);
    }
    const auto median = counts.begin() + static_cast<std::ptrdiff_t>(counts.size() - kept_);
    std::ranges::nth_element(counts, median);
    // Of those that came equally often some must go too, or all of them would stay.
    size_t equals = static_cast<size_t>(std::count(median, counts.end(), *median));
    for (auto entry = entries_.begin(); entry != entries_.end();) {
      const Counted& counted = entry->second;
      const bool stays = counted.count > *median || (counted.count == *median && equals > 0);
      if (stays) {
        equals -= counted.count == *median ? 1 : 0;
        ++entry;
      } else {
        floor_ = std::max(floor_, counted.count + counted.missed);
        entry = entries_.erase(entry);
      }
    }
  }

  size_t kept_;
  uint64_t floor_ = 0;
  std::unordered_map<std::string, Counted, Hash, std::equal_to<>> entries_;
};

}  // namespace trafrec::patterns
