// Taking content codings off.
//
// Every coding is a stage that turns pieces of input into pieces of output through one buffer of
// its own; the stages push into each other, so memory is a buffer and a window a stage, and a body
// that expands a million times stops at the limit. Rejected: decoding stage after stage into whole
// strings (what lies between two codings is not seen by anybody, yet would have to be held).

#include "store/codec/content_decoder.h"

#include <brotli/decode.h>
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <ranges>
#include <vector>

#include "base/check.h"
#include "store/codec/coding_names.h"
#include "store/codec/stream_decompressor.h"

namespace trafrec::store::codec {
namespace {

constexpr size_t kPieceBytes = size_t{64} << 10;

using Step = StreamDecompressor::Step;

class DeflateDecompressor : public StreamDecompressor {
 public:
  DeflateDecompressor() = default;
  ~DeflateDecompressor() override {
    if (started_) {
      inflateEnd(&stream_);
    }
  }
  DeflateDecompressor(const DeflateDecompressor&) = delete;
  DeflateDecompressor& operator=(const DeflateDecompressor&) = delete;

  Result<Step> Run(Bytes input, std::span<uint8_t> output) override {
    if (ended_ || (!started_ && input.empty())) {
      return Step{.consumed = input.size(), .produced = 0};
    }
    if (!started_) {
      const int window_bits = HasZlibHeader(input) ? MAX_WBITS : -MAX_WBITS;
      CHECK(inflateInit2(&stream_, window_bits) == Z_OK);
      started_ = true;
    }
    const size_t input_bytes = std::min(input.size(), kPieceBytes);
    stream_.next_in = const_cast<Bytef*>(input.data());
    stream_.avail_in = static_cast<uInt>(input_bytes);
    stream_.next_out = output.data();
    stream_.avail_out = static_cast<uInt>(output.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      ended_ = true;
    } else if (result != Z_OK && result != Z_BUF_ERROR && stream_.avail_out == output.size()) {
      // Else what came before the damage is good, and the next step fails.
      return Fail(ErrorCode::kCorrupt, stream_.msg != nullptr ? stream_.msg : "no deflate data");
    }
    return Step{.consumed = input_bytes - stream_.avail_in,
                .produced = output.size() - stream_.avail_out};
  }

  bool at_boundary() const override { return ended_ || !started_; }

 private:
  /// RFC 1950: method 8, a window of at most 32 KiB, and a check of both bytes. Raw deflate data
  /// begins like this once in a thousand times at most.
  static bool HasZlibHeader(Bytes input) {
    return input.size() >= 2 && (input[0] & 0x0f) == Z_DEFLATED && (input[0] >> 4) <= 7 &&
           (input[0] * 256U + input[1]) % 31 == 0;
  }

  z_stream stream_{};
  bool started_ = false;
  bool ended_ = false;
};

class BrotliDecompressor : public StreamDecompressor {
 public:
  BrotliDecompressor() { CHECK(state_ != nullptr); }

  Result<Step> Run(Bytes input, std::span<uint8_t> output) override {
    if (BrotliDecoderIsFinished(state_.get()) != BROTLI_FALSE || (!started_ && input.empty())) {
      return Step{.consumed = input.size(), .produced = 0};
    }
    started_ = true;
    size_t input_left = input.size();
    const uint8_t* in = input.data();
    size_t output_left = output.size();
    uint8_t* out = output.data();
    const BrotliDecoderResult result =
        BrotliDecoderDecompressStream(state_.get(), &input_left, &in, &output_left, &out, nullptr);
    if (result == BROTLI_DECODER_RESULT_ERROR && output_left == output.size()) {
      return Fail(ErrorCode::kCorrupt,
                  BrotliDecoderErrorString(BrotliDecoderGetErrorCode(state_.get())));
    }
    return Step{.consumed = input.size() - input_left, .produced = output.size() - output_left};
  }

  bool at_boundary() const override {
    return !started_ || BrotliDecoderIsFinished(state_.get()) != BROTLI_FALSE;
  }

 private:
  struct Free {
    void operator()(BrotliDecoderState* state) const { BrotliDecoderDestroyInstance(state); }
  };

