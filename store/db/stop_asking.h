#pragma once

#include <functional>

#include "store/db/database.h"

namespace trafrec::store::db {

/// While it lives, SQLite asks `stop` now and then, well within a millisecond, and ends the
/// statement when it says so.
class StopAsking {
 public:
  StopAsking(Database& database, const std::function<bool()>& stop);
  ~StopAsking();
  StopAsking(const StopAsking&) = delete;
  StopAsking& operator=(const StopAsking&) = delete;

 private:
  Database& database_;
};

}  // namespace trafrec::store::db
