#include "reassembly/dissection/checksum.h"

#include <cstring>

// Every payload byte of every packet is summed, so this loop bounds the speed of reassembly.
// 64-bit words are added with their carries kept apart, in two independent chains; that is a load
// and two additions for eight bytes. Rejected: 128-bit sums (gcc 12 keeps them in memory, six times
// slower), 16-bit words (four times the work), libtins' Utils::checksum_range (the same), and code
// for one instruction set only.

namespace trafrec::reassembly {
namespace {

/// A sum of 64-bit words that forgets no carry.
struct Sum {
  uint64_t low = 0;
  uint64_t carries = 0;

  void Add(uint64_t word) {
    low += word;
    carries += low < word ? 1 : 0;
  }
};

template <typename Word>
Word LoadNative(const uint8_t* p) {
  Word word;
  std::memcpy(&word, p, sizeof(word));
  return word;
}

}  // namespace

uint16_t FoldedSum(Bytes bytes, uint64_t start) {
  const uint8_t* p = bytes.data();
  size_t left = bytes.size();
  Sum even{.low = start};
  Sum odd;
  for (; left >= 32; p += 32, left -= 32) {
    even.Add(LoadNative<uint64_t>(p));
    odd.Add(LoadNative<uint64_t>(p + 8));
    even.Add(LoadNative<uint64_t>(p + 16));
    odd.Add(LoadNative<uint64_t>(p + 24));
  }
  for (; left >= 8; p += 8, left -= 8) {
    even.Add(LoadNative<uint64_t>(p));
  }
  if ((left & 4) != 0) {
    odd.Add(LoadNative<uint32_t>(p));
    p += 4;
  }
  if ((left & 2) != 0) {
    odd.Add(LoadNative<uint16_t>(p));
    p += 2;
  }
  if ((left & 1) != 0) {
    const uint8_t padded[2] = {*p, 0};
    odd.Add(LoadNative<uint16_t>(padded));
  }
  // 2^64 is 1 in one's complement arithmetic: the carries are added at the low end.
  even.Add(odd.low);
  return Fold((even.low & 0xffffffff) + (even.low >> 32) + even.carries + odd.carries);
}

}  // namespace trafrec::reassembly
