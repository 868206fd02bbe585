// Taking out of an overlay what was put, and finding what was meant where there is no such thing.

#include <fmt/format.h>

#include <string>

#include "store/overlay/overlay_reader.h"
#include "store/overlay/overlay_writer.h"
#include "store/reader/exchange_id.h"

namespace trafrec::store {

Result<bool> OverlayWriter::Remove(const OperationAddress& at, OverlayKind kind) {
  TRY_ASSIGN(db::Statement entry,
             database_.Prepare("DELETE FROM entry WHERE attempt = ? AND number = ? AND item = ? "
                               "AND kind = ?"));
  TRY(BindAddress(entry, 0, at));
  TRY(entry.Bind(3, static_cast<int>(kind)).Run());
  if (database_.changes() == 0) {
    return false;
  }
  if (kind == OverlayKind::kRewrite) {
    TRY_ASSIGN(
        db::Statement rewrite,
        database_.Prepare("DELETE FROM rewrite WHERE attempt = ? AND number = ? AND item = ?"));
    TRY(BindAddress(rewrite, 0, at));
    TRY(rewrite.Run());
  }
  return true;
}

/// A run knows an insertion by its number, so another request must never come by it.
Result<bool> OverlayWriter::RemoveInsertion(uint64_t number) {
  TRY_ASSIGN(db::Statement insertion, database_.Prepare("DELETE FROM insertion WHERE number = ?"));
  TRY(insertion.Bind(0, number).Run());
  if (database_.changes() == 0) {
    return false;
  }
  TRY_ASSIGN(db::Statement given,
             database_.Prepare("INSERT INTO fact VALUES('insertions_removed_to', ?1) "
                               "ON CONFLICT(name) DO UPDATE SET value = excluded.value "
                               "WHERE CAST(value AS INTEGER) < ?1"));
  TRY(given.Bind(0, number).Run());
  TRY_ASSIGN(const int64_t attempt, attempts_.Of(InsertionId(number)));
  for (const char* table : {"entry", "rewrite"}) {
    TRY_ASSIGN(db::Statement said, database_.Prepare(fmt::format(
                                       "DELETE FROM {} WHERE attempt = ? AND number = ?", table)));
    TRY(said.Bind(0, attempt).Bind(1, number).Run());
  }
  return true;
}

Status OverlayWriter::RefuseLeftBeside(const std::vector<uint64_t>& gone) {
  for (const uint64_t number : gone) {
    const ExchangeId id = InsertionId(number);
    TRY_ASSIGN(const int64_t attempt, attempts_.Of(id));
    TRY_ASSIGN(
        db::Statement moved,
        database_.Prepare(std::string(kSelectEntries) +
                          "WHERE e.kind = 3 AND e.other_attempt = ? AND e.other_number = ?"));
    TRY_ASSIGN(db::Statement inserted, database_.Prepare(std::string(kSelectInsertions) +
                                                         "WHERE i.attempt = ? AND i.exchange = ?"));
    std::string left;
    TRY_ASSIGN(const bool is_moved, moved.Bind(0, attempt).Bind(1, number).Step());
    if (is_moved) {
      left = FormatAddress(EntryOf(moved).at) + " is moved";
    } else {
      TRY_ASSIGN(const bool is_inserted, inserted.Bind(0, attempt).Bind(1, number).Step());
      left = is_inserted
                 ? FormatExchangeId(InsertionId(InsertionOf(inserted).number)) + " is inserted"
                 : "";
    }
    if (!left.empty()) {
      return Fail(ErrorCode::kUsage,
                  fmt::format("{} cannot be taken out: {} beside it", FormatExchangeId(id), left),
                  "take both out in one call, or put that one elsewhere first");
    }
  }
  return {};
}

Result<std::optional<OperationAddress>> OverlayReader::Nearest(const OperationAddress& to) {
  TRY_ASSIGN(
      db::Statement find,
      database_.Prepare("SELECT recorder, attempt, number, item FROM ("
                        "SELECT a.recorder AS recorder, a.number AS attempt, e.number AS number, "
                        "e.item AS item FROM entry e JOIN attempt a ON a.key = e.attempt "
                        "UNION ALL SELECT ?1, ?2, number, -1 FROM insertion) "
                        "ORDER BY recorder <> ?3, attempt <> ?4, abs(number - ?5), abs(item - ?6), "
                        "recorder, attempt, number, item LIMIT 1"));
  const ExchangeId insertion = InsertionId(0);
  find.Bind(0, std::string_view(insertion.recorder))
      .Bind(1, insertion.attempt)
      .Bind(2, std::string_view(to.exchange.recorder))
      .Bind(3, to.exchange.attempt)
      .Bind(4, to.exchange.number)
      .Bind(5, ItemColumn(to.item));
  TRY_ASSIGN(const bool row, find.Step());
  if (!row) {
    return std::nullopt;
  }
  return AddressAt(find, 0);
}

}  // namespace trafrec::store
