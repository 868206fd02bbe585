#include "reassembly/stream/connection_table.h"

#include <utility>

#include "base/check.h"

namespace trafrec::reassembly {
namespace {

constexpr size_t kFirstSlots = 1024;

}  // namespace

ConnectionTable::ConnectionTable(uint64_t seed)
    : seed_(seed), slots_(kFirstSlots), mask_(kFirstSlots - 1) {}

Connection& ConnectionTable::Add(const FlowKey& key, uint32_t hash) {
  if ((size_ + 1) * 3 > slots_.size() * 2) {
    Grow();
  }
  uint32_t index;
  if (free_.empty()) {
    index = made_++;
    if (index / kChunk == chunks_.size()) {
      chunks_.push_back(std::make_unique<Connection[]>(kChunk));
    }
  } else {
    index = free_.back();
    free_.pop_back();
  }
  Connection& connection = (*this)[index];
  connection = Connection();
  connection.key = key;
  connection.self = index;
  Place({hash, index});
  ++size_;
  return connection;
}

void ConnectionTable::Remove(Connection& connection) {
  const uint32_t index = connection.self;
  size_t at = Hash(connection.key) & mask_;
  while (slots_[at].index != index) {
    CHECK(slots_[at].index != kNoIndex);
    at = (at + 1) & mask_;
  }
  // Slots behind the hole that may move into it do, so that every search still ends at a free slot.
  size_t hole = at;
  for (size_t next = (hole + 1) & mask_; slots_[next].index != kNoIndex;
       next = (next + 1) & mask_) {
    const size_t home = slots_[next].hash & mask_;
    if (((next - home) & mask_) >= ((next - hole) & mask_)) {
      slots_[hole] = slots_[next];
      hole = next;
    }
  }
  slots_[hole] = Slot();
  connection.consumer.reset();
  connection.resting.reset();
  connection.detail.reset();
  free_.push_back(index);
  --size_;
}

void ConnectionTable::Grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  mask_ = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.index != kNoIndex) {
      Place(slot);
    }
  }
}

void ConnectionTable::Place(Slot slot) {
  size_t at = slot.hash & mask_;
  while (slots_[at].index != kNoIndex) {
    at = (at + 1) & mask_;
  }
  slots_[at] = slot;
}

}  // namespace trafrec::reassembly
