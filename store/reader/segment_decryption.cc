// Reading encrypted columns.
//
// SQLite looks for a name among temporary objects first. So a temporary table `text` that decrypts
// stands in for the table in every query that a reader has, views do for other tables, and a
// temporary copy of the view `exchanges`, which people's conditions are about, is made over them;
// what no query asks for is not decrypted. Without
// a key the copy is made over views whose columns fail when they are read: a condition on a target
// must not quietly find nothing. Rejected: decrypting in each reader's code (five places that would
// have to agree), and a clear copy of the segment (on disk, of all things).

#include "store/reader/segment_decryption.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "store/db/column_function.h"
#include "store/reader/encrypted_texts.h"

namespace trafrec::store {
namespace {

struct Box {
  std::string recipient;
  crypto::SealedKey sealed;
};

Result<std::string> Fact(db::Database& database, const char* key) {
  return database.QueryText(fmt::format("SELECT value FROM attempt WHERE key='{}'", key));
}

/// 0 if it is not there.
Result<uint32_t> NumberFact(db::Database& database, const char* key) {
  TRY_ASSIGN(const auto value,
             database.QueryInt(fmt::format("SELECT value FROM attempt WHERE key='{}'", key)));
  return static_cast<uint32_t>(value.value_or(0));
}

Result<SegmentCipher::Place> PlaceOf(db::Database& database) {
  SegmentCipher::Place place;
  TRY_ASSIGN(place.log_id, Fact(database, "log_id"));
  TRY_ASSIGN(place.recorder, Fact(database, "recorder"));
  TRY_ASSIGN(place.attempt, NumberFact(database, "attempt"));
  TRY_ASSIGN(place.segment, NumberFact(database, "segment"));
  return place;
}

Result<std::vector<Box>> ReadBoxes(db::Database& database) {
  TRY_ASSIGN(db::Statement rows,
             database.Prepare("SELECT key, sealed FROM recipient ORDER BY key"));
  std::vector<Box> boxes;
  while (true) {
    TRY_ASSIGN(const bool row, rows.Step());
    if (!row) {
      return boxes;
    }
    Box box{std::string(rows.Text(0)), {}};
    const Bytes sealed = rows.Blob(1);
    if (sealed.size() != box.sealed.size()) {
      return Fail(ErrorCode::kCorrupt, database.path() + ": the sealed key for " + box.recipient +
                                           " has a wrong length");
    }
    std::ranges::copy(sealed, box.sealed.begin());
    boxes.push_back(std::move(box));
  }
}

std::string Joined(const std::vector<std::string>& ids) {
  std::string text;
  for (const std::string& id : ids) {
    text += (text.empty() ? "" : ", ") + id;
  }
  return text;
}

Result<crypto::DataKey> OpenKey(db::Database& database, const Identities& identities) {
  TRY_ASSIGN(const std::vector<Box> boxes, ReadBoxes(database));
  std::vector<std::string> recipients;
  std::vector<std::string> ours;
  for (const Box& box : boxes) {
    recipients.push_back(box.recipient);
    for (const crypto::Identity& identity : *identities) {
      if (identity.id() != box.recipient) {
        continue;
      }
      if (auto key = identity.Open(box.sealed)) {
        return std::move(*key);
      }
      return Fail(ErrorCode::kCorrupt,
                  database.path() + ": the sealed key for " + box.recipient + " is damaged",
                  "try with the identity of another recipient");
    }
  }
  for (const crypto::Identity& identity : *identities) {
    ours.push_back(identity.id());
  }
  return Fail(ErrorCode::kPermission,
              fmt::format("{} is encrypted to {}, and the identity is {}", database.path(),
                          Joined(recipients), Joined(ours)),
              "name the secret key file of one of these keys with --identity");
}

Status AddView(db::Database& database, const char* name, const std::string& select) {
  return database.Execute(fmt::format("CREATE TEMP VIEW {} AS {}", name, select));
}

/// A table of which some columns are encrypted.
struct SealedTable {
  const char* name;
  const char* key;
  std::array<std::string_view, 3> columns;
};

constexpr SealedTable kConnection = {"connection", "number", {"client_address", "server_address"}};
constexpr SealedTable kSentinel = {"sentinel", "exchange", {"audience", "purpose", "detail"}};

/// All columns of the table; those that are encrypted by an expression of their name and key.
Result<std::string> ColumnsOf(db::Database& database, const SealedTable& table,
                              const char* expression) {
  TRY_ASSIGN(db::Statement rows,
             database.Prepare(
                 fmt::format("SELECT name FROM pragma_table_info('{}', 'main')", table.name)));
  std::string columns;
  while (true) {
    TRY_ASSIGN(const bool row, rows.Step());
    if (!row) {
      return columns;
    }
    const std::string name(rows.Text(0));
    columns += columns.empty() ? "" : ", ";
    if (std::ranges::find(table.columns, name) != table.columns.end()) {
      columns += fmt::format(fmt::runtime(expression), name, table.key) + " AS ";
    }
    columns += name;
  }
}

/// The view `exchanges` with other tables behind it.
Status CopyExchanges(db::Database& database, const char* text, const char* connection) {
  TRY_ASSIGN(std::string sql,
             database.QueryText("SELECT sql FROM main.sqlite_schema WHERE name='exchanges'"));
  const auto replace = [&sql](std::string_view from, const std::string& to) {
    for (size_t at = sql.find(from); at != std::string::npos; at = sql.find(from, at)) {
      sql.replace(at, from.size(), to);
      at += to.size();
    }
  };
  replace("CREATE VIEW", "CREATE TEMP VIEW");
  replace("JOIN text ", fmt::format("JOIN {} ", text));
  replace("JOIN connection ", fmt::format("JOIN {} ", connection));
  return database.Execute(sql);
}

constexpr const char* kDecrypted = "trafrec_column('{0}', {1}, {0})";

/// A view before the table, under its name or another.
Status AddViewOf(db::Database& database, const SealedTable& table, const char* name,
                 const char* expression) {
  TRY_ASSIGN(const std::string columns, ColumnsOf(database, table, expression));
  return AddView(database, name, fmt::format("SELECT {} FROM main.{}", columns, table.name));
}

Status AddClearViews(db::Database& database, bool addresses) {
  TRY(AddViewOf(database, kSentinel, "sentinel", kDecrypted));
  if (addresses) {
    TRY(AddViewOf(database, kConnection, "connection", kDecrypted));
  }
  return CopyExchanges(database, "text", "connection");
}

Status AddHidingViews(db::Database& database, bool addresses) {
  TRY(AddViewOf(database, kSentinel, "sentinel",
                "CASE WHEN {0} IS NOT NULL THEN '(encrypted)' END"));
  if (!addresses) {
    return CopyExchanges(database, "sealed_text", "connection");
  }
  TRY(AddViewOf(database, kConnection, "connection", "NULL"));
  TRY(AddViewOf(database, kConnection, "sealed_connection",
                "trafrec_column('client and server', {1}, '{0}')"));
  return CopyExchanges(database, "sealed_text", "sealed_connection");
}

db::ColumnFunction Decrypting(const SegmentCipher* cipher) {
  return [cipher](std::string_view column, int64_t row, Bytes value) -> Result<std::string> {
    auto clear = cipher->DecryptColumn(column, row, value);
    if (!clear) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("{} of row {} is damaged or from another place", column, row));
    }
    return *std::move(clear);
  };
}

