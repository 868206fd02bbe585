#include "store/db/stop_asking.h"

#include "store/db/sqlite.h"

namespace trafrec::store::db {
namespace {

/// Steps of SQLite's machine between two questions.
constexpr int kStepsBetweenStops = 10'000;

}  // namespace

StopAsking::StopAsking(Database& database, const std::function<bool()>& stop)
    : database_(database) {
  sqlite3_progress_handler(
      database_.handle(), kStepsBetweenStops,
      [](void* asked) { return (*static_cast<const std::function<bool()>*>(asked))() ? 1 : 0; },
      const_cast<std::function<bool()>*>(&stop));
}

StopAsking::~StopAsking() { sqlite3_progress_handler(database_.handle(), 0, nullptr, nullptr); }

}  // namespace trafrec::store::db
