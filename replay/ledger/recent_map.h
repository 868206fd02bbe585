#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>

namespace trafrec::ledger {

/// The values that were put or found last, at most `capacity`: two generations, of which the older
/// one goes when the younger one is full.
template <typename Value>
class RecentMap {
 public:
  explicit RecentMap(size_t capacity) : generation_max_(capacity / 2) {}

  /// Borrowed until the next call; null: not here.
  const Value* Find(const std::string& key) {
    if (const auto found = young_.find(key); found != young_.end()) {
      return &found->second;
    }
    const auto old = old_.find(key);
    if (old == old_.end()) {
      return nullptr;
    }
    Value value = std::move(old->second);
    old_.erase(old);
    return &Put(key, std::move(value));
  }

  const Value& Put(const std::string& key, Value value) {
    if (young_.size() >= generation_max_ && !young_.contains(key)) {
      old_ = std::exchange(young_, {});
    }
    return young_.insert_or_assign(key, std::move(value)).first->second;
  }

 private:
  const size_t generation_max_;
  std::unordered_map<std::string, Value> young_;
  std::unordered_map<std::string, Value> old_;
};

}  // namespace trafrec::ledger
