#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "reassembly/stream/connection.h"

namespace trafrec::reassembly {

/// Owns the connections and finds them by key. Connections have stable addresses and small numbers
/// (indices), which depend only on the order of Add and Remove, never on the seed. A hash table
/// with open addressing; it grows by doubling, which costs O(1) a connection on average.
class ConnectionTable {
 public:
  explicit ConnectionTable(uint64_t seed);

  uint32_t Hash(const FlowKey& key) const { return HashFlowKey(key, seed_); }
  /// Null if there is none.
  Connection* Find(const FlowKey& key, uint32_t hash) {
    for (size_t at = hash & mask_;; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.index == kNoIndex) {
        return nullptr;
      }
      if (slot.hash == hash && (*this)[slot.index].key == key) {
        return &(*this)[slot.index];
      }
    }
  }
  /// The key must be new.
  Connection& Add(const FlowKey& key, uint32_t hash);
  void Remove(Connection& connection);

  Connection& operator[](uint32_t index) { return chunks_[index / kChunk][index % kChunk]; }
  const Connection& operator[](uint32_t index) const {
    return chunks_[index / kChunk][index % kChunk];
  }
  size_t size() const { return size_; }

 private:
  static constexpr uint32_t kChunk = 256;

  struct Slot {
    uint32_t hash = 0;
    uint32_t index = kNoIndex;
  };

  void Grow();
  void Place(Slot slot);

  const uint64_t seed_;
  std::vector<Slot> slots_;
  size_t mask_;
  std::vector<std::unique_ptr<Connection[]>> chunks_;
  std::vector<uint32_t> free_;
  uint32_t made_ = 0;
  size_t size_ = 0;
};

}  // namespace trafrec::reassembly
