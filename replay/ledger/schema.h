#pragma once

#include <array>
#include <cstdint>

namespace trafrec::ledger {

/// "trfl" in SQLite's application_id.
inline constexpr int32_t kApplicationId = 0x7472666c;
/// SQLite's user_version. A greater one is refused by name.
inline constexpr int32_t kLedgerVersion = 5;

/// docs/replay_ledger.md explains each table. Within a run the start of a recorder (its name and
/// the attempt's number) is a small number.
extern const char* const kLedgerSchema;
/// What each version from 2 on added to the one before.
extern const std::array<const char*, kLedgerVersion - 1> kLedgerAdditions;

}  // namespace trafrec::ledger
