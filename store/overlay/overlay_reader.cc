#include "store/overlay/overlay_reader.h"

#include <fmt/format.h>

#include "store/overlay/limits.h"
#include "store/overlay/overlay_digest.h"
#include "store/overlay/overlay_file.h"

namespace trafrec::store {
namespace {

/// The column behind those of an entry.
constexpr int kAttemptColumn = 17;

/// Resets a statement however its use ends.
class Use {
 public:
  explicit Use(db::Statement& statement) : statement_(statement) {}
  ~Use() { statement_.Reset(); }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

 private:
  db::Statement& statement_;
};

}  // namespace

Result<std::unique_ptr<OverlayReader>> OverlayReader::Open(const std::filesystem::path& path) {
  TRY_ASSIGN(db::Database database, OpenOverlayFile(path, db::OpenMode::kReadOnly));
  TRY_ASSIGN(std::string log_id, ReadOverlayLogId(database));
  auto reader =
      std::unique_ptr<OverlayReader>(new OverlayReader(std::move(database), std::move(log_id)));
  TRY(reader->Prepare());
  return reader;
}

Status OverlayReader::Prepare() {
  TRY_ASSIGN(find_entries_,
             database_.Prepare(std::string(kSelectEntries) +
                                   "WHERE e.attempt = ? AND e.number = ? ORDER BY e.item, e.kind",
                               true));
  TRY_ASSIGN(find_rewrite_,
             database_.Prepare("SELECT method, target, set_fields, removed_fields, body, pointers "
                               "FROM rewrite WHERE attempt = ? AND number = ? AND item = ?",
                               true));
  TRY_ASSIGN(find_insertions_,
             database_.Prepare(std::string(kSelectInsertions) +
                                   "WHERE i.attempt = ? AND i.exchange = ? ORDER BY i.number",
                               true));
  TRY_ASSIGN(find_moved_here_,
             database_.Prepare(std::string(kSelectEntries) +
                                   "WHERE e.kind = 3 AND e.other_attempt = ? AND "
                                   "e.other_number = ? ORDER BY a.recorder, a.number, e.number, "
                                   "e.item",
                               true));
  TRY_ASSIGN(next_at_time_,
             database_.Prepare(std::string(kSelectInsertions) +
                                   "WHERE i.place = 3 AND (i.at_ns, i.number) > (?, ?) AND "
                                   "i.at_ns < ? ORDER BY i.at_ns, i.number LIMIT 1",
                               true));
  TRY_ASSIGN(db::Statement rows, database_.Prepare("SELECT recorder, number, key FROM attempt"));
  while (true) {
    TRY_ASSIGN(const bool row, rows.Step());
    if (!row) {
      return FillFilter();
    }
    attempts_[{std::string(rows.Text(0)), static_cast<uint32_t>(rows.Int(1))}] = rows.Int(2);
  }
}

Status OverlayReader::FillFilter() {
  TRY_ASSIGN(const auto entries, database_.QueryInt("SELECT count(*) FROM entry"));
  TRY_ASSIGN(const auto moves, database_.QueryInt("SELECT count(*) FROM entry WHERE kind = 3"));
  TRY_ASSIGN(const auto beside,
             database_.QueryInt("SELECT count(*) FROM insertion WHERE place <> 3"));
  has_moves_ = moves.value_or(0) > 0;
  has_insertions_ = beside.value_or(0) > 0;
  const int64_t count = entries.value_or(0) + moves.value_or(0) + beside.value_or(0);
  filter_ = AddressFilter(static_cast<uint64_t>(count));
  TRY_ASSIGN(db::Statement rows,
             database_.Prepare("SELECT attempt, number FROM entry UNION ALL "
                               "SELECT attempt, exchange FROM insertion WHERE place <> 3 UNION ALL "
                               "SELECT other_attempt, other_number FROM entry WHERE kind = 3"));
  while (true) {
    TRY_ASSIGN(const bool row, rows.Step());
    if (!row) {
      return {};
    }
    filter_.Put(rows.Int(0), rows.Unsigned(1));
  }
}

Result<ExchangeOverlay> OverlayReader::Of(const ExchangeId& exchange) {
  ExchangeOverlay overlay;
  const auto attempt = attempts_.find({exchange.recorder, exchange.attempt});
  if (attempt == attempts_.end() || !filter_.MayHave(attempt->second, exchange.number)) {
    return overlay;
  }
  const Use use(find_entries_);
  find_entries_.Bind(0, attempt->second).Bind(1, exchange.number);
  while (true) {
    TRY_ASSIGN(const bool row, find_entries_.Step());
    if (!row) {
      break;
    }
    overlay.entries.push_back(EntryOf(find_entries_));
    TRY(AddRewrite(overlay.entries.back(), attempt->second));
  }
  if (has_insertions_) {
    TRY(AddInsertions(attempt->second, exchange.number, overlay));
  }
  if (has_moves_) {
    TRY(AddMovedHere(attempt->second, exchange.number, overlay));
  }
  return overlay;
}

Status OverlayReader::AddRewrite(OverlayEntry& entry, int64_t attempt) {
  auto* rewrite = std::get_if<OverlayRewrite>(&entry.what);
  if (rewrite == nullptr) {
    return {};
  }
  const Use use(find_rewrite_);
  find_rewrite_.Bind(0, attempt)
      .Bind(1, entry.at.exchange.number)
      .Bind(2, ItemColumn(entry.at.item));
  TRY_ASSIGN(const bool row, find_rewrite_.Step());
  if (!row) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("{}: the rewrite of {} is not there", database_.path(),
                            FormatAddress(entry.at)),
                "make it anew, or take the overlay from a copy");
  }
  return ReadRewrite(find_rewrite_, *rewrite);
}

