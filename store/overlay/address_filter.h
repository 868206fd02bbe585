#pragma once

#include <cstdint>
#include <vector>

namespace trafrec::store {

/// Whether an exchange is among those that were put: certainly not, or probably. A Bloom filter of
/// two bits each, so that the exchanges that an overlay does not touch, nearly all, cost no SQL.
class AddressFilter {
 public:
  AddressFilter() = default;
  /// For so many exchanges.
  explicit AddressFilter(uint64_t count);

  void Put(int64_t attempt, uint64_t number);
  bool MayHave(int64_t attempt, uint64_t number) const;

 private:
  static uint64_t Hash(int64_t attempt, uint64_t number);

  std::vector<uint64_t> words_;
  uint64_t mask_ = 0;  ///< of bit numbers
};

}  // namespace trafrec::store