Result<std::string> Refuse(std::string_view column, int64_t, Bytes) {
  return Fail(ErrorCode::kPermission, fmt::format("{} are encrypted", column));
}

}  // namespace

Result<std::unique_ptr<SegmentCipher>> OpenEncryptedSegment(db::Database& database,
                                                            const Identities& identities) {
  TRY_ASSIGN(const std::string encryption, Fact(database, "encryption"));
  if (encryption.empty()) {
    return nullptr;
  }
  if (encryption != kSegmentEncryption) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("{} is encrypted with {}, which this program does not know",
                            database.path(), encryption),
                "use a newer trafrec");
  }
  TRY_ASSIGN(const uint32_t addresses, NumberFact(database, "encrypted_addresses"));
  // What is decrypted must not come into a temporary file.
  TRY(database.Execute("PRAGMA temp_store=MEMORY"));
  if (identities == nullptr || identities->empty()) {
    TRY(db::AddColumnFunction(database, "trafrec_column", Refuse));
    TRY(AddHiddenTexts(database));
    TRY(AddHidingViews(database, addresses != 0));
    return nullptr;
  }
  TRY_ASSIGN(crypto::DataKey key, OpenKey(database, identities));
  TRY_ASSIGN(const SegmentCipher::Place place, PlaceOf(database));
  auto cipher = std::make_unique<SegmentCipher>(std::move(key), place);
  TRY(db::AddColumnFunction(database, "trafrec_column", Decrypting(cipher.get())));
  TRY(AddClearTexts(database, *cipher));
  TRY(AddClearViews(database, addresses != 0));
  return cipher;
}

}  // namespace trafrec::store
