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

/// Which exchanges are done, as the committer writes it: rows of bits, the last used ones in
/// memory. Must not outlive its database.
class DonePages {
 public:
  Status Prepare(store::db::Database& database);

  Status Set(int64_t attempt, uint64_t number);
  /// Puts the rows that Set changed.
  Status Put();
  /// What was put was not committed.
  void Forget() { pages_.clear(); }

 private:
  struct Page {
    DoneBits bits{};
    bool changed = false;
  };
  Result<Page> Read(int64_t attempt, uint64_t page);

  std::map<std::pair<int64_t, uint64_t>, Page> pages_;
  store::db::Statement read_;
  store::db::Statement put_;
};

/// Whether the bit of `number` is set in a row of the table.
bool IsBitSet(Bytes row, uint64_t number);

}  // namespace trafrec::ledger
