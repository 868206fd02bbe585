#include "store/reader/attempt_keys.h"

#include <string_view>

namespace trafrec::store {

Status AttemptKeys::Prepare(db::Database& database) {
  TRY_ASSIGN(find_,
             database.Prepare("SELECT key FROM attempt WHERE recorder = ? AND number = ?", true));
  TRY_ASSIGN(put_, database.Prepare("INSERT INTO attempt(recorder, number) VALUES(?,?) "
                                    "ON CONFLICT(recorder, number) DO NOTHING",
                                    true));
  return {};
}

void AttemptKeys::Forget() {
  keys_.clear();
  last_ = {};
}

Result<int64_t> AttemptKeys::Of(const ExchangeId& exchange) {
  if (last_.second != 0 && last_.first.attempt == exchange.attempt &&
      last_.first.recorder == exchange.recorder) {
    return last_.second;
  }
  const std::string_view recorder = exchange.recorder;
  int64_t& key = keys_[{exchange.recorder, exchange.attempt}];
  for (int looks = 0; key == 0 && looks < 2; ++looks) {
    const Result<bool> row = find_.Bind(0, recorder).Bind(1, exchange.attempt).Step();
    if (row && *row) {
      key = find_.Int(0);
    }
    find_.Reset();
    if (!row) {
      return std::unexpected(row.error());
    }
    if (key == 0 && looks == 0) {
      TRY(put_.Bind(0, recorder).Bind(1, exchange.attempt).Run());
    }
  }
  last_ = {exchange, key};
  return key;
}

}  // namespace trafrec::store