Status OverlayReader::AddInsertions(int64_t attempt, uint64_t number, ExchangeOverlay& overlay) {
  const Use use(find_insertions_);
  find_insertions_.Bind(0, attempt).Bind(1, number);
  while (true) {
    TRY_ASSIGN(const bool row, find_insertions_.Step());
    if (!row) {
      return {};
    }
    Insertion insertion = InsertionOf(find_insertions_);
    auto& side = insertion.place == Place::kBefore ? overlay.before : overlay.after;
    side.push_back(std::move(insertion));
  }
}

Status OverlayReader::AddMovedHere(int64_t attempt, uint64_t number, ExchangeOverlay& overlay) {
  const Use use(find_moved_here_);
  find_moved_here_.Bind(0, attempt).Bind(1, number);
  while (true) {
    TRY_ASSIGN(const bool row, find_moved_here_.Step());
    if (!row) {
      return {};
    }
    overlay.moved_here.push_back(EntryOf(find_moved_here_));
  }
}

Result<std::optional<Insertion>> OverlayReader::NextAtTime(TimeNs until) {
  const Use use(next_at_time_);
  next_at_time_.Bind(0, last_time_).Bind(1, last_number_).Bind(2, until);
  TRY_ASSIGN(const bool row, next_at_time_.Step());
  if (!row) {
    return std::nullopt;
  }
  Insertion insertion = InsertionOf(next_at_time_);
  last_time_ = insertion.at;
  last_number_ = insertion.number;
  return insertion;
}

Result<std::optional<Insertion>> OverlayReader::FindInsertion(uint64_t number) {
  TRY_ASSIGN(db::Statement find,
             database_.Prepare(std::string(kSelectInsertions) + "WHERE i.number = ?"));
  TRY_ASSIGN(const bool row, find.Bind(0, number).Step());
  return row ? std::optional(InsertionOf(find)) : std::nullopt;
}

Status OverlayReader::Visit(const std::function<bool(const OverlayEntry&)>& entry,
                            const std::function<bool(const Insertion&)>& insertion) {
  TRY_ASSIGN(db::Statement entries,
             database_.Prepare(std::string(kSelectEntries) +
                               "ORDER BY a.recorder, a.number, e.number, e.item, e.kind"));
  while (true) {
    TRY_ASSIGN(const bool row, entries.Step());
    if (!row) {
      break;
    }
    OverlayEntry next = EntryOf(entries);
    TRY(AddRewrite(next, entries.Int(kAttemptColumn)));
    if (!entry(next)) {
      return {};
    }
  }
  TRY_ASSIGN(db::Statement insertions,
             database_.Prepare(std::string(kSelectInsertions) + "ORDER BY i.number"));
  while (true) {
    TRY_ASSIGN(const bool row, insertions.Step());
    if (!row || !insertion(InsertionOf(insertions))) {
      return {};
    }
  }
}

Result<crypto::Digest> OverlayReader::Digest() {
  OverlayDigest digest;
  TRY(Visit(
      [&](const OverlayEntry& entry) {
        digest.Add(entry);
        return true;
      },
      [&](const Insertion& insertion) {
        digest.Add(insertion);
        return true;
      }));
  return digest.Finish();
}

}  // namespace trafrec::store
