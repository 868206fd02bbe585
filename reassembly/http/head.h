#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "store/format/records.h"

namespace trafrec::reassembly {

/// A part of a head, by place, so that it stays valid when the head's bytes move.
struct Slice {
  uint32_t at = 0;
  uint32_t size = 0;

  std::string_view In(std::string_view head) const { return head.substr(at, size); }

  friend bool operator==(const Slice&, const Slice&) = default;
};

/// A start line, split. Request line if `side` is the client's, status line if it is the server's.
struct StartLine {
  store::Side side = store::Side::kClient;
  Slice method;
  Slice target;
  uint16_t status = 0;
  uint8_t version_major = 0;
  uint8_t version_minor = 0;
  bool simple = false;   ///< HTTP/0.9: "GET /path", which is the whole request
  bool lenient = false;  ///< more than the grammar's spaces, spaces in the target, odd versions
  /// A start line only where one is due: no version, or one that is none of HTTP/1's, no target.
  /// The other side takes it (or answers with 400); other protocols have lines like it.
  bool odd = false;
  /// It is as nearly all are: single blanks, HTTP/1.1 or 1.0, CRLF, all bytes printable ASCII.
  bool plain = false;
};

/// What the fields of a head say about framing, and the host.
struct HeadFields {
  std::optional<uint64_t> content_length;
  bool chunked = false;       ///< the last transfer coding is chunked
  bool other_coding = false;  ///< there are transfer codings, and the last one is not chunked
  /// There is a length, but none that counts: no number, too large a one, or two that differ.
  bool length_invalid = false;
  /// What frames the body is taken in one way by some recipients, and by others in another.
  bool disputed = false;
  bool lenient = false;       ///< the strict grammar refuses the head
  std::optional<Slice> host;  ///< value of the first Host field

  friend bool operator==(const HeadFields&, const HeadFields&) = default;
};

/// Could these be the first bytes of a message? Looks at no more than 64 of them; used before the
/// start line is complete.
bool CouldBeStart(std::string_view prefix);

/// Is it the end of a usual method and no method itself ("EAD", "UT")? Where bytes before it may be
/// missing it says nothing of its request, and nothing of how the answer to it is framed.
bool IsCutMethod(std::string_view method);

/// Splits a start line (with or without its line end). nullopt: it is none, not even leniently.
std::optional<StartLine> ParseStartLine(std::string_view line);

/// The fields of a whole head (start line to empty line) by the strict grammar; nullopt if it
/// refuses them. ParseFieldsStrictly is what to call: the plain ones first, llhttp for the others.
std::optional<HeadFields> ParseFieldsStrictly(const StartLine& start, std::string_view head);
std::optional<HeadFields> ParseFieldsByLlhttp(const StartLine& start, std::string_view head);

/// The same for heads that are so plain that no grammar is in question. `text` begins with a head,
/// its fields at `from`; `fields` are new. Returns the head's size. npos for all others, and where
/// the head's end is not in `text`; then `fields` mean nothing.
size_t ReadPlainFields(const StartLine& start, std::string_view text, size_t from,
                       HeadFields& fields);

/// The same for what real servers accept beyond the grammar: bare LF, folded lines, spaces before
/// the colon, lines that are no field, repeated or signed lengths, both framings at once. It tells
/// what of that leaves the body's end open.
HeadFields ParseFieldsLeniently(const StartLine& start, std::string_view head);

/// First place after an empty line at or after `from` (bytes before it were searched), or npos.
/// Sets `folded` when it passes a line that continues the one before.
size_t FindHeadEnd(std::string_view head, size_t from, bool& folded);

}  // namespace trafrec::reassembly
