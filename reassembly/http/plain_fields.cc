// Heads that need no parser.
//
// Nearly every head consists of lines "name: value" of printable ASCII, with at most one plain
// Content-Length or "Transfer-Encoding: chunked". Those are read here in one pass, with a third of
// llhttp's instructions. It is no second truth: what is read here is a subset of what llhttp takes,
// with the same result (PlainFields.SayWhatTheStrictGrammarSays), and everything else, odd or
// wrong, is left to llhttp. The same pass finds where the head ends. Rejected: remembering the head
// before, and what it said (lengths and ids differ from head to head).

#include <algorithm>

#include "reassembly/http/head.h"
#include "reassembly/http/printable.h"
#include "reassembly/http/token.h"

namespace trafrec::reassembly {
namespace {

/// More digits than that may overflow: llhttp's matter.
constexpr size_t kLengthDigits = 18;
constexpr std::string_view kLineEnd = "\r\n";

/// Counts the bytes of `word`, from the lowest on, that are letters or '-'.
size_t NameBytes(uint64_t word) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  // The top bit of each byte says what it is. Only bytes beyond ASCII carry into the next one, and
  // the count ends with them.
  const uint64_t low = (word | kOnes * 0x20) & ~(kOnes * 0x80);
  const uint64_t letter = (low + kOnes * (0x80 - 'a')) & ~(low + kOnes * (0x7f - 'z'));
  const uint64_t dash = ~((word ^ kOnes * '-') + kOnes * 0x7f);
  const uint64_t other = ~((letter | dash) & ~word) & (kOnes * 0x80);
  return static_cast<size_t>(std::countr_zero(other)) / 8;
}

/// Where at or after `at` the first byte lies that is no token's, or the text's size. Of most names
/// all bytes are letters and dashes, which are told eight at a time.
size_t SkipName(std::string_view text, size_t at) {
  constexpr size_t kWord = sizeof(uint64_t);
  size_t run = kWord;
  for (; run == kWord && text.size() - at >= kWord; at += run) {
    run = NameBytes(LoadLittle<uint64_t>(AsBytes(text).data() + at));
  }
  while (at < text.size() && IsTokenByte(text[at])) {
    ++at;
  }
  return at;
}

/// `lower` in lower case; `name` is a token of its size.
bool IsName(std::string_view name, std::string_view lower) {
  return std::equal(name.begin(), name.end(), lower.begin(),
                    [](char c, char l) { return (c | 0x20) == l; });
}

/// False: not plain.
bool TakeLength(std::string_view value, HeadFields& fields) {
  if (fields.content_length || fields.chunked || value.size() > kLengthDigits) {
    return false;
  }
  uint64_t length = 0;
  for (const char c : value) {
    if (c < '0' || c > '9') {
      return false;
    }
    length = length * 10 + static_cast<uint64_t>(c - '0');
  }
  fields.content_length = length;
  return true;
}

bool TakeCoding(const StartLine& start, std::string_view value, HeadFields& fields) {
  if (fields.content_length || fields.chunked || value != "chunked" || start.version_minor == 0) {
    return false;
  }
  fields.chunked = true;
  return true;
}

/// False: not plain. Names are told apart by their sizes first.
bool TakeField(const StartLine& start, std::string_view head, std::string_view name,
               std::string_view value, HeadFields& fields) {
  constexpr std::string_view kHost = "host", kLength = "content-length",
                             kCoding = "transfer-encoding";
  switch (name.size()) {
    case kHost.size():
      if (start.side == store::Side::kClient && !fields.host && IsName(name, kHost)) {
        value.remove_suffix(value.size() - 1 - value.find_last_not_of(' '));
        fields.host = Slice{static_cast<uint32_t>(value.data() - head.data()),
                            static_cast<uint32_t>(value.size())};
      }
      return true;
    case kLength.size():
      return !IsName(name, kLength) || TakeLength(value, fields);
    case kCoding.size():
      return !IsName(name, kCoding) || TakeCoding(start, value, fields);
    default:
      return true;
  }
}

}  // namespace

size_t ReadPlainFields(const StartLine& start, std::string_view text, size_t from,
                       HeadFields& fields) {
  constexpr size_t kNone = std::string_view::npos;
  const std::string_view target = start.target.In(text);
  const bool usual = start.plain && (start.side == store::Side::kServer ||
                                     (target.starts_with('/') && !target.contains('#')));
  if (!usual) {
    return kNone;
  }
  const auto is_line_end = [text](size_t at) {
    return text.size() - at >= kLineEnd.size() && text[at] == '\r' && text[at + 1] == '\n';
  };
  size_t at = from;
  while (!is_line_end(at)) {
    const size_t name_end = SkipName(text, at);
    if (name_end == at || name_end == text.size() || text[name_end] != ':') {
      return kNone;
    }
    size_t value = name_end + 1;
    while (value < text.size() && text[value] == ' ') {
      ++value;
    }
    const size_t end = SkipPrintable(text, value);
    if (end == value || !is_line_end(end) ||
        !TakeField(start, text, text.substr(at, name_end - at), text.substr(value, end - value),
                   fields)) {
      return kNone;
    }
    at = end + kLineEnd.size();
  }
  return at + kLineEnd.size();
}

}  // namespace trafrec::reassembly
