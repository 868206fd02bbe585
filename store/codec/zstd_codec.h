#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "base/error.h"

namespace trafrec::store::codec {

/// Compresses whole frames, each by itself, with one reused context. One thread at a time.
class ZstdCompressor {
 public:
  explicit ZstdCompressor(int level);
  ~ZstdCompressor();
  ZstdCompressor(ZstdCompressor&&) noexcept;
  ZstdCompressor& operator=(ZstdCompressor&&) noexcept;

  /// Bytes of room that always suffice for the compressed form.
  static size_t Bound(size_t raw_bytes);

  /// The number of bytes put into `out`, or 0 if the compressed form does not fit there: then it is
  /// not worth keeping.
  size_t Compress(Bytes raw, std::span<uint8_t> out);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// Undoes it, with one reused context. One thread at a time.
class ZstdDecompressor {
 public:
  ZstdDecompressor();
  ~ZstdDecompressor();
  ZstdDecompressor(ZstdDecompressor&&) noexcept;
  ZstdDecompressor& operator=(ZstdDecompressor&&) noexcept;

  /// Fills `raw` exactly, or fails.
  Status Decompress(Bytes stored, std::span<uint8_t> raw);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace trafrec::store::codec
