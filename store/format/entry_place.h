#pragma once

#include <compare>
#include <cstdint>

namespace trafrec::store {

/// Where an entry is: its frame and its index there. Frame 0: nowhere.
struct EntryPlace {
  int64_t frame = 0;
  uint32_t entry = 0;

  friend auto operator<=>(const EntryPlace&, const EntryPlace&) = default;
};

}  // namespace trafrec::store
