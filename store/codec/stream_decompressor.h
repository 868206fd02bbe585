#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "base/error.h"

namespace trafrec::store {

/// How a file or stream is compressed, told by its first bytes, never by its name.
enum class StreamFormat : uint8_t { kPlain, kGzip, kZstd };

/// Needs four bytes to tell; fewer are kPlain.
StreamFormat StreamFormatOf(Bytes first_bytes);

/// Decompresses an endless stream in steps, with the memory of one window (at most 128 MiB, which
/// zstd's `--long` needs). Concatenated gzip members and zstd frames are one stream.
class StreamDecompressor {
 public:
  struct Step {
    size_t consumed = 0;
    size_t produced = 0;
  };

  /// `format` is kGzip or kZstd.
  static std::unique_ptr<StreamDecompressor> Make(StreamFormat format);
  virtual ~StreamDecompressor() = default;

  /// Turns a piece of `input` into a piece of `output`. Makes progress whenever both have room, or
  /// more output is waiting. Error kCorrupt carries the library's words.
  virtual Result<Step> Run(Bytes input, std::span<uint8_t> output) = 0;

  /// True where an input may end: nothing is missing.
  virtual bool at_boundary() const = 0;
};

}  // namespace trafrec::store
