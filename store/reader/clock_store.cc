#include "store/reader/clock_store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <system_error>

#include "store/db/database.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFileName = "clock_offsets.sqlite";

constexpr const char* kSchema = R"sql(
CREATE TABLE clock_offset(
  recorder TEXT, at_ns INTEGER, reference TEXT, offset_ns INTEGER, uncertainty_ns INTEGER,
  packets INTEGER);
CREATE TABLE attempt(recorder TEXT, attempt INTEGER, segment INTEGER, frame INTEGER);
)sql";

/// Sums of two of them are no overflow.
bool IsSane(int64_t ns) { return std::abs(ns / 2) < INT64_MAX / 4; }

Result<bool> IsOf(db::Database& database, const std::vector<AttemptSnapshot>& attempts) {
  TRY_ASSIGN(const auto count, database.QueryInt("SELECT count(*) FROM attempt"));
  bool same = count == static_cast<int64_t>(attempts.size());
  TRY_ASSIGN(db::Statement known,
             database.Prepare("SELECT 1 FROM attempt WHERE recorder=? AND attempt=? AND segment=? "
                              "AND frame=?"));
  for (const AttemptSnapshot& attempt : attempts) {
    known.Reset();
    known.Bind(0, std::string_view(attempt.key.recorder))
        .Bind(1, attempt.key.attempt)
        .Bind(2, attempt.segments.back())
        .Bind(3, attempt.frames_through);
    TRY_ASSIGN(const bool row, known.Step());
    same = same && row;
  }
  return same;
}

Result<std::vector<ClockOffset>> ReadRows(db::Database& database) {
  std::vector<ClockOffset> offsets;
  TRY_ASSIGN(db::Statement rows,
             database.Prepare("SELECT recorder, at_ns, reference, offset_ns, uncertainty_ns, "
                              "packets FROM clock_offset ORDER BY recorder, at_ns"));
  while (true) {
    TRY_ASSIGN(const bool row, rows.Step());
    if (!row) {
      return offsets;
    }
    offsets.push_back({std::string(rows.Text(0)), rows.Int(1), std::string(rows.Text(2)),
                       rows.Int(3), rows.Int(4), rows.Unsigned(5)});
  }
}

Status Write(const fs::path& path, const std::vector<AttemptSnapshot>& attempts,
             const std::vector<ClockOffset>& offsets) {
  TRY_ASSIGN(db::Database database, db::Database::Open(path, db::OpenMode::kCreate));
  TRY(database.Execute("BEGIN"));
  TRY(database.Execute(kSchema));
  TRY_ASSIGN(db::Statement put_offset,
             database.Prepare("INSERT INTO clock_offset VALUES(?,?,?,?,?,?)"));
  for (const ClockOffset& offset : offsets) {
    TRY(put_offset.Bind(0, std::string_view(offset.recorder))
            .Bind(1, offset.at)
            .Bind(2, std::string_view(offset.reference))
            .Bind(3, offset.offset_ns)
            .Bind(4, offset.uncertainty_ns)
            .Bind(5, offset.packets)
            .Run());
  }
  TRY_ASSIGN(db::Statement put_attempt, database.Prepare("INSERT INTO attempt VALUES(?,?,?,?)"));
  for (const AttemptSnapshot& attempt : attempts) {
    TRY(put_attempt.Bind(0, std::string_view(attempt.key.recorder))
            .Bind(1, attempt.key.attempt)
            .Bind(2, attempt.segments.back())
            .Bind(3, attempt.frames_through)
            .Run());
  }
  return database.Execute("COMMIT");
}

}  // namespace

std::optional<std::vector<ClockOffset>> ReadClockOffsets(
    const fs::path& log, const std::vector<AttemptSnapshot>& attempts) {
  auto database = db::Database::Open(log / kFileName, db::OpenMode::kReadImmutable);
  if (!database) {
    return std::nullopt;
  }
  const Result<bool> same = IsOf(*database, attempts);
  if (!same || !*same) {
    return std::nullopt;
  }
  auto offsets = ReadRows(*database);
  const bool sane =
      offsets && std::ranges::all_of(*offsets, [](const ClockOffset& offset) {
        return IsSane(offset.at) && IsSane(offset.offset_ns) && IsSane(offset.uncertainty_ns);
      });
  return sane ? std::optional(*std::move(offsets)) : std::nullopt;
}

Status KeepClockOffsets(const fs::path& log, const std::vector<AttemptSnapshot>& attempts,
                        const std::vector<ClockOffset>& offsets) {
  const fs::path temporary = log / fmt::format(".{}.{}", kFileName, getpid());
  std::error_code failure;
  fs::remove(temporary, failure);
  const Status written = Write(temporary, attempts, offsets);
  if (written) {
    fs::rename(temporary, log / kFileName, failure);
  }
  if (!written || failure) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
  }
  TRY(written);
  return failure ? FailErrno(failure.value(), "cannot keep " + (log / kFileName).string())
                 : Status();
}

}  // namespace trafrec::store
