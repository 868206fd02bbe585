#include "reconcile/translog/stream_input.h"

#include "base/bytes.h"

namespace trafrec::reconcile {
namespace {

/// The unit of UTF-16 that stands in three bytes.
uint32_t UnitAt(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[at + i]) & 0x3fU; };
  return (byte(0) & 0xfU) << 12 | byte(1) << 6 | byte(2);
}

bool IsHigh(std::string_view text, size_t at) {
  return at + 3 <= text.size() && static_cast<uint8_t>(text[at]) == 0xed &&
         (static_cast<uint8_t>(text[at + 1]) & 0xf0) == 0xa0;
}

bool IsLow(std::string_view text, size_t at) {
  return at + 3 <= text.size() && static_cast<uint8_t>(text[at]) == 0xed &&
         (static_cast<uint8_t>(text[at + 1]) & 0xf0) == 0xb0;
}

/// Two surrogates of three bytes each become one character of four. A single one stays as it is:
/// no UTF-8, and no id that anybody can ask for.
std::string_view WithPairs(std::string_view text, std::string& kept) {
  kept.clear();
  size_t copied = 0;
  for (size_t i = 0; i + 6 <= text.size(); ++i) {
    if (!IsHigh(text, i) || !IsLow(text, i + 3)) {
      continue;
    }
    const uint32_t character =
        0x1'0000 + ((UnitAt(text, i) - 0xd800) << 10) + (UnitAt(text, i + 3) - 0xdc00);
    kept.append(text, copied, i - copied);
    kept.push_back(static_cast<char>(0xf0 | character >> 18));
    kept.push_back(static_cast<char>(0x80 | (character >> 12 & 0x3f)));
    kept.push_back(static_cast<char>(0x80 | (character >> 6 & 0x3f)));
    kept.push_back(static_cast<char>(0x80 | (character & 0x3f)));
    i += 5;
    copied = i + 1;
  }
  if (copied == 0) {
    return text;
  }
  kept.append(text, copied);
  return kept;
}

}  // namespace

std::string_view StreamInput::Fail() {
  ok_ = false;
  rest_ = {};
  return {};
}

std::string_view StreamInput::Bytes(size_t size) {
  if (size > rest_.size()) {
    return Fail();
  }
  const std::string_view bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return bytes;
}

uint8_t StreamInput::Byte() {
  const std::string_view byte = Bytes(1);
  return byte.empty() ? 0 : static_cast<uint8_t>(byte[0]);
}

int32_t StreamInput::Int() {
  const std::string_view bytes = Bytes(4);
  return bytes.empty() ? 0 : static_cast<int32_t>(LoadBig<uint32_t>(AsBytes(bytes).data()));
}

int64_t StreamInput::Long() {
  const std::string_view bytes = Bytes(8);
  return bytes.empty() ? 0 : static_cast<int64_t>(LoadBig<uint64_t>(AsBytes(bytes).data()));
}

uint32_t StreamInput::VariableInt() {
  uint32_t value = 0;
  for (int shift = 0; shift < 35; shift += 7) {
    const uint8_t byte = Byte();
    value |= static_cast<uint32_t>(byte & 0x7fU) << shift;
    if ((byte & 0x80) == 0) {
      return value;
    }
  }
  Fail();
  return 0;
}

std::string_view StreamInput::Text(std::string& kept) {
  const uint32_t units = VariableInt();
  size_t size = 0;
  bool surrogates = false;
  for (uint32_t i = 0; i < units; ++i) {
    if (size >= rest_.size()) {
      return Fail();
    }
    const auto lead = static_cast<uint8_t>(rest_[size]);
    if (lead >= 0xf0 || (lead >= 0x80 && lead < 0xc0)) {
      return Fail();
    }
    surrogates |= lead == 0xed;
    size += lead < 0x80 ? 1 : lead < 0xe0 ? 2 : 3;
  }
  const std::string_view text = Bytes(size);
  return surrogates ? WithPairs(text, kept) : text;
}

std::string_view StreamInput::OptionalText(std::string& kept) {
  return Byte() == 0 ? std::string_view() : Text(kept);
}

}  // namespace trafrec::reconcile
