#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "store/codec/zstd_codec.h"
#include "store/format/frame_buffer.h"
#include "store/format/segment_cipher.h"

// Texts of an encrypted segment go into it many at a time, as a frame: encryption and SQLite cost
// as much for one short text as for hundreds, and together they are also compressed.
// docs/segment_format.md, "text_block", is normative.

namespace trafrec::store {

/// Texts with the ids first, first + 1, … on their way to the disk.
class TextBlock {
 public:
  void Add(std::string_view text);
  uint32_t count() const { return count_; }
  size_t bytes() const { return texts_.size(); }
  void Clear();

  /// The value of text_block.data, borrowed until the next call. What is in the block is used up:
  /// Clear it then.
  Bytes Encrypt(SegmentCipher& cipher, int64_t first);

 private:
  FrameBuffer texts_;  // behind room for a header
  uint32_t count_ = 0;
  codec::ZstdCompressor zstd_{1};
  FrameBuffer scratch_;
  FrameBuffer encrypted_;
};

/// The texts of a value of text_block.data, in order, borrowed from `raw`. A failure says what is
/// wrong, without naming the block; without a cipher it is a kPermission, if the checksum is right.
Result<std::vector<std::string_view>> ReadTextBlock(Bytes data, int64_t first,
                                                    const SegmentCipher* cipher,
                                                    codec::ZstdDecompressor& zstd,
                                                    FrameBuffer& raw);

}  // namespace trafrec::store
