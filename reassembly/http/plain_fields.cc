// Heads that need no parser.
//
// Nearly every head consists of lines "name: value" of printable ASCII, with at most one plain
// Content-Length or "Transfer-Encoding: chunked". Those are read here in one pass, with a third of
// llhttp's instructions. It is no second truth: what is read here is a subset of what llhttp takes,
// with the same result (PlainFields.SayWhatTheStrictGrammarSays), and everything else, odd or
// wrong, is left to llhttp. Rejected: remembering the head before, and what it said (lengths and
// ids differ from head to head).

#include <algorithm>

#include "reassembly/http/head.h"
#include "reassembly/http/printable.h"
#include "reassembly/http/token.h"

namespace trafrec::reassembly {
namespace {

/// More digits than that may overflow: llhttp's matter.
constexpr size_t kLengthDigits = 18;

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

bool ReadPlainFields(const StartLine& start, std::string_view head, HeadFields& fields) {
  constexpr std::string_view kLineEnd = "\r\n";
  const bool request = start.side == store::Side::kClient;
  const std::string_view target = start.target.In(head);
  const bool usual = !start.lenient && head.ends_with("\r\n\r\n") &&
                     (!request || (target.starts_with('/') && !target.contains('#')));
  if (!usual) {
    return false;
  }
  // No byte of a line end is a token's or printable, so no search below goes beyond the last ones.
  const char* const bytes = head.data();
  const auto is_line_end = [&](size_t at) { return bytes[at] == '\r' && bytes[at + 1] == '\n'; };
  size_t at = SkipPrintable(head, 0);
  while (is_line_end(at) && !is_line_end(at + kLineEnd.size())) {
    const size_t name = at + kLineEnd.size();
    for (at = name; IsTokenByte(bytes[at]);) {
      ++at;
    }
    const size_t name_end = at;
    if (name_end == name || bytes[name_end] != ':') {
      return false;
    }
    do {
      ++at;
    } while (bytes[at] == ' ');
    const size_t value = at;
    at = SkipPrintable(head, value);
    if (at == value || !TakeField(start, head, {bytes + name, name_end - name},
                                  {bytes + value, at - value}, fields)) {
      return false;
    }
  }
  return at + 2 * kLineEnd.size() == head.size();
}

}  // namespace trafrec::reassembly