  std::unique_ptr<BrotliDecoderState, Free> state_{
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)};
  bool started_ = false;
};

struct Stage {
  std::string name;
  std::unique_ptr<StreamDecompressor> decompressor;
  std::vector<uint8_t> piece;
  size_t produced = 0;
};

std::unique_ptr<StreamDecompressor> MakeDecompressor(std::string_view name) {
  if (name == "gzip" || name == "x-gzip") {
    return StreamDecompressor::Make(StreamFormat::kGzip);
  }
  if (name == "zstd") {
    return StreamDecompressor::Make(StreamFormat::kZstd);
  }
  if (name == "deflate") {
    return std::make_unique<DeflateDecompressor>();
  }
  if (name == "br") {
    return std::make_unique<BrotliDecompressor>();
  }
  return nullptr;
}

/// The stages in the order of decoding: the coding applied last comes first.
Result<std::vector<Stage>> MakeStages(std::string_view encodings) {
  std::vector<Stage> stages;
  TRY_ASSIGN(const std::vector<std::string> names, CodingNames(encodings));
  for (const std::string& name : names | std::views::reverse) {
    auto decompressor = MakeDecompressor(name);
    if (decompressor == nullptr) {
      return UnknownCoding(name);
    }
    stages.push_back({name, std::move(decompressor), std::vector<uint8_t>(kPieceBytes)});
  }
  return stages;
}

/// Pushes a body through the stages into `content`.
class ContentPipe {
 public:
  ContentPipe(std::vector<Stage> stages, size_t bytes_max, DecodedContent& content)
      : stages_(std::move(stages)), bytes_max_(bytes_max), content_(content) {}

  void Run(Bytes body) {
    if (!Push(0, body)) {
      return;
    }
    for (Stage& stage : stages_) {
      if (!stage.decompressor->at_boundary()) {
        const Result<Step> step = stage.decompressor->Run({}, stage.piece);
        content_.trouble = step ? fmt::format("the {} data ends too early", stage.name)
                                : DamageOf(stage, step.error());
        return;
      }
    }
    content_.complete = true;
  }

 private:
  static std::string DamageOf(const Stage& stage, const Error& error) {
    return fmt::format("the {} data is damaged: {}", stage.name, error.what);
  }

  /// False: no more can be decoded.
  bool Push(size_t index, Bytes input) {
    if (index == stages_.size()) {
      return Append(input);
    }
    Stage& stage = stages_[index];
    while (true) {
      const Result<Step> step = stage.decompressor->Run(input, stage.piece);
      if (!step) {
        content_.trouble = DamageOf(stage, step.error());
        return false;
      }
      input = input.subspan(step->consumed);
      stage.produced += step->produced;
      if (step->produced > 0 && !Push(index + 1, Bytes(stage.piece.data(), step->produced))) {
        return false;
      }
      if (stage.produced > bytes_max_) {
        return StopAtLimit();
      }
      const bool more_waits = step->produced == stage.piece.size();
      if ((input.empty() && !more_waits) || (step->consumed == 0 && step->produced == 0)) {
        return true;
      }
    }
  }

  bool Append(Bytes bytes) {
    const size_t room = bytes_max_ - content_.bytes.size();
    content_.bytes.append(AsText(bytes.first(std::min(room, bytes.size()))));
    return bytes.size() <= room || StopAtLimit();
  }

  bool StopAtLimit() {
    content_.stopped_at_limit = true;
    content_.trouble = fmt::format("decoding stopped at the limit of {} bytes", bytes_max_);
    return false;
  }

  std::vector<Stage> stages_;
  const size_t bytes_max_;
  DecodedContent& content_;
};

}  // namespace

Result<DecodedContent> DecodeContent(std::string_view encodings, Bytes body, size_t bytes_max) {
  TRY_ASSIGN(std::vector<Stage> stages, MakeStages(encodings));
  DecodedContent content;
  ContentPipe(std::move(stages), bytes_max, content).Run(body);
  return content;
}

}  // namespace trafrec::store::codec
