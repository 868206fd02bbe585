#include "replay/ledger/done_pages.h"

#include <algorithm>

#include "base/bytes.h"
#include "replay/ledger/statements.h"

namespace trafrec::ledger {

Status DonePages::Prepare(store::db::Database& database) {
  TRY_ASSIGN(read_, database.Prepare(statements::kReadDone, true));
  TRY_ASSIGN(put_, database.Prepare(statements::kPutDone, true));
  return {};
}

Result<DoneBits> DonePages::Read(int64_t attempt, uint64_t page) {
  DoneBits result{};
  const Result<bool> row = read_.Bind(0, attempt).Bind(1, page).Step();
  if (row && *row) {
    const Bytes bits = read_.Blob(0);
    std::copy_n(bits.begin(), std::min(bits.size(), result.size()), result.begin());
  }
  read_.Reset();
  if (!row) {
    return std::unexpected(row.error());
  }
  return result;
}

Status DonePages::Set(int64_t attempt, uint64_t number) {
  const std::pair key(attempt, number / limits::kNumbersPerRow);
  auto found = pages_.find(key);
  if (found == pages_.end()) {
    TRY_ASSIGN(const DoneBits page, Read(key.first, key.second));
    found = pages_.emplace(key, page).first;
  }
  const uint64_t bit = number % limits::kNumbersPerRow;
  found->second[bit / 8] |= static_cast<uint8_t>(1U << (bit % 8));
  return {};
}

Status DonePages::Put() {
  for (const auto& [key, bits] : pages_) {
    TRY(put_.Bind(0, key.first).Bind(1, key.second).Bind(2, Bytes(bits)).Run());
  }
  pages_.clear();
  return {};
}

bool IsBitSet(Bytes row, uint64_t number) {
  const uint64_t bit = number % limits::kNumbersPerRow;
  return bit / 8 < row.size() && (row[bit / 8] >> (bit % 8) & 1) != 0;
}

}  // namespace trafrec::ledger
