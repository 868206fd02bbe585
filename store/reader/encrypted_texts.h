#pragma once

#include "base/error.h"
#include "store/db/database.h"
#include "store/format/segment_cipher.h"

namespace trafrec::store {

/// What a reader without a key sees of a text.
inline constexpr std::string_view kHiddenText = "(encrypted)";

/// Adds the temporary table `text` to a connection to an encrypted segment: id and bytes of its
/// texts, found by id alone. It stands before the table of that name, which is empty there. Both
/// arguments must outlive the connection's statements.
Status AddClearTexts(db::Database& database, const SegmentCipher& cipher);

/// For a reader without a key: each id has the text kHiddenText in `text`, and in the table
/// `sealed_text` one whose reading is an Error of kPermission.
Status AddHiddenTexts(db::Database& database);

}  // namespace trafrec::store
