// The bridge to SQLite's virtual tables. xBestIndex writes into idxStr what xFilter needs: the
// columns that the statement uses, and a pair (column, comparison) for each value that comes with
// it.

#include "store/db/virtual_table.h"

#include <fmt/format.h>
#include "store/db/sqlite.h"

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>

#include "store/db/sql_convert.h"

namespace trafrec::store::db {
namespace {

// What the planner is told: only the order of magnitude matters.
constexpr double kRowsOfTable = 1e6;
constexpr double kRowsOfMany = 10;
constexpr double kCostOfLookup = 100;
constexpr double kLeftByRange = 0.25;

struct Module {
  std::unique_ptr<VirtualTable> table;
  SharedTableContext context;
};

struct Table {
  sqlite3_vtab base{};  // SQLite knows this part of it, so it comes first
  Module* module = nullptr;
};

struct Cursor {
  sqlite3_vtab_cursor base{};  // as above
  std::unique_ptr<VirtualCursor> rows;
  bool ended = true;
  int64_t row = 0;
};

Table& TableOf(sqlite3_vtab* table) { return *reinterpret_cast<Table*>(table); }
Cursor& CursorOf(sqlite3_vtab_cursor* cursor) { return *reinterpret_cast<Cursor*>(cursor); }

int Failed(Table& table, Error error) {
  sqlite3_free(table.base.zErrMsg);
  TableContext& context = *table.module->context;
  table.base.zErrMsg = sqlite3_mprintf("%s", context.TextOf(error).c_str());
  const ErrorCode code = error.code;
  context.error = std::move(error);
  return code == ErrorCode::kPermission ? SQLITE_AUTH
         : code == ErrorCode::kCorrupt  ? SQLITE_CORRUPT
                                        : SQLITE_ERROR;
}

int Connect(sqlite3* handle, void* module, int, const char* const*, sqlite3_vtab** made, char**) {
  auto& of = *static_cast<Module*>(module);
  std::string columns;
  for (const VirtualColumn& column : of.table->columns()) {
    columns += fmt::format("{}{} {}", columns.empty() ? "" : ", ", column.name, column.type);
  }
  const int code = sqlite3_declare_vtab(handle, fmt::format("CREATE TABLE x({})", columns).c_str());
  if (code != SQLITE_OK) {
    return code;
  }
  auto table = std::make_unique<Table>();
  table->module = &of;
  *made = &table.release()->base;
  return SQLITE_OK;
}

int Disconnect(sqlite3_vtab* table) {
  delete &TableOf(table);
  return SQLITE_OK;
}

std::optional<Comparison> ComparisonOf(int operation) {
  switch (operation) {
    case SQLITE_INDEX_CONSTRAINT_EQ:
      return Comparison::kEqual;
    case SQLITE_INDEX_CONSTRAINT_LT:
      return Comparison::kLess;
    case SQLITE_INDEX_CONSTRAINT_LE:
      return Comparison::kLessOrEqual;
    case SQLITE_INDEX_CONSTRAINT_GT:
      return Comparison::kGreater;
    case SQLITE_INDEX_CONSTRAINT_GE:
      return Comparison::kGreaterOrEqual;
    default:
      return std::nullopt;
  }
}

int BestIndex(sqlite3_vtab* table, sqlite3_index_info* info) {
  const std::span<const VirtualColumn> columns = TableOf(table).module->table->columns();
  std::string plan = fmt::format("{}", info->colUsed);
  double rows = kRowsOfTable;
  int arguments = 0;
  bool found = false;
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    const std::optional<Comparison> comparison = ComparisonOf(constraint.op);
    if (constraint.usable == 0 || !comparison || constraint.iColumn < 0 ||
        std::string_view(sqlite3_vtab_collation(info, i)) != "BINARY") {
      continue;
    }
    const Lookup lookup = columns[static_cast<size_t>(constraint.iColumn)].lookup;
    const bool equal = *comparison == Comparison::kEqual;
    if (lookup == Lookup::kNone || (lookup != Lookup::kRange && !equal)) {
      continue;
    }
    info->aConstraintUsage[i].argvIndex = ++arguments;
    plan += fmt::format(" {} {}", constraint.iColumn, static_cast<int>(*comparison));
    if (lookup == Lookup::kRange) {
      rows *= kLeftByRange;
    } else {
      found = true;
      rows = lookup == Lookup::kOne ? 1 : std::min(rows, kRowsOfMany);
      // An outer join to a table of which nothing is used can then be left out.
      info->idxFlags |= lookup == Lookup::kOne ? SQLITE_INDEX_SCAN_UNIQUE : 0;
    }
  }
  info->estimatedRows = static_cast<sqlite3_int64>(std::max(rows, 1.0));
  info->estimatedCost = found ? kCostOfLookup : rows;
  info->idxStr = sqlite3_mprintf("%s", plan.c_str());
  info->needToFreeIdxStr = 1;
  return info->idxStr == nullptr ? SQLITE_NOMEM : SQLITE_OK;
}

int Open(sqlite3_vtab* table, sqlite3_vtab_cursor** made) {
  TableContext& context = *TableOf(table).module->context;
  context.Use();
  ++context.open_cursors;
  *made = &std::make_unique<Cursor>().release()->base;
  return SQLITE_OK;
}

int Close(sqlite3_vtab_cursor* cursor) {
  --TableOf(cursor->pVtab).module->context->open_cursors;
  delete &CursorOf(cursor);
  return SQLITE_OK;
}

int Next(sqlite3_vtab_cursor* given) {
  Cursor& cursor = CursorOf(given);
  Result<bool> row = cursor.rows->Next();
  if (!row) {
    return Failed(TableOf(given->pVtab), std::move(row).error());
  }
  cursor.ended = !*row;
  ++cursor.row;
  return SQLITE_OK;
}

int Filter(sqlite3_vtab_cursor* given, int, const char* plan, int count, sqlite3_value** values) {
  Cursor& cursor = CursorOf(given);
  ScanRequest request;
  std::istringstream words(plan);
  words >> request.columns_used;
  for (int i = 0; i < count; ++i) {
    int comparison = 0;
    ColumnLimit& limit = request.limits.emplace_back();
    words >> limit.column >> comparison;
    limit.comparison = static_cast<Comparison>(comparison);
    limit.value = ValueOf(values[i]);
  }
  auto opened = TableOf(given->pVtab).module->table->Open(request);
  if (!opened) {
    return Failed(TableOf(given->pVtab), std::move(opened).error());
  }
  cursor.rows = *std::move(opened);
  cursor.row = 0;
  return Next(given);
}

int Eof(sqlite3_vtab_cursor* cursor) { return CursorOf(cursor).ended ? 1 : 0; }

int Column(sqlite3_vtab_cursor* cursor, sqlite3_context* context, int column) {
  SetResult(context, CursorOf(cursor).rows->Value(column));
  return SQLITE_OK;
}

int RowId(sqlite3_vtab_cursor* cursor, sqlite3_int64* row) {
  *row = CursorOf(cursor).row;
  return SQLITE_OK;
}

constexpr sqlite3_module MakeMethods() {
  sqlite3_module methods{};
  methods.iVersion = 1;
  // The same: such a table needs no CREATE, but can have one.
  methods.xCreate = &Connect;
  methods.xConnect = &Connect;
  methods.xBestIndex = &BestIndex;
  methods.xDisconnect = &Disconnect;
  methods.xDestroy = &Disconnect;
  methods.xOpen = &Open;
  methods.xClose = &Close;
  methods.xFilter = &Filter;
  methods.xNext = &Next;
  methods.xEof = &Eof;
  methods.xColumn = &Column;
  methods.xRowid = &RowId;
  return methods;
}

constexpr sqlite3_module kMethods = MakeMethods();

Status AddModule(Database& database, const std::string& name, std::unique_ptr<VirtualTable> table,
                 SharedTableContext context) {
  auto module = std::make_unique<Module>(std::move(table), std::move(context));
  // Whatever comes of it, SQLite deletes what it was given.
  const int code =
      sqlite3_create_module_v2(database.handle(), name.c_str(), &kMethods, module.release(),
                               [](void* given) { delete static_cast<Module*>(given); });
  if (code != SQLITE_OK) {
    return std::unexpected(SqliteError(database.handle(), code, database.path()));
  }
  return {};
}

}  // namespace

Status AddVirtualTable(Database& database, const char* name, std::unique_ptr<VirtualTable> table,
                       SharedTableContext context) {
  TRY(AddModule(database, name, std::move(table), std::move(context)));
  // SQLite declares it with its first use, which an authoriser would take for a change of the
  // schema.
  TRY(database.Prepare(fmt::format("SELECT 1 FROM {}", name)));
  return {};
}

Status AddTemporaryTable(Database& database, const char* name, std::unique_ptr<VirtualTable> table,
                         SharedTableContext context) {
  const std::string own = fmt::format("trafrec_{}", name);
  TRY(AddModule(database, own, std::move(table), std::move(context)));
  return database.Execute(fmt::format("CREATE VIRTUAL TABLE temp.{} USING {}", name, own));
}

}  // namespace trafrec::store::db
