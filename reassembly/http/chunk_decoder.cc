#include "reassembly/http/chunk_decoder.h"

#include <algorithm>

namespace trafrec::reassembly {
namespace {

constexpr uint64_t kChunkBytesMax = uint64_t{1} << 60;

int HexValue(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

ChunkDecoder::Run ChunkDecoder::Next(std::string_view rest) {
  switch (state_) {
    case State::kData: {
      const size_t size = static_cast<size_t>(std::min<uint64_t>(left_, rest.size()));
      left_ -= size;
      if (left_ == 0) {
        state_ = State::kDataCr;
      }
      return {Kind::kData, size};
    }
    case State::kDataCr:
      if (rest[0] == '\r') {
        state_ = State::kDataLf;
        return {Kind::kFraming, 1};
      }
      lenient_ = true;
      [[fallthrough]];
    case State::kDataLf:
      if (rest[0] != '\n') {
        return {Kind::kBroken, 0};
      }
      state_ = State::kSize;
      has_digits_ = false;
      return {Kind::kFraming, 1};
    case State::kTrailerStart:
    case State::kTrailer:
    case State::kLastLf:
      return NextTrailer(rest);
    case State::kDone:
      return {Kind::kBroken, 0};
    default:
      return NextSize(rest);
  }
}

ChunkDecoder::Run ChunkDecoder::NextSize(std::string_view rest) {
  for (size_t i = 0; i < rest.size(); ++i) {
    const char c = rest[i];
    if (c == '\n') {
      lenient_ |= state_ != State::kSizeLf;
      return EndSizeLine() ? Run{Kind::kFraming, i + 1} : Run{Kind::kBroken, 0};
    }
    if (state_ == State::kSizeLf) {
      return {Kind::kBroken, 0};
    }
    if (c == '\r') {
      state_ = State::kSizeLf;
    } else if (state_ == State::kExtension) {
      continue;
    } else if (c == ';' && has_digits_) {
      state_ = State::kExtension;
    } else if (c == ' ' || c == '\t') {
      state_ = has_digits_ ? State::kSizeBlank : state_;
      lenient_ = true;
    } else {
      const int digit = HexValue(c);
      if (digit < 0 || state_ == State::kSizeBlank || left_ >= kChunkBytesMax / 16) {
        return {Kind::kBroken, 0};
      }
      left_ = left_ * 16 + static_cast<uint64_t>(digit);
      has_digits_ = true;
    }
  }
  return {Kind::kFraming, rest.size()};
}

bool ChunkDecoder::EndSizeLine() {
  state_ = left_ == 0 ? State::kTrailerStart : State::kData;
  return has_digits_;
}

ChunkDecoder::Run ChunkDecoder::NextTrailer(std::string_view rest) {
  if (state_ == State::kTrailerStart && rest[0] == '\r') {
    state_ = State::kLastLf;
    return {Kind::kFraming, 1};
  }
  if (state_ == State::kLastLf || (state_ == State::kTrailerStart && rest[0] == '\n')) {
    lenient_ |= state_ == State::kTrailerStart;
    state_ = State::kDone;
    return rest[0] == '\n' ? Run{Kind::kFraming, 1} : Run{Kind::kBroken, 0};
  }
  size_t end = 0;
  do {
    const size_t line = rest.find('\n', end);
    if (line == std::string_view::npos) {
      state_ = State::kTrailer;
      return {Kind::kTrailer, rest.size()};
    }
    end = line + 1;
  } while (end < rest.size() && rest[end] != '\r' && rest[end] != '\n');
  state_ = State::kTrailerStart;
  return {Kind::kTrailer, end};
}

bool ChunkDecoder::Skip(uint64_t length) {
  if (state_ != State::kData || length > left_) {
    return false;
  }
  left_ -= length;
  if (left_ == 0) {
    state_ = State::kDataCr;
  }
  return true;
}

}  // namespace trafrec::reassembly
