#include "reassembly/dissection/checksum.h"

#include <cstring>

// Every payload byte of every packet is summed, so this loop bounds the speed of reassembly.
// 64-bit words are added with their carries kept apart, in four independent chains; that is a load
// and an add with carry for eight bytes. Rejected: 16-bit words (four times the work), libtins'
// Utils::checksum_range (the same), and code for one instruction set only.

namespace trafrec::reassembly {
namespace {

__extension__ using Wide = unsigned __int128;

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
  Wide a = start;
  Wide b = 0;
  Wide c = 0;
  Wide d = 0;
  for (; left >= 32; p += 32, left -= 32) {
    a += LoadNative<uint64_t>(p);
    b += LoadNative<uint64_t>(p + 8);
    c += LoadNative<uint64_t>(p + 16);
    d += LoadNative<uint64_t>(p + 24);
  }
  for (; left >= 8; p += 8, left -= 8) {
    a += LoadNative<uint64_t>(p);
  }
  if ((left & 4) != 0) {
    b += LoadNative<uint32_t>(p);
    p += 4;
  }
  if ((left & 2) != 0) {
    c += LoadNative<uint16_t>(p);
    p += 2;
  }
  if ((left & 1) != 0) {
    const uint8_t padded[2] = {*p, 0};
    d += LoadNative<uint16_t>(padded);
  }
  const Wide sum = a + b + c + d;
  // 2^64 is 1 in one's complement arithmetic: the carries are added at the low end.
  const auto low = static_cast<uint64_t>(sum);
  const auto carries = static_cast<uint64_t>(sum >> 64);
  return Fold((low & 0xffffffff) + (low >> 32) + carries);
}

}  // namespace trafrec::reassembly
