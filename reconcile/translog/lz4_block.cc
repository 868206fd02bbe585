#include "reconcile/translog/lz4_block.h"

#include <cstdint>

namespace trafrec::reconcile {
namespace {

constexpr size_t kShortest = 4;

/// Four bits, and bytes behind them for as long as all are full.
size_t Length(StreamInput& input, uint8_t bits) {
  size_t length = bits;
  for (uint8_t more = bits == 0xf ? 0xff : 0; more == 0xff && input.ok();) {
    more = input.Byte();
    length += more;
  }
  return length;
}

}  // namespace

bool AppendLz4Block(StreamInput& input, size_t size, std::string& out) {
  const size_t end = out.size() + size;
  for (;;) {  // nothing is a block, too
    const uint8_t token = input.Byte();
    const std::string_view plain = input.Bytes(Length(input, token >> 4));
    if (!input.ok() || plain.size() > end - out.size()) {
      return false;
    }
    out += plain;
    if (out.size() == end) {
      return true;  // the last one repeats nothing
    }
    const size_t low = input.Byte();
    const size_t back = low | size_t{input.Byte()} << 8;
    const size_t length = kShortest + Length(input, token & 0xf);
    if (!input.ok() || back == 0 || back > out.size() || length > end - out.size()) {
      return false;
    }
    for (size_t i = 0; i < length; ++i) {
      out.push_back(out[out.size() - back]);  // it may repeat what it has just written
    }
    if (out.size() == end) {
      return true;
    }
  }
}

}  // namespace trafrec::reconcile
