// The extension of sqlite3: .load trafrec_sql, SELECT trafrec_open('LOG'), and the connection has
// the tables and functions of `trafrec sql`.

#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <ranges>
#include <span>
#include <string>

#include "replay/dialect/dialect.h"
#include "store/db/extension.h"
#include "store/db/regexp.h"
#include "store/db/sql_function.h"
#include "store/sql/log_tables.h"
#include "tools/dialect_functions.h"
#include "tools/encryption_options.h"
#include "tools/sql_functions.h"

namespace trafrec::tools {
namespace {

using store::db::SqlValue;

constexpr const char* kUsage =
    "SELECT trafrec_open('LOG'), or with more: trafrec_open('LOG', 'identity', 'FILE', 'also', "
    "'LOG2', 'without', 'RECORDER')";

/// A connection of somebody else, and the log that it shows.
struct Hosted {
  explicit Hosted(store::db::Database connection) : database(std::move(connection)) {
    context->hosted = true;
  }

  store::db::Database database;
  store::db::SharedTableContext context = std::make_shared<store::db::TableContext>();
  std::unique_ptr<store::LogTables> tables;
};

Result<std::string> TextOf(const SqlValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? Result<std::string>(*text)
                         : Fail(ErrorCode::kUsage, "trafrec_open takes texts", kUsage);
}

/// Identities that no argument names come from the variable that the program itself has, too.
void AddIdentitiesOfEnvironment(std::vector<std::string>& files) {
  const char* variable = std::getenv("TRAFREC_IDENTITY");
  const std::string_view named = variable == nullptr ? "" : variable;
  for (const auto file : std::views::split(named, ',')) {
    if (!file.empty()) {
      files.emplace_back(file.begin(), file.end());
    }
  }
}

struct Asked {
  store::LogSelection selection;
  std::string dialect = "auto";
};

Result<Asked> AskedBy(std::span<const SqlValue> arguments) {
  if (arguments.size() % 2 == 0) {
    return Fail(ErrorCode::kUsage, "trafrec_open takes a log, then pairs of a name and a value",
                kUsage);
  }
  Asked asked;
  store::LogSelection& selection = asked.selection;
  TRY_ASSIGN(const std::string log, TextOf(arguments.front()));
  selection.folders.emplace_back(log);
  IdentityOptions identities;
  for (size_t i = 1; i < arguments.size(); i += 2) {
    TRY_ASSIGN(const std::string name, TextOf(arguments[i]));
    TRY_ASSIGN(std::string value, TextOf(arguments[i + 1]));
    if (name == "identity") {
      identities.files.push_back(std::move(value));
    } else if (name == "also") {
      selection.folders.emplace_back(std::move(value));
    } else if (name == "without") {
      selection.without.push_back(std::move(value));
    } else if (name == "dialect" && (value == "auto" || dialect::FindDialect(value) != nullptr)) {
      asked.dialect = std::move(value);
    } else {
      return Fail(ErrorCode::kUsage,
                  fmt::format("trafrec_open knows no '{}' that is '{}'", name, value), kUsage);
    }
  }
  if (identities.files.empty()) {
    AddIdentitiesOfEnvironment(identities.files);
  }
  TRY_ASSIGN(selection.identities, identities.Make());
  return asked;
}

/// What there is now, in lines for the person who asked.
Result<SqlValue> OpenLog(Hosted& hosted, std::span<const SqlValue> arguments) {
  if (hosted.tables != nullptr) {
    return Fail(ErrorCode::kUsage, "this connection shows a log already",
                "open another connection for another log");
  }
  if (arguments.empty()) {
    return Fail(ErrorCode::kUsage, "trafrec_open needs a log", kUsage);
  }
  TRY_ASSIGN(const Asked asked, AskedBy(arguments));
  TRY_ASSIGN(hosted.tables,
             store::LogTables::Open(hosted.database, hosted.context, asked.selection));
  TRY(AddMessageFunctions(*hosted.tables));
  TRY(AddDialectFunctions(*hosted.tables, asked.dialect, asked.selection));
  hosted.context->begin = [tables = hosted.tables.get()] { tables->BeginStatement(); };
  std::string words;
  for (const std::string& table : store::LogTables::InWords()) {
    words += (words.empty() ? "" : "\n") + table;
  }
  for (const std::string& note : hosted.tables->reader().notes()) {
    words += "\nnote: " + note;
  }
  return SqlValue(std::move(words));
}

Status AddOpen(store::db::Database connection) {
  auto hosted = std::make_shared<Hosted>(std::move(connection));
  if (const Status regexp = store::db::AddRegexp(hosted->database); !regexp) {
    return Fail(regexp.error().code, "cannot add REGEXP: " + regexp.error().what,
                "load the extension by .load or sqlite3_load_extension, not within a SELECT");
  }
  // SQLite keeps the function, and with it the log, until the connection is closed.
  return store::db::AddFunction(
      hosted->database, "trafrec_open", -1,
      [hosted](std::span<const SqlValue> arguments) { return OpenLog(*hosted, arguments); },
      hosted->context, store::db::FunctionUse::kStatementsOnly);
}

}  // namespace
}  // namespace trafrec::tools

/// The name that SQLite makes of the file's.
extern "C" __attribute__((visibility("default"))) int sqlite3_trafrecsql_init(
    sqlite3* handle, char** error, const sqlite3_api_routines* api) {
  return trafrec::store::db::LoadExtension(handle, error, api, trafrec::tools::AddOpen);
}
