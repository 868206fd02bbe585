#pragma once

#include <cstdint>
#include <unordered_map>

#include "reassembly/stream/flow_key.h"

namespace trafrec::reassembly {

/// Further keys of connections that several mirrors carry, each in an overlay network of its own
/// (a mirror at the client and one at the server): all copies are one connection. Entries exist
/// only for tunnelled traffic of that kind.
class MirrorTable {
 public:
  explicit MirrorTable(uint64_t seed) : keys_(0, Hasher{seed}) {}

  bool empty() const { return keys_.empty(); }
  /// Number of the connection that has the key; nullptr if none has.
  const uint32_t* Find(const FlowKey& key) const {
    const auto found = keys_.find(key);
    return found == keys_.end() ? nullptr : &found->second;
  }
  /// False if the connection has as many as it may (limits::kMirrors).
  bool Add(const FlowKey& key, uint32_t connection);
  /// Forgets the connection's keys, and calls `release` with the overlay of each.
  template <typename Release>
  void Remove(uint32_t connection, Release release) {
    const auto [first, last] = by_connection_.equal_range(connection);
    for (auto entry = first; entry != last; ++entry) {
      keys_.erase(entry->second);
      release(entry->second.overlay);
    }
    by_connection_.erase(first, last);
  }

 private:
  struct Hasher {
    size_t operator()(const FlowKey& key) const { return HashFlowKey(key, seed); }
    uint64_t seed;
  };

  std::unordered_map<FlowKey, uint32_t, Hasher> keys_;
  std::unordered_multimap<uint32_t, FlowKey> by_connection_;
};

}  // namespace trafrec::reassembly
