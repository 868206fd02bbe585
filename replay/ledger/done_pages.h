#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <utility>

#include "base/error.h"
#include "replay/ledger/limits.h"
#include "store/db/database.h"

namespace trafrec::ledger {

/// A bit an exchange number.
using DoneBits = std::array<uint8_t, limits::kNumbersPerRow / 8>;

/// Which exchanges are done, as a committer writes it: rows of bits. A row may hold bits of another
/// writer's range, so each transaction reads those that it changes. Must not outlive its database.
class DonePages {
 public:
  Status Prepare(store::db::Database& database);

  Status Set(int64_t attempt, uint64_t number);
  /// Puts the rows that Set changed, in the transaction in which it changed them.
  Status Put();
  /// What was put was not committed.
  void Forget() { pages_.clear(); }

 private:
  Result<DoneBits> Read(int64_t attempt, uint64_t page);

  std::map<std::pair<int64_t, uint64_t>, DoneBits> pages_;
  store::db::Statement read_;
  store::db::Statement put_;
};

/// Whether the bit of `number` is set in a row of the table.
bool IsBitSet(Bytes row, uint64_t number);

}  // namespace trafrec::ledger
