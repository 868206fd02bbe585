// Whether an overlay fits a log.
//
// Each exchange that a person or reconcile named must be there. Commit positions are many, up to
// one for each mutation of the log, and to look each up would take as long as replaying it; they
// are taken to be there if their attempt has come so far. Where retention deleted segments, or some
// are missing, these too are looked up.

#include "store/overlay/overlay_check.h"

#include <fmt/format.h>

#include <map>

#include "store/overlay/limits.h"
#include "store/overlay/overlay_file.h"
#include "store/overlay/overlay_reader.h"
#include "store/reader/exchange_id.h"

namespace trafrec::store {
namespace {

class Check {
 public:
  Check(db::Database& overlay, LogReader& log) : overlay_(overlay), log_(log) {}

  Status Run() {
    TRY_ASSIGN(const std::vector<AttemptInfo> attempts, log_.Attempts());
    for (const AttemptInfo& attempt : attempts) {
      if (attempt.deleted_segments == 0 && attempt.missing_segments == 0 && !attempt.discarded) {
        through_[{attempt.recorder, attempt.attempt}] = attempt.written.exchanges_below;
      }
    }
    TRY(
        Exchanges("SELECT DISTINCT a.recorder, a.number, e.number, e.kind = 4 FROM entry e "
                  "JOIN attempt a ON a.key = e.attempt"));
    TRY(
        Exchanges("SELECT DISTINCT a.recorder, a.number, e.other_number, 0 FROM entry e "
                  "JOIN attempt a ON a.key = e.other_attempt"));
    TRY(
        Exchanges("SELECT DISTINCT a.recorder, a.number, i.exchange, 0 FROM insertion i "
                  "JOIN attempt a ON a.key = i.attempt"));
    if (unknown_ == 0) {
      return {};
    }
    return Fail(ErrorCode::kUsage,
                fmt::format("{} speaks of {} that the log does not have: {}{}", overlay_.path(),
                            unknown_ == 1 ? "an exchange" : fmt::format("{} exchanges", unknown_),
                            named_, unknown_ > limits::kUnknownNamed ? ", …" : ""),
                "give the whole log that the overlay was made for, or make the overlay anew");
  }

 private:
  /// Columns: recorder, attempt, number, and whether it is for a commit position only.
  Status Exchanges(const char* sql) {
    TRY_ASSIGN(db::Statement rows, overlay_.Prepare(sql));
    while (true) {
      TRY_ASSIGN(const bool row, rows.Step());
      if (!row) {
        return {};
      }
      const ExchangeId id{.recorder = std::string(rows.Text(0)),
                          .attempt = static_cast<uint32_t>(rows.Int(1)),
                          .number = rows.Unsigned(2)};
      TRY_ASSIGN(const std::optional<std::string> unknown, Unknown(id, rows.Int(3) != 0));
      if (unknown) {
        ++unknown_;
        if (unknown_ <= limits::kUnknownNamed) {
          named_ += (named_.empty() ? "" : ", ") + *unknown;
        }
      }
    }
  }

  /// How to name it if the log does not have it under that id.
  Result<std::optional<std::string>> Unknown(const ExchangeId& id, bool only_position) {
    std::string text = FormatExchangeId(id);
    if (IsInsertion(id)) {
      TRY_ASSIGN(const auto found, overlay_.QueryInt(fmt::format(
                                       "SELECT 1 FROM insertion WHERE number = {}", id.number)));
      return found ? std::nullopt : std::optional(text);
    }
    const auto through = through_.find({id.recorder, id.attempt});
    if (only_position && through != through_.end() && id.number > 0 &&
        id.number < through->second) {
      return std::nullopt;
    }
    const Result<ExchangeRow> row = log_.Find(text);
    if (!row && row.error().code == ErrorCode::kNotFound) {
      return text;
    }
    if (!row) {
      return std::unexpected(row.error());
    }
    // What several recorders saw goes by the id of its first sighting.
    return row->id == id
               ? std::nullopt
               : std::optional(fmt::format("{} (it goes by {})", text, FormatExchangeId(row->id)));
  }

  db::Database& overlay_;
  LogReader& log_;
  /// Of attempts of which nothing is gone: every exchange below is there.
  std::map<std::pair<std::string, uint32_t>, ExchangeNumber> through_;
  uint64_t unknown_ = 0;
  std::string named_;
};

}  // namespace

Status CheckOverlay(db::Database& overlay, const std::string& log_id, LogReader& log) {
  TRY(RequireLog(overlay, log_id));
  return Check(overlay, log).Run();
}

Status OverlayReader::CheckAgainst(const std::string& log_id, LogReader& log) {
  return CheckOverlay(database_, log_id, log);
}

}  // namespace trafrec::store
