// Heads that need no parser.
//
// Nearly every head consists of lines "name: value" of printable ASCII, with at most one plain
// Content-Length or "Transfer-Encoding: chunked". Those are read here in one pass, an eighth of
// llhttp's work. It is no second truth: what is read here is a subset of what llhttp takes, with
// the same result (PlainFields.SayWhatTheStrictGrammarSays), and everything else, odd or wrong, is
// left to llhttp. Rejected: remembering the head before, and what it said (lengths and ids differ
// from head to head).

#include "reassembly/http/head.h"
#include "reassembly/http/printable.h"
#include "reassembly/http/token.h"

namespace trafrec::reassembly {
namespace {

/// More digits than that may overflow: llhttp's matter.
constexpr size_t kLengthDigits = 18;

/// `lower` in lower case; `name` is a token.
bool IsName(std::string_view name, std::string_view lower) {
  if (name.size() != lower.size()) {
    return false;
  }
  for (size_t i = 0; i < name.size(); ++i) {
    if ((name[i] | 0x20) != lower[i]) {
      return false;
    }
  }
  return true;
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

bool TakeCoding(std::string_view value, HeadFields& fields) {
  if (fields.content_length || fields.chunked || value != "chunked") {
    return false;
  }
  fields.chunked = true;
  return true;
}

/// False: not plain. Names are told apart by their sizes first.
bool TakeField(bool request, std::string_view head, std::string_view name, std::string_view value,
               HeadFields& fields) {
  constexpr std::string_view kHost = "host", kExpect = "expect", kLength = "content-length",
                             kCoding = "transfer-encoding";
  switch (name.size()) {
    case kHost.size():
      if (request && !fields.host && IsName(name, kHost)) {
        value.remove_suffix(value.size() - 1 - value.find_last_not_of(' '));
        fields.host = Slice{static_cast<uint32_t>(value.data() - head.data()),
                            static_cast<uint32_t>(value.size())};
      }
      return true;
    case kExpect.size():
      fields.expects_interim |= request && IsName(name, kExpect);
      return true;
    case kLength.size():
      return !IsName(name, kLength) || TakeLength(value, fields);
    case kCoding.size():
      return !IsName(name, kCoding) || TakeCoding(value, fields);
    default:
      return true;
  }
}

bool IsLineEnd(const char* at) { return at[0] == '\r' && at[1] == '\n'; }

}  // namespace

std::optional<HeadFields> ReadPlainFields(const StartLine& start, std::string_view head) {
  const bool request = start.side == store::Side::kClient;
  const std::string_view target = start.target.In(head);
  const bool usual = !start.lenient && head.ends_with("\r\n\r\n") &&
                     (!request || (target.starts_with('/') && !target.contains('#')));
  if (!usual) {
    return std::nullopt;
  }
  // No byte of a line end is a token's or printable, so no search below goes beyond the last ones.
  const char* const end = head.data() + head.size();
  HeadFields fields;
  const char* at = SkipPrintable(head.data(), end);
  while (IsLineEnd(at) && !IsLineEnd(at + 2)) {
    const char* const name = at + 2;
    for (at = name; IsTokenByte(*at);) {
      ++at;
    }
    const auto name_size = static_cast<size_t>(at - name);
    if (name_size == 0 || *at != ':') {
      return std::nullopt;
    }
    do {
      ++at;
    } while (*at == ' ');
    const char* const value = at;
    at = SkipPrintable(at, end);
    if (at == value || !TakeField(request, head, {name, name_size},
                                  {value, static_cast<size_t>(at - value)}, fields)) {
      return std::nullopt;
    }
  }
  return at + 4 == end ? std::optional(fields) : std::nullopt;
}

}  // namespace trafrec::reassembly
