#include "store/overlay/address_filter.h"

#include <algorithm>
#include <bit>

#include "store/overlay/limits.h"

namespace trafrec::store {
namespace {

constexpr uint64_t kWordBits = 64;

}  // namespace

AddressFilter::AddressFilter(uint64_t count) {
  if (count == 0) {
    return;
  }
  const uint64_t wanted =
      std::min(count, limits::kFilterBitsMax / limits::kFilterBitsEach) * limits::kFilterBitsEach;
  const uint64_t bits = std::bit_ceil(std::max(wanted, kWordBits));
  words_.resize(bits / kWordBits);
  mask_ = bits - 1;
}

// MurmurHash3's finaliser: each bit of the input changes about half of the output's.
uint64_t AddressFilter::Hash(int64_t attempt, uint64_t number) {
  uint64_t hash = number ^ (static_cast<uint64_t>(attempt) << 48);
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
  return hash ^ (hash >> 33);
}

void AddressFilter::Put(int64_t attempt, uint64_t number) {
  const uint64_t hash = Hash(attempt, number);
  for (const uint64_t bit : {hash & mask_, (hash >> 32) & mask_}) {
    words_[bit / kWordBits] |= uint64_t{1} << (bit % kWordBits);
  }
}

bool AddressFilter::MayHave(int64_t attempt, uint64_t number) const {
  if (words_.empty()) {
    return false;
  }
  const uint64_t hash = Hash(attempt, number);
  for (const uint64_t bit : {hash & mask_, (hash >> 32) & mask_}) {
    if ((words_[bit / kWordBits] >> (bit % kWordBits) & 1) == 0) {
      return false;
    }
  }
  return true;
}

}  // namespace trafrec::store
