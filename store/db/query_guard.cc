#include "store/db/query_guard.h"

#include <fmt/format.h>
#include "store/db/sqlite.h"

#include <array>

namespace trafrec::store::db {
namespace {

struct ActionName {
  int action;
  const char* name;
};
constexpr std::array kActions = {
    ActionName{SQLITE_ALTER_TABLE, "ALTER TABLE"},
    ActionName{SQLITE_ANALYZE, "ANALYZE"},
    ActionName{SQLITE_ATTACH, "ATTACH"},
    ActionName{SQLITE_CREATE_INDEX, "CREATE INDEX"},
    ActionName{SQLITE_CREATE_TABLE, "CREATE TABLE"},
    ActionName{SQLITE_CREATE_TEMP_TABLE, "CREATE TABLE"},
    ActionName{SQLITE_CREATE_TRIGGER, "CREATE TRIGGER"},
    ActionName{SQLITE_CREATE_VIEW, "CREATE VIEW"},
    ActionName{SQLITE_DELETE, "DELETE"},
    ActionName{SQLITE_DETACH, "DETACH"},
    ActionName{SQLITE_DROP_INDEX, "DROP INDEX"},
    ActionName{SQLITE_DROP_TABLE, "DROP TABLE"},
    ActionName{SQLITE_DROP_VIEW, "DROP VIEW"},
    ActionName{SQLITE_INSERT, "INSERT"},
    ActionName{SQLITE_PRAGMA, "PRAGMA"},
    ActionName{SQLITE_RECURSIVE, "a recursive query"},
    ActionName{SQLITE_REINDEX, "REINDEX"},
    ActionName{SQLITE_SAVEPOINT, "SAVEPOINT"},
    ActionName{SQLITE_TRANSACTION, "a transaction"},
    ActionName{SQLITE_UPDATE, "UPDATE"},
};

std::string NameOf(int action) {
  for (const ActionName& known : kActions) {
    if (known.action == action) {
      return known.name;
    }
  }
  return fmt::format("action {}", action);
}

bool OnlyBlanks(std::string_view text) {
  return text.find_first_not_of(" \t\r\n;") == std::string_view::npos;
}

}  // namespace

QueryGuard::QueryGuard(Database& database) : database_(database) {
  sqlite3_set_authorizer(database_.handle(), &QueryGuard::Authorize, this);
}

QueryGuard::~QueryGuard() { sqlite3_set_authorizer(database_.handle(), nullptr, nullptr); }

int QueryGuard::Authorize(void* guard, int action, const char* first, const char* second,
                          const char*, const char*) {
  auto& self = *static_cast<QueryGuard*>(guard);
  if (action == SQLITE_SELECT || action == SQLITE_READ) {
    return SQLITE_OK;
  }
  if (action == SQLITE_FUNCTION) {
    const std::string_view function = second == nullptr ? "" : second;
    if (function != "load_extension") {
      return SQLITE_OK;
    }
    self.refused_ = "load_extension()";
    return SQLITE_DENY;
  }
  // sqlite_master is only what such a statement touches first: name what the user wrote.
  if (self.refused_.empty()) {
    const bool internal = first != nullptr && std::string_view(first).starts_with("sqlite_");
    self.refused_ = NameOf(action);
    if (first != nullptr && !internal && *first != '\0') {
      self.refused_ += fmt::format(" ({})", first);
    }
  }
  return SQLITE_DENY;
}

Status QueryGuard::Check(std::string_view sql) {
  std::string_view rest = sql;
  for (int statements = 0; !OnlyBlanks(rest); ++statements) {
    refused_.clear();
    sqlite3_stmt* statement = nullptr;
    const char* tail = nullptr;
    const int code = sqlite3_prepare_v3(database_.handle(), rest.data(),
                                        static_cast<int>(rest.size()), 0, &statement, &tail);
    sqlite3_finalize(statement);
    if (code != SQLITE_OK && !refused_.empty()) {
      return Fail(
          ErrorCode::kUsage,
          fmt::format("the SQL may only read, SQLite's authoriser refused {}: {}", refused_, sql),
          "write a condition over the columns, as in: status >= 500 AND method = 'PUT'");
    }
    if (code != SQLITE_OK) {
      return Fail(ErrorCode::kUsage,
                  fmt::format("SQLite says: {}: {}", sqlite3_errmsg(database_.handle()), sql));
    }
    if (statements > 0 && statement != nullptr) {
      return Fail(ErrorCode::kUsage, fmt::format("the SQL holds more than one statement: {}", sql),
                  "write one condition");
    }
    rest = rest.substr(static_cast<size_t>(tail - rest.data()));
  }
  return {};
}

}  // namespace trafrec::store::db
