#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "replay/guard/guard.h"

namespace trafrec::replay {

/// What documents are at the targets, as this life of the run left them. A guess: a wrong one costs
/// a refused copy and a reading. Bounded; the loop's thread.
class KnownDocuments {
 public:
  std::optional<guard::DocumentState> Find(size_t target, std::string_view index,
                                           std::string_view id) const {
    const auto found = known_.find(NameOf(target, index, id));
    return found == known_.end() ? std::nullopt : std::optional(found->second);
  }

  /// Nothing: it is not known any more.
  void Put(size_t target, std::string_view index, std::string_view id,
           const std::optional<guard::DocumentState>& state) {
    if (!state) {
      known_.erase(NameOf(target, index, id));
      return;
    }
    if (known_.size() >= kMost) {
      known_.clear();
    }
    known_[NameOf(target, index, id)] = *state;
  }

  void Clear() { known_.clear(); }

 private:
  /// Some 120 bytes each: 24 MB.
  static constexpr size_t kMost = 200'000;

  static std::string NameOf(size_t target, std::string_view index, std::string_view id) {
    std::string name(1, static_cast<char>(target & 0xff));
    name.append(index).append(1, '\0').append(id);
    return name;
  }

  std::unordered_map<std::string, guard::DocumentState> known_;
};

}  // namespace trafrec::replay
