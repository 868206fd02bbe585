#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"
#include "store/codec/zstd_codec.h"
#include "store/format/frame_buffer.h"

// One frame = header + stored bytes, the value of frame.data. docs/segment_format.md is normative;
// tests/store compares its tables with these constants.

namespace trafrec::store {

class SegmentCipher;

/// "TRFF" as bytes in this order.
inline constexpr uint32_t kFrameMagic = 0x46465254;
inline constexpr uint16_t kFrameVersion = 1;
inline constexpr size_t kFrameHeaderBytes = 32;
/// A reader refuses frames that claim more, before it allocates. The recorder's own are about 1
/// MiB; one message of reassembly's greatest head and extent makes 1.3 MiB.
inline constexpr uint32_t kFrameRawBytesMax = uint32_t{64} << 20;

/// Key id of encrypted frames: a segment has one data key.
inline constexpr uint32_t kFrameKeyId = 1;
/// The fact `encryption` of an encrypted segment.
inline constexpr const char* kSegmentEncryption = "xchacha20poly1305";

enum class FrameCodec : uint8_t { kNone = 0, kZstd = 1 };

/// What is in a frame: an encrypted one opens as nothing else.
enum class FrameKind : uint8_t { kEntries, kTexts };

struct FrameHeader {
  FrameCodec codec = FrameCodec::kNone;
  uint32_t dictionary_id = 0;  ///< 0: none
  uint32_t key_id = 0;         ///< 0: not encrypted
  uint32_t raw_length = 0;
  uint32_t stored_length = 0;
  uint32_t entry_count = 0;
  uint32_t checksum = 0;
};

/// Turns raw bytes, with room for the header before them, into header and stored bytes. `zstd`
/// null: not compressed. `scratch` is exchanged with `frame`.
void PackBytes(FrameBuffer& frame, uint32_t entries, codec::ZstdCompressor* zstd,
               FrameBuffer& scratch);

/// Writes the header's kFrameHeaderBytes at the front of `frame`, whose other bytes are the stored
/// ones, with their checksum.
void SealFrame(FrameHeader header, std::span<uint8_t> frame);

/// Reads the header alone: magic, version, codec and lengths are checked, the checksum is not.
Result<FrameHeader> ReadFrameHeader(Bytes frame);

/// CRC-32 (zlib's polynomial) over the header with a zero checksum, then the stored bytes.
uint32_t FrameChecksum(Bytes frame);

/// Checks header and checksum and puts the raw bytes, all entries one behind the other, into `raw`.
/// An encrypted frame needs the segment's cipher, its number and kind; without them it is a
/// kPermission, once its checksum was found right. A failure says what is wrong, without naming the
/// frame.
Result<FrameHeader> UnpackFrame(Bytes frame, codec::ZstdDecompressor& zstd, FrameBuffer& raw,
                                const SegmentCipher* cipher = nullptr, int64_t number = 0,
                                FrameKind kind = FrameKind::kEntries);

}  // namespace trafrec::store
