#include "store/codec/stream_decompressor.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>

#include "base/check.h"

namespace trafrec::store {
namespace {

constexpr uint8_t kGzipMagic[] = {0x1f, 0x8b};

class GzipDecompressor : public StreamDecompressor {
 public:
  GzipDecompressor() {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    CHECK(inflateInit2(&stream_, kGzipOnly) == Z_OK);
  }
  ~GzipDecompressor() override { inflateEnd(&stream_); }
  GzipDecompressor(const GzipDecompressor&) = delete;
  GzipDecompressor& operator=(const GzipDecompressor&) = delete;

  Result<Step> Run(Bytes input, std::span<uint8_t> output) override {
    if (at_boundary_ && !input.empty()) {
      // As gzip does: whatever follows a member and begins no other one is padding.
      if (any_member_ && input[0] != kGzipMagic[0]) {
        return Step{.consumed = input.size(), .produced = 0};
      }
      inflateReset(&stream_);
      at_boundary_ = false;
    }
    const size_t input_bytes = std::min<size_t>(input.size(), kStepMax);
    const size_t output_bytes = std::min<size_t>(output.size(), kStepMax);
    stream_.next_in = const_cast<Bytef*>(input.data());
    stream_.avail_in = static_cast<uInt>(input_bytes);
    stream_.next_out = output.data();
    stream_.avail_out = static_cast<uInt>(output_bytes);
    const int result = inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      at_boundary_ = true;
      any_member_ = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR && stream_.avail_out == output_bytes) {
      // Else what came before the damage is good, and the next step fails.
      return Fail(ErrorCode::kCorrupt, stream_.msg != nullptr ? stream_.msg : "no gzip data");
    }
    return Step{.consumed = input_bytes - stream_.avail_in,
                .produced = output_bytes - stream_.avail_out};
  }

  bool at_boundary() const override { return at_boundary_; }

 private:
  static constexpr size_t kStepMax = std::numeric_limits<uInt>::max();

  z_stream stream_{};
  bool at_boundary_ = true;
  bool any_member_ = false;
};

class ZstdDecompressor : public StreamDecompressor {
 public:
  ZstdDecompressor() { CHECK(context_ != nullptr); }

  // A call that fails does not tell what it has decompressed before. So each gets one block, or the
  // checksum behind the last one, and none while output of the one before waits.
  Result<Step> Run(Bytes input, std::span<uint8_t> output) override {
    ZSTD_inBuffer in{input.data(), 0, 0};
    ZSTD_outBuffer out{output.data(), output.size(), 0};
    if (output_waits_) {
      TRY(Decompress(in, out));
    }
    if (out.pos == 0) {
      in.size = std::min(input.size(), piece_bytes_);
      TRY(Decompress(in, out));
    }
    output_waits_ = out.pos == out.size;
    return Step{.consumed = in.pos, .produced = out.pos};
  }

  bool at_boundary() const override { return at_boundary_; }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };

  /// What tells the size of a frame's header.
  static constexpr size_t kFirstPieceBytes = 5;

  Status Decompress(ZSTD_inBuffer& in, ZSTD_outBuffer& out) {
    const size_t left = ZSTD_decompressStream(context_.get(), &out, &in);
    if (ZSTD_isError(left) != 0) {
      return Fail(ErrorCode::kCorrupt, ZSTD_getErrorName(left));
    }
    if (in.pos > 0 || out.pos > 0 || left == 0) {
      at_boundary_ = left == 0;
    }
    piece_bytes_ = left == 0 ? kFirstPieceBytes : left;
    return {};
  }

  std::unique_ptr<ZSTD_DCtx, Free> context_{ZSTD_createDCtx()};
  size_t piece_bytes_ = kFirstPieceBytes;
  bool output_waits_ = false;
  bool at_boundary_ = true;
};

}  // namespace

StreamFormat StreamFormatOf(Bytes first_bytes) {
  if (first_bytes.size() < 4) {
    return StreamFormat::kPlain;
  }
  if (first_bytes[0] == kGzipMagic[0] && first_bytes[1] == kGzipMagic[1]) {
    return StreamFormat::kGzip;
  }
  const auto magic = LoadLittle<uint32_t>(first_bytes.data());
  const bool skippable = (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
  return magic == ZSTD_MAGICNUMBER || skippable ? StreamFormat::kZstd : StreamFormat::kPlain;
}

std::unique_ptr<StreamDecompressor> StreamDecompressor::Make(StreamFormat format) {
  CHECK(format != StreamFormat::kPlain);
  if (format == StreamFormat::kGzip) {
    return std::make_unique<GzipDecompressor>();
  }
  return std::make_unique<ZstdDecompressor>();
}

}  // namespace trafrec::store
