#pragma once

#include <string_view>
#include <vector>

#include "base/error.h"
#include "replay/ledger/ledger.h"
#include "store/db/database.h"

namespace trafrec::ledger {

/// The page of letters that is asked for.
Result<std::vector<Letter>> ReadLetters(store::db::Database& database, const LetterQuery& query);
Result<std::optional<Letter>> ReadLetter(store::db::Database& database, const Address& at);

/// Of three columns, as intents and letters have them.
std::optional<Condition> ReadCondition(const store::db::Statement& row, int first);

}  // namespace trafrec::ledger
