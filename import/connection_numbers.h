#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "import/limits.h"
#include "store/format/records.h"

namespace trafrec::import {

/// Gives connections of all files numbers that differ. A source (a recorder's start, the numbers of
/// one HAR file) keeps its own numbers in the lower 40 bits: those of the first source stay as they
/// were, and nothing has to be remembered of millions of connections.
class ConnectionNumbers {
 public:
  /// nullopt: there are too many sources.
  std::optional<uint64_t> NewSource() {
    return sources_ < limits::kSources ? std::optional(sources_++) : std::nullopt;
  }
  static store::ConnectionNumber NumberOf(uint64_t source, uint64_t number) {
    return source * limits::kConnectionNumbers + number;
  }

 private:
  uint64_t sources_ = 0;
};

/// Numbers of one source for names, 1, 2, …: a name that was not used for long gets another.
class NamedNumbers {
 public:
  uint64_t Next() { return ++last_; }
  uint64_t Of(const std::string& name) {
    if (names_.size() >= limits::kConnectionNames) {
      names_.clear();
    }
    const auto [found, is_new] = names_.try_emplace(name, last_ + 1);
    last_ += is_new ? 1 : 0;
    return found->second;
  }

 private:
  std::unordered_map<std::string, uint64_t> names_;
  uint64_t last_ = 0;
};

}  // namespace trafrec::import
