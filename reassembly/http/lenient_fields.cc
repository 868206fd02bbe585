// Heads that the strict grammar refuses and real servers accept.
//
// The rules, each the one that the common servers follow: a line ends at LF; a line that begins
// with a blank continues the one before; blanks before the colon belong to no name; a line without
// a colon is no field and means nothing; a length may be said several times. Where recipients
// differ, or must give up (RFC 9112, section 6.3), one of their ways is gone, and the end of the
// body is `disputed`: of a length and the chunked coding the coding counts, wherever in the list it
// stands, whatever follows it, and in HTTP/1.0 too; of a length and any other coding the length;
// "+5" is 5. Two lengths that differ are none, nor is one that is no number, or that no one can
// send. Rejected: rewriting the head for llhttp's lenient flags. They cover two of these cases, and
// the rewriting would have to know the rules anyway.

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

/// nullopt: no number, a negative one, or one larger than any body.
std::optional<uint64_t> ParseLength(std::string_view digits) {
  if (digits.empty()) {
    return std::nullopt;
  }
  uint64_t length = 0;
  for (const char c : digits) {
    // Before it is multiplied: afterwards it would have wrapped.
    if (c < '0' || c > '9' || length >= kLengthMax / 10) {
      return std::nullopt;
    }
    length = length * 10 + static_cast<uint64_t>(c - '0');
  }
  return length;
}

/// Calls `take` with each part of a list, and with the empty one of an empty list.
template <typename Take>
void ForEachPart(std::string_view list, Take take) {
  for (size_t comma = list.find(','); comma != std::string_view::npos; comma = list.find(',')) {
    take(Trim(list.substr(0, comma)));
    list.remove_prefix(comma + 1);
  }
  take(Trim(list));
}

/// "5", "+5", "5, 5".
void TakeLength(std::string_view value, HeadFields& fields) {
  ForEachPart(value, [&](std::string_view part) {
    if (part.starts_with('+')) {
      fields.disputed = true;
      part.remove_prefix(1);
    }
    const auto length = ParseLength(part);
    fields.length_invalid |= !length || length != fields.content_length.value_or(*length);
    fields.content_length = length;
  });
}

/// "gzip, chunked", "chunked;q=1", "chunked, identity", "identity".
void TakeCodings(std::string_view value, HeadFields& fields) {
  ForEachPart(value, [&](std::string_view coding) {
    const bool chunked = SameName(coding.substr(0, coding.find_first_of("; \t")), "chunked");
    const bool identity = coding.empty() || SameName(coding, "identity");
    fields.disputed |= fields.chunked || identity || (chunked && !SameName(coding, "chunked"));
    fields.chunked |= chunked;
    fields.other_coding = !fields.chunked && (fields.other_coding || !identity);
  });
}

void TakeField(std::string_view head, std::string_view name, std::string_view value,
               HeadFields& fields) {
  if (SameName(name, "content-length")) {
    TakeLength(value, fields);
  } else if (SameName(name, "transfer-encoding")) {
    TakeCodings(value, fields);
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
  const bool sized = fields.content_length || fields.length_invalid;
  const bool knows_codings = start.version_major == 1 && start.version_minor > 0;
  fields.disputed |= fields.chunked ? sized || !knows_codings : sized && fields.other_coding;
  if (fields.chunked || fields.length_invalid) {
    fields.content_length.reset();
  }
  return fields;
}

}  // namespace trafrec::reassembly
