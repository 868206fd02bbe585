#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/db/database.h"
#include "store/overlay/overlay_entry.h"

// The file of an overlay: its tables, and its rows as values. docs/overlay.md explains each column.

namespace trafrec::store {

/// "trfo" in SQLite's application_id.
inline constexpr int32_t kOverlayApplicationId = 0x7472666f;
/// SQLite's user_version. A greater one is refused by name.
inline constexpr int32_t kOverlayVersion = 1;

/// Kinds of rows in the table `entry`: places in OverlayEntry's variant, counted from 1.
enum class OverlayKind : uint8_t { kDrop = 1, kVerdict, kMove, kPosition, kRewrite };

/// Makes the tables in an empty database, within the caller's transaction.
Status MakeOverlayTables(db::Database& database, const std::string& log_id);

/// kNotFound, kCorrupt (another kind of file) or kUnsupported (made by a newer trafrec).
Result<db::Database> OpenOverlayFile(const std::filesystem::path& path, db::OpenMode mode);

Result<std::string> ReadOverlayLogId(db::Database& database);
/// kUsage if it is for another log.
Status RequireLog(db::Database& database, const std::string& log_id);

/// Columns that EntryOf reads: a SELECT of entries, up to and without WHERE.
extern const char* const kSelectEntries;
extern const char* const kSelectInsertions;

/// Recorder, attempt, number and item in four columns.
OperationAddress AddressAt(const db::Statement& row, int first);
/// The entry of the statement's row. Of a rewrite all but its reason is read by ReadRewrite.
OverlayEntry EntryOf(const db::Statement& row);
/// Fills a rewrite from the row of the table `rewrite`.
Status ReadRewrite(const db::Statement& row, OverlayRewrite& rewrite);
Insertion InsertionOf(const db::Statement& row);

/// -1 for the whole exchange, as in the tables.
int64_t ItemColumn(const std::optional<uint32_t>& item);

/// JSON pointers and values, as in the table `rewrite`.
std::string PointersText(const OverlayRewrite& rewrite);

}  // namespace trafrec::store
