#include "store/repair/repair_rows.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "store/format/entry_format.h"
#include "store/reader_limits.h"

namespace trafrec::store {
namespace {

/// `rows` is what follows INSERT INTO TABLE, up to a WHERE with conditions; in it {0} stands for a
/// frame that was taken over. `key` parts the table into ranges, so that a page that cannot be read
/// costs its own rows only.
struct CopiedTable {
  const char* name;
  const char* key;
  const char* rows;
};

// Of a message whose frame is lost, but not its later facts, the facts stay.
constexpr std::array kTables = {
    CopiedTable{"text", "id", "SELECT * FROM source.text WHERE 1"},
    CopiedTable{"text_block", "first", "SELECT * FROM source.text_block WHERE 1"},
    CopiedTable{"connection", "number", "SELECT * FROM source.connection WHERE {0}"},
    CopiedTable{"facts", "message", "SELECT * FROM source.facts WHERE {0}"},
    CopiedTable{"message", "id",
                "SELECT id, iif({0}, frame, NULL), iif({0}, entry, NULL), span_ns, iif({0}, "
                "head_bytes, NULL), body_bytes, extents, flags, first_seq FROM source.message "
                "WHERE ({0} OR id IN (SELECT message FROM main.facts))"},
    CopiedTable{"extent", "message", "SELECT * FROM source.extent WHERE {0}"},
    CopiedTable{"gap", "message",
                "SELECT * FROM source.gap WHERE message IN (SELECT id FROM main.message)"},
    CopiedTable{"exchange", "n", "SELECT * FROM source.exchange WHERE {0}"},
    CopiedTable{"interim", "exchange",
                "SELECT * FROM source.interim WHERE exchange IN (SELECT n FROM main.exchange)"},
    CopiedTable{"loss", "id", "SELECT * FROM source.loss WHERE {0}"},
    CopiedTable{"sentinel", "exchange", "SELECT * FROM source.sentinel WHERE {0}"},
    CopiedTable{"result_link", "exchange", "SELECT * FROM source.result_link WHERE {0}"},
    CopiedTable{"watermark", "rowid", "SELECT * FROM source.watermark WHERE 1"},
};

constexpr const char* kIsGood = "frame IN (SELECT id FROM main.frame)";

/// Small, and of use as a whole only.
constexpr std::array kWholeTables = {"attempt", "recipient", "mark", "counter", "clock_offset"};

/// True: all rows that the statement gives can be read. An INSERT must not find out: after one that
/// met a damaged page SQLite takes its own file for damaged.
bool IsReadable(Result<db::Statement>& rows) {
  while (rows) {
    const Result<bool> row = rows->Step();
    if (!row || !*row) {
      rows->Reset();
      return row.has_value();
    }
  }
  return false;
}

class RangeCopy {
 public:
  RangeCopy(Result<db::Statement>& probe, db::Statement& insert) : probe_(probe), insert_(insert) {}

  Status Copy(int64_t first, int64_t last) {
    if (first > last || failures_ >= limits::kRepairFailuresMax) {
      return {};
    }
    probe_->Bind(0, first).Bind(1, last);
    if (IsReadable(probe_)) {
      return insert_.Bind(0, first).Bind(1, last).Run();
    }
    ++failures_;
    if (first == last) {
      return {};
    }
    const int64_t middle = first + (last - first) / 2;
    TRY(Copy(first, middle));
    return Copy(middle + 1, last);
  }

 private:
  Result<db::Statement>& probe_;
  db::Statement& insert_;
  int failures_ = 0;
};

Status CopyTable(db::Database& source, db::Database& database, const CopiedTable& table) {
  auto probe = source.Prepare(
      fmt::format("SELECT * FROM main.{} WHERE {} BETWEEN ?1 AND ?2", table.name, table.key));
  if (!probe) {
    return {};  // the schema says nothing of it
  }
  TRY_ASSIGN(
      db::Statement insert,
      database.Prepare(fmt::format("INSERT INTO main.{} {} AND {} BETWEEN ?1 AND ?2", table.name,
                                   fmt::format(fmt::runtime(table.rows), kIsGood), table.key)));
  const auto last =
      source.QueryInt(fmt::format("SELECT max({}) FROM main.{}", table.key, table.name));
  const int64_t through = last ? last->value_or(0) : limits::kRepairKeysMax;
  return RangeCopy(probe, insert).Copy(0, through);
}

}  // namespace

Status CopyRows(db::Database& source, db::Database& database) {
  for (const char* table : kWholeTables) {
    auto probe = source.Prepare(fmt::format("SELECT * FROM main.{}", table));
    if (IsReadable(probe)) {
      TRY(database.Execute(
          fmt::format("INSERT OR REPLACE INTO main.{0} SELECT * FROM source.{0}", table)));
    }
  }
  for (const CopiedTable& table : kTables) {
    TRY(CopyTable(source, database, table));
  }
  return {};
}

Status TakeOutLostMessages(db::Database& database,
                           const std::function<EarlierMessage(MessageId)>& earlier) {
  std::vector<MessageId> lost;
  {
    TRY_ASSIGN(
        db::Statement doubtful,
        database.Prepare(
            "SELECT wanted.id, wanted.continues, m.frame, m.extents, "
            "(SELECT count(*) FROM main.extent x WHERE x.message=wanted.id) AS stored FROM "
            "(SELECT 2*n AS id, parts&4 AS continues FROM main.exchange WHERE parts&1 UNION ALL "
            "SELECT 2*n+1, parts&4 FROM main.exchange WHERE parts&2) AS wanted "
            "LEFT JOIN main.message m ON m.id=wanted.id WHERE m.frame IS NULL OR "
            "m.extents > stored"));
    while (true) {
      TRY_ASSIGN(const bool row, doubtful.Step());
      if (!row) {
        break;
      }
      const MessageId id = doubtful.Unsigned(0);
      const EarlierMessage before = doubtful.Int(1) != 0 ? earlier(id) : EarlierMessage();
      const bool there = !doubtful.IsNull(2) || before.there;
      const int64_t put = doubtful.IsNull(3) ? before.extents_put : doubtful.Int(3);
      if (!there || put > doubtful.Int(4) + before.extents) {
        lost.push_back(id);
      }
    }
  }
  TRY_ASSIGN(db::Statement update,
             database.Prepare("UPDATE main.exchange SET parts=parts&~?2, flags=flags|?3 "
                              "WHERE n=?1"));
  for (const MessageId id : lost) {
    const unsigned part = SideOf(id) == Side::kClient ? kPartRequest : kPartResponse;
    TRY(update.Bind(0, ExchangeOf(id)).Bind(1, part).Bind(2, FlagBit(Flag::kBodyShed)).Run());
  }
  return {};
}

}  // namespace trafrec::store
