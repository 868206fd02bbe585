// Any bytes as a frame, and, with the checksum made right, as the entries inside one.

#include <cstring>
#include <vector>

#include "store/codec/zstd_codec.h"
#include "store/format/entry_format.h"
#include "store/format/frame_buffer.h"
#include "store/format/frame_format.h"
#include "tests/fuzz/fuzz_input.h"

namespace {

using namespace trafrec;

void DecodeEntries(Bytes rest) {
  while (!rest.empty()) {
    const auto entry = store::TakeEntry(rest);
    if (!entry) {
      return;
    }
    // Whatever the kind says: each decoder must stand any facts.
    (void)store::DecodeMessage(*entry).has_value();
    (void)store::DecodeExtent(*entry).has_value();
    (void)store::DecodeExchange(*entry).has_value();
    (void)store::DecodeConnection(*entry).has_value();
    (void)store::DecodeLoss(*entry).has_value();
    (void)store::DecodeSentinel(*entry).has_value();
    (void)store::DecodeWatermark(*entry).has_value();
    (void)store::DecodeResultLink(*entry).has_value();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes bytes(data, size);
  DecodeEntries(bytes);
  static store::codec::ZstdDecompressor zstd;
  std::vector<uint8_t> frame(data, data + size);
  if (frame.size() >= store::kFrameHeaderBytes) {
    // The checksum is the header's last field; a fuzzer would not find it by itself.
    const uint32_t checksum = store::FrameChecksum(frame);
    std::memcpy(frame.data() + store::kFrameHeaderBytes - 4, &checksum, 4);
  }
  store::FrameBuffer raw;
  (void)store::UnpackFrame(frame, zstd, raw).has_value();
  return 0;
}
