#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "store/db/database.h"

namespace trafrec::store::db {

/// While it lives, statements prepared on the connection can only read: SQLite's authoriser lets
/// SELECT, columns and functions pass (load_extension and recursive queries, which may never end,
/// excepted) and refuses everything else.
class QueryGuard {
 public:
  explicit QueryGuard(Database& database);
  ~QueryGuard();
  QueryGuard(const QueryGuard&) = delete;
  QueryGuard& operator=(const QueryGuard&) = delete;

  /// Compiles `sql`, which must be one statement that reads. The Error is about the user's text:
  /// what the authoriser refused, or SQLite's words, with the statement.
  Status Check(std::string_view sql);

  /// What the authoriser refused since the last Forget, in words; empty: nothing.
  const std::string& refused() const { return refused_; }
  void Forget() { refused_.clear(); }

 private:
  static int Authorize(void* guard, int action, const char* first, const char* second,
                       const char* database, const char* trigger);

  Database& database_;
  std::string refused_;
};

}  // namespace trafrec::store::db
