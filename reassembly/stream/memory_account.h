#pragma once

#include <cstddef>

namespace trafrec::reassembly {

/// The one global byte budget of reassembly: out-of-order data, heads and bodies under
/// construction, and the state of connections. Owned by the Reassembler, charged by stream and
/// http, enforced by StreamTracker, which evicts the least recently used streams while used > max.
/// One thread.
struct MemoryAccount {
  size_t used_bytes = 0;
  size_t max_bytes = 0;
};

}  // namespace trafrec::reassembly
