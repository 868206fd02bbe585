#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "base/error.h"
#include "store/db/database.h"
#include "store/reader/log_reader.h"

namespace trafrec::store {

/// Small numbers for starts of recorders, in a file that names exchanges of a log: a table
/// attempt(key INTEGER PRIMARY KEY, recorder, number). Must not outlive its database.
class AttemptKeys {
 public:
  Status Prepare(db::Database& database);

  /// Gives one to an attempt that has none.
  Result<int64_t> Of(const ExchangeId& exchange);
  /// What was given since the last transaction was not committed.
  void Forget();

 private:
  std::map<std::pair<std::string, uint32_t>, int64_t> keys_;
  std::pair<ExchangeId, int64_t> last_{};  ///< key 0: none
  db::Statement find_;
  db::Statement put_;
};

}  // namespace trafrec::store
