#include "store/format/frame_format.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/check.h"
#include "store/codec/checksum.h"
#include "store/files/little_endian.h"
#include "store/format/encryption.h"
#include "store/format/segment_cipher.h"
#include "store/limits.h"

namespace trafrec::store {
namespace {

// Places of the header's fields; docs/segment_format.md has the same table.
constexpr size_t kMagicAt = 0;
constexpr size_t kVersionAt = 4;
constexpr size_t kCodecAt = 6;
constexpr size_t kDictionaryAt = 8;
constexpr size_t kKeyAt = 12;
constexpr size_t kRawLengthAt = 16;
constexpr size_t kStoredLengthAt = 20;
constexpr size_t kEntryCountAt = 24;
constexpr size_t kChecksumAt = 28;

}  // namespace

void PackBytes(FrameBuffer& frame, uint32_t entries, codec::ZstdCompressor* zstd,
               FrameBuffer& scratch) {
  const Bytes raw = frame.bytes().subspan(kFrameHeaderBytes);
  FrameHeader header;
  header.raw_length = static_cast<uint32_t>(raw.size());
  header.stored_length = header.raw_length;
  header.entry_count = entries;
  if (zstd != nullptr) {
    const auto room =
        static_cast<size_t>(static_cast<double>(raw.size()) * limits::kStoredRatioMax);
    scratch.SetSize(kFrameHeaderBytes + room);
    const size_t stored = zstd->Compress(raw, {scratch.data() + kFrameHeaderBytes, room});
    if (stored > 0) {
      header.codec = FrameCodec::kZstd;
      header.stored_length = static_cast<uint32_t>(stored);
      scratch.SetSize(kFrameHeaderBytes + stored);
      std::swap(frame, scratch);
    }
  }
  SealFrame(header, {frame.data(), frame.size()});
}

void SealFrame(FrameHeader header, std::span<uint8_t> frame) {
  CHECK(frame.size() == kFrameHeaderBytes + header.stored_length);
  uint8_t* out = frame.data();
  StoreLittle<uint32_t>(out + kMagicAt, kFrameMagic);
  StoreLittle<uint16_t>(out + kVersionAt, kFrameVersion);
  StoreLittle<uint16_t>(out + kCodecAt, static_cast<uint16_t>(header.codec));
  StoreLittle<uint32_t>(out + kDictionaryAt, header.dictionary_id);
  StoreLittle<uint32_t>(out + kKeyAt, header.key_id);
  StoreLittle<uint32_t>(out + kRawLengthAt, header.raw_length);
  StoreLittle<uint32_t>(out + kStoredLengthAt, header.stored_length);
  StoreLittle<uint32_t>(out + kEntryCountAt, header.entry_count);
  StoreLittle<uint32_t>(out + kChecksumAt, FrameChecksum(frame));
}

uint32_t FrameChecksum(Bytes frame) {
  CHECK(frame.size() >= kFrameHeaderBytes);
  std::array<uint8_t, kFrameHeaderBytes> header;
  std::copy_n(frame.begin(), header.size(), header.begin());
  StoreLittle<uint32_t>(header.data() + kChecksumAt, 0);
  return codec::Crc32(codec::Crc32(0, header), frame.subspan(kFrameHeaderBytes));
}

Result<FrameHeader> ReadFrameHeader(Bytes frame) {
  if (frame.size() < kFrameHeaderBytes) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("{} bytes are too short for a frame's header of {}", frame.size(),
                            kFrameHeaderBytes));
  }
  const uint8_t* in = frame.data();
  if (LoadLittle<uint32_t>(in + kMagicAt) != kFrameMagic) {
    return Fail(ErrorCode::kCorrupt, "the frame does not begin with its magic number");
  }
  if (const auto version = LoadLittle<uint16_t>(in + kVersionAt); version != kFrameVersion) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("the frame has format version {}, this program reads version {}",
                            version, kFrameVersion),
                "use a newer trafrec");
  }
  FrameHeader header;
  header.codec = static_cast<FrameCodec>(in[kCodecAt]);
  header.dictionary_id = LoadLittle<uint32_t>(in + kDictionaryAt);
  header.key_id = LoadLittle<uint32_t>(in + kKeyAt);
  header.raw_length = LoadLittle<uint32_t>(in + kRawLengthAt);
  header.stored_length = LoadLittle<uint32_t>(in + kStoredLengthAt);
  header.entry_count = LoadLittle<uint32_t>(in + kEntryCountAt);
  header.checksum = LoadLittle<uint32_t>(in + kChecksumAt);
  if (header.stored_length != frame.size() - kFrameHeaderBytes) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("the frame's header says {} stored bytes, but there are {}",
                            header.stored_length, frame.size() - kFrameHeaderBytes));
  }
  if (header.raw_length > kFrameRawBytesMax) {
    return Fail(ErrorCode::kCorrupt, fmt::format("the frame claims {} raw bytes, the limit is {}",
                                                 header.raw_length, kFrameRawBytesMax));
  }
  return header;
}

Result<FrameHeader> UnpackFrame(Bytes frame, codec::ZstdDecompressor& zstd, FrameBuffer& raw,
                                const SegmentCipher* cipher, int64_t number, FrameKind kind) {
  TRY_ASSIGN(const FrameHeader header, ReadFrameHeader(frame));
  if (const uint32_t computed = FrameChecksum(frame); computed != header.checksum) {
    return Fail(ErrorCode::kCorrupt, fmt::format("the frame's checksum is {:08x}, its bytes give "
                                                 "{:08x}",
                                                 header.checksum, computed));
  }
  if (header.key_id > kFrameKeyId || header.dictionary_id != 0) {
    return Fail(ErrorCode::kUnsupported, "the frame needs another key or a dictionary",
                "use a newer trafrec");
  }
  Bytes stored = frame.subspan(kFrameHeaderBytes);
  FrameBuffer decrypted;
  if (header.key_id != 0) {
    if (cipher == nullptr) {
      return Fail(ErrorCode::kPermission, "it is encrypted", kIdentityRemedy);
    }
    if (!cipher->DecryptFrame(header, stored, kind, number, decrypted)) {
      return Fail(ErrorCode::kCorrupt,
                  "it cannot be decrypted: it was altered, or belongs to another place");
    }
    stored = decrypted.bytes();
  }
  raw.Clear();
  switch (header.codec) {
    case FrameCodec::kNone:
      if (header.raw_length != stored.size()) {
        return Fail(ErrorCode::kCorrupt, "the frame is not compressed, but its lengths differ");
      }
      raw.Append(stored);
      return header;
    case FrameCodec::kZstd:
      raw.SetSize(header.raw_length);
      TRY(zstd.Decompress(stored, {raw.data(), raw.size()}));
      return header;
  }
  return Fail(ErrorCode::kUnsupported,
              fmt::format("the frame's codec {} is unknown", static_cast<int>(header.codec)),
              "use a newer trafrec");
}

}  // namespace trafrec::store
