// JSON is read once, by descent, and copied up to each value that is replaced. The reader knows
// JSON's own grammar only: what a server accepts beyond it (comments, bare names) makes the body
// unreadable, and so withheld. Rejected: a library's document tree, which loses the text of
// numbers, the order of equal names and every blank.

#include "reassembly/redaction/json_redactor.h"

#include <algorithm>

#include "reassembly/redaction/limits.h"

namespace trafrec::reassembly {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool IsNumberCharacter(char c) {
  return (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E';
}

/// A code point, or one half of a surrogate pair, as UTF-8 would write it.
void AppendUtf8(std::string& out, uint32_t point) {
  const auto put = [&](uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0U | point >> 6U);
    put(0x80U | (point & 0x3fU));
  } else if (point < 0x10000) {
    put(0xe0U | point >> 12U);
    put(0x80U | (point >> 6U & 0x3fU));
    put(0x80U | (point & 0x3fU));
  } else {
    put(0xf0U | point >> 18U);
    put(0x80U | (point >> 12U & 0x3fU));
    put(0x80U | (point >> 6U & 0x3fU));
    put(0x80U | (point & 0x3fU));
  }
}

bool ReadHex(std::string_view text, size_t at, uint32_t& value) {
  value = 0;
  if (text.size() < at + 4) {
    return false;
  }
  for (const char c : text.substr(at, 4)) {
    const char lower = static_cast<char>(c | 0x20);
    const bool letter = lower >= 'a' && lower <= 'f';
    if (!letter && (c < '0' || c > '9')) {
      return false;
    }
    value = value << 4U | static_cast<uint32_t>(letter ? lower - 'a' + 10 : c - '0');
  }
  return true;
}

/// What the escape at `text[at]`, a backslash, stands for; moves behind it.
bool AppendEscape(std::string_view text, size_t& at, std::string& out) {
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  const char letter = text[at + 1];
  if (const size_t known = kLetters.find(letter); known != std::string_view::npos) {
    out += kMeanings[known];
    at += 2;
    return true;
  }
  uint32_t point = 0;
  if (letter != 'u' || !ReadHex(text, at + 2, point)) {
    return false;
  }
  at += 6;
  uint32_t low = 0;
  if (point >= 0xd800 && point < 0xdc00 && text.substr(at, 2) == "\\u" &&
      ReadHex(text, at + 2, low) && low >= 0xdc00 && low < 0xe000) {
    point = 0x10000U + ((point - 0xd800U) << 10U) + (low - 0xdc00U);
    at += 6;
  }
  AppendUtf8(out, point);
  return true;
}

/// What the text between two quotes stands for.
bool Decode(std::string_view raw, std::string& value) {
  value.clear();
  for (size_t at = 0; at < raw.size();) {
    const size_t end = std::min(raw.find('\\', at), raw.size());
    value += raw.substr(at, end - at);
    at = end;
    if (at < raw.size() && !AppendEscape(raw, at, value)) {
      return false;
    }
  }
  return true;
}

}  // namespace

JsonRedactor::Outcome JsonRedactor::Redact(std::string_view text, std::string& out) {
  text_ = text;
  out_ = &out;
  out.clear();
  at_ = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  copied_ = 0;
  changed_ = false;
  for (SkipBlanks(); at_ < text_.size(); SkipBlanks()) {
    matcher_.Begin();
    if (!Value(false, 0)) {
      return Outcome::kUnreadable;
    }
  }
  if (!changed_) {
    return Outcome::kUnchanged;
  }
  out += text_.substr(copied_);
  return Outcome::kChanged;
}

char JsonRedactor::SkipBlanks() {
  while (at_ < text_.size() && IsBlank(text_[at_])) {
    ++at_;
  }
  return at_ < text_.size() ? text_[at_] : '\0';
}

void JsonRedactor::Replace(size_t from, std::string_view replacement) {
  *out_ += text_.substr(copied_, from - copied_);
  *out_ += replacement;
  copied_ = at_;
  changed_ = true;
}

bool JsonRedactor::Value(bool secret, size_t depth) {
  if (depth > limits::kJsonDepth) {
    return false;
  }
  switch (SkipBlanks()) {
    case '{':
      return Object(secret, depth);
    case '[':
      return List(secret, depth);
    case '"':
      return String(secret);
    case 't':
    case 'f':
    case 'n':
      return Word(secret);
    default:
      return Number(secret);
  }
}

bool JsonRedactor::Object(bool secret, size_t depth) {
  ++at_;
  if (SkipBlanks() == '}') {
    ++at_;
    return true;
  }
  while (true) {
    if (SkipBlanks() != '"') {
      return false;
    }
    const size_t from = at_;
    std::string_view raw;
    std::string name;
    if (!ReadString(raw) || !Decode(raw, name)) {
      return false;
    }
    if (secret) {
      Replace(from + 1, tokens_.TextFor(name));
      copied_ = at_ - 1;
    }
    if (SkipBlanks() != ':') {
      return false;
    }
    ++at_;
    const bool named = matcher_.EnterMember(name);
    if (!Value(secret || named, depth + 1)) {
      return false;
    }
    matcher_.Leave();
    const char next = SkipBlanks();
    ++at_;
    if (next == '}') {
      return true;
    }
    if (next != ',') {
      return false;
    }
  }
}

bool JsonRedactor::List(bool secret, size_t depth) {
  ++at_;
  if (SkipBlanks() == ']') {
    ++at_;
    return true;
  }
  for (uint64_t index = 0;; ++index) {
    const bool named = matcher_.EnterElement(index);
    if (!Value(secret || named, depth + 1)) {
      return false;
    }
    matcher_.Leave();
    const char next = SkipBlanks();
    ++at_;
    if (next == ']') {
      return true;
    }
    if (next != ',') {
      return false;
    }
  }
}

bool JsonRedactor::ReadString(std::string_view& raw) {
  const size_t from = at_ + 1;
  size_t end = text_.find_first_of("\"\\", from);
  while (end != std::string_view::npos && text_[end] == '\\') {
    end = text_.find_first_of("\"\\", end + 2);
  }
  if (end == std::string_view::npos) {
    return false;
  }
  raw = text_.substr(from, end - from);
  at_ = end + 1;
  return true;
}

bool JsonRedactor::String(bool secret) {
  const size_t from = at_;
  std::string_view raw;
  if (!ReadString(raw)) {
    return false;
  }
  if (!secret) {
    return true;
  }
  std::string value;
  if (!Decode(raw, value)) {
    return false;
  }
  Replace(from, '"' + std::string(tokens_.TextFor(value)) + '"');
  return true;
}

bool JsonRedactor::Number(bool secret) {
  const size_t from = at_;
  while (at_ < text_.size() && IsNumberCharacter(text_[at_])) {
    ++at_;
  }
  const std::string_view number = text_.substr(from, at_ - from);
  if (number.empty() || number.find_first_of("0123456789") > 1) {
    return false;
  }
  if (secret) {
    Replace(from, tokens_.NumberFor(number));
  }
  return true;
}

bool JsonRedactor::Word(bool secret) {
  for (const std::string_view word : {"true", "false", "null"}) {
    if (text_.substr(at_).starts_with(word)) {
      const size_t from = at_;
      at_ += word.size();
      if (secret && word == "true") {
        Replace(from, "false");
      }
      return true;
    }
  }
  return false;
}

}  // namespace trafrec::reassembly
