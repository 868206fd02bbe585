// Heads that the strict grammar refuses and real servers accept.
//
// The rules, each the one that the common servers follow: a line ends at LF; a line that begins
// with a blank continues the one before; blanks before the colon belong to no name; a line without
// a colon is no field and means nothing; of several lengths the first counts; of a length and the
// chunked coding the coding counts (RFC 9112, section 6.3), wherever in the list it stands and
// whatever follows it; of a length and any other coding the length; a length that is no number is
// none.
// Rejected: rewriting the head for llhttp's lenient flags. They cover two of these cases, and the
// rewriting would have to know the rules anyway.

#include <algorithm>

#include "reassembly/http/head.h"

namespace trafrec::reassembly {
namespace {

constexpr uint64_t kLengthMax = uint64_t{1} << 62;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool SameName(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

std::string_view Trim(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

/// "5", "+5", "5, 5"; too large ones are cut to kLengthMax. nullopt: no number, or a negative one.
std::optional<uint64_t> ParseLength(std::string_view value) {
  value = Trim(value.substr(0, value.find(',')));
  if (value.starts_with('+')) {
    value.remove_prefix(1);
  }
  if (value.empty()) {
    return std::nullopt;
  }
  uint64_t length = 0;
  for (const char c : value) {
    if (c < '0' || c > '9') {
      return std::nullopt;
    }
    // Before it is multiplied: afterwards it would have wrapped.
    length = length >= kLengthMax / 10 ? kLengthMax : length * 10 + static_cast<uint64_t>(c - '0');
  }
  return length;
}

/// "chunked" among the codings: "gzip, chunked", "chunked;q=1", "chunked, identity".
bool ListsChunked(std::string_view value) {
  while (!value.empty()) {
    const size_t comma = std::min(value.find(','), value.size());
    const std::string_view coding = Trim(value.substr(0, comma));
    if (SameName(coding.substr(0, coding.find_first_of("; \t")), "chunked")) {
      return true;
    }
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
  return false;
}

void TakeField(std::string_view head, std::string_view name, std::string_view value,
               HeadFields& fields) {
  if (SameName(name, "content-length")) {
    if (!fields.content_length) {
      fields.content_length = ParseLength(value);
    }
  } else if (SameName(name, "transfer-encoding")) {
    const bool identity = value.empty() || SameName(value, "identity");
    fields.chunked |= ListsChunked(value);
    fields.other_coding = !fields.chunked && (fields.other_coding || !identity);
  } else if (SameName(name, "host") && !fields.host) {
    fields.host = Slice{static_cast<uint32_t>(value.empty() ? 0 : value.data() - head.data()),
                        static_cast<uint32_t>(value.size())};
  }
}

}  // namespace

HeadFields ParseFieldsLeniently(const StartLine& start, std::string_view head) {
  HeadFields fields;
  fields.lenient = true;
  if (start.simple) {
    return fields;
  }
  size_t at = head.find('\n');
  while (at != std::string_view::npos && at + 1 < head.size()) {
    const size_t from = at + 1;
    at = head.find('\n', from);
    while (at != std::string_view::npos && at + 1 < head.size() &&
           (head[at + 1] == ' ' || head[at + 1] == '\t')) {
      at = head.find('\n', at + 1);
    }
    const std::string_view line = head.substr(from, at == std::string_view::npos ? at : at - from);
    const size_t colon = line.find(':');
    if (colon != std::string_view::npos && colon > 0) {
      TakeField(head, Trim(line.substr(0, colon)), Trim(line.substr(colon + 1)), fields);
    }
  }
  if (fields.chunked) {
    fields.content_length.reset();
  }
  return fields;
}

}  // namespace trafrec::reassembly
