#pragma once

#include <cstdint>
#include <string_view>

namespace trafrec::reassembly {

/// Takes the chunked coding apart (RFC 9112, section 7.1), run by run: says of the next bytes what
/// they are, and copies nothing. Steps over holes inside chunk data. Accepts bare LF and blanks
/// after the size, and says so.
class ChunkDecoder {
 public:
  enum class Kind : uint8_t { kData, kFraming, kTrailer, kBroken };
  struct Run {
    Kind kind;
    size_t size;  ///< 0 only with kBroken
  };

  void Reset() { *this = ChunkDecoder(); }
  /// What the first bytes of `rest` are; `rest` is not empty, and the decoder not done.
  Run Next(std::string_view rest);
  /// A hole of `length` bytes comes next. False: it may hide framing, and the decoder is of no more
  /// use.
  bool Skip(uint64_t length);

  bool done() const { return state_ == State::kDone; }
  /// Only the final line end is missing.
  bool all_but_done() const { return state_ == State::kTrailerStart || state_ == State::kLastLf; }
  /// The next byte begins a trailer, or the last line end.
  bool at_trailers() const { return state_ == State::kTrailerStart; }
  bool lenient() const { return lenient_; }

 private:
  enum class State : uint8_t {
    kSize,
    kSizeBlank,
    kExtension,
    kSizeLf,
    kData,
    kDataCr,
    kDataLf,
    kTrailerStart,
    kTrailer,
    kLastLf,
    kDone
  };

  Run NextSize(std::string_view rest);
  Run NextTrailer(std::string_view rest);
  bool EndSizeLine();

  State state_ = State::kSize;
  uint64_t left_ = 0;
  bool has_digits_ = false;
  bool lenient_ = false;
};

}  // namespace trafrec::reassembly
