#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "replay/dialect/operation.h"

namespace trafrec::guard {

// Pieces of JSON text by their bytes, so that a text can be changed or taken apart without being
// written anew. What is inside of a value is only skipped: whether it is right, others say.

struct Member {
  std::string_view key;      ///< as written, without its quotes
  dialect::ByteRange whole;  ///< from the key's quote to the value's end
  dialect::ByteRange value;
};

/// The members of the object that a text begins with, white space before it allowed; nothing if
/// there is no whole object. Ranges count in `text`, which is borrowed.
std::optional<std::vector<Member>> Members(std::string_view text);

/// The elements of the array that a text begins with.
std::optional<std::vector<dialect::ByteRange>> Elements(std::string_view text);

/// The value of that member; "" if there is none.
std::string_view MemberOf(std::string_view text, std::string_view key);

/// The object with some members taken out and others ("\"a\":1,\"b\":2", or nothing) put at its
/// end. Everything else keeps its bytes, and so does what follows the object. Text that begins with
/// no object stays as it is.
std::string EditObject(std::string_view text, bool (*remove)(std::string_view key),
                       std::string_view add);

/// Whether two texts are the same JSON: the order of members does not count, nor white space, nor
/// how a string is escaped; numbers count by their text. False if one cannot be read.
bool SameJson(std::string_view a, std::string_view b);

/// Whether merging a partial document into that one would change nothing.
bool ContainsJson(std::string_view document, std::string_view partial);

}  // namespace trafrec::guard
