#include "store/verify/verify_segment.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <deque>
#include <set>

#include "store/codec/zstd_codec.h"
#include "store/format/frame_format.h"
#include "store/format/text_block.h"
#include "store/reader/exchange_id.h"
#include "store/reader_limits.h"
#include "store/verify/verify_rows.h"

namespace trafrec::store {
namespace {

/// Exchanges that a damaged frame's report names.
constexpr int kIdsNamed = 5;

class SegmentVerifier {
 public:
  explicit SegmentVerifier(const SegmentTask& task) : task_(task) {}

  VerifyReport Run() {
    report_.segments = 1;
    if (const Status checked = task_.being_written ? CheckFramesInVisits() : CheckAll(); !checked) {
      Report("it cannot be read to the end: " + checked.error().what);
    }
    if (more_damages_ > 0) {
      report_.damages.push_back({file_, fmt::format("and {} more", more_damages_)});
    }
    return std::move(report_);
  }

 private:
  void Report(std::string what) {
    if (report_.damages.size() < limits::kDamagesPerSegment) {
      report_.damages.push_back({file_, std::move(what)});
    } else {
      ++more_damages_;
    }
  }

  Result<SegmentConnection> Connect() {
    file_ = NameInLog(task_.attempt, task_.path);
    TRY_ASSIGN(SegmentConnection connection,
               ConnectSegment(task_.path.parent_path(), task_.number, task_.identities));
    const std::filesystem::path path = connection.database().path();
    file_ = NameInLog(task_.attempt, path);
    std::error_code ignored;
    report_.bytes = std::filesystem::file_size(path, ignored);
    TRY(connection.database().Execute(
        fmt::format("PRAGMA cache_size=-{}", limits::kVerifyPageCacheKiB)));
    return connection;
  }

  Status CheckAll() {
    TRY_ASSIGN(SegmentConnection connection, Connect());
    db::Database& database = connection.database();
    TRY(CheckStructure(database));
    TRY(CheckAttempt(database));
    TRY(CheckNumbers(database));
    TRY(CheckTexts(connection));
    RowChecker rows(database, task_.attempt, [this](std::string what) { Report(std::move(what)); });
    TRY(rows.Begin());
    TRY_ASSIGN(db::Statement frames,
               database.Prepare("SELECT id, entries, raw_bytes, data FROM frame ORDER BY id"));
    while (true) {
      TRY_ASSIGN(const bool row, frames.Step());
      if (!row) {
        break;
      }
      TRY(CheckFrame(frames, frames.Blob(3), connection, &rows));
    }
    return rows.Finish(bad_frames_);
  }

  Status CheckStructure(db::Database& database) {
    TRY_ASSIGN(db::Statement check, database.Prepare("PRAGMA integrity_check(10)"));
    while (true) {
      TRY_ASSIGN(const bool row, check.Step());
      if (!row) {
        return {};
      }
      if (check.Text(0) != "ok") {
        Report("SQLite says: " + std::string(check.Text(0)));
      }
    }
  }

  /// Columns that always hold a number: where one turned into NULL, readers would take it for 0.
  Status CheckNumbers(db::Database& database) {
    struct Numbers {
      const char* table;
      const char* columns;
    };
    constexpr std::array kNumbers = {
        Numbers{"frame", "entries+raw_bytes"},
        Numbers{"connection", "client_port+server_port+close_cause+protocol+flags+frame+entry"},
        Numbers{"exchange", "connection+began_ns+flags+parts+frame+entry"},
        Numbers{"message", "span_ns+body_bytes+extents+flags"},
        Numbers{"facts", "frame+entry"},
        Numbers{"extent", "frame+entry+bytes"},
        Numbers{"gap", "part+body_offset+flow_offset+length+revealed_ns+cause"},
        Numbers{"interim", "at_ns+status"},
        Numbers{"loss", "cause+from_ns+until_ns+packets+bytes+exact+of_bytes+frame+entry"}};
    for (const auto& [table, columns] : kNumbers) {
      TRY_ASSIGN(const auto missing,
                 database.QueryInt(
                     fmt::format("SELECT count(*) FROM {} WHERE {} IS NULL", table, columns)));
      if (missing.value_or(0) > 0) {
        Report(fmt::format("{} of table {} without a number where there must be one",
                           *missing == 1 ? "a row" : "some rows", table));
      }
    }
    return {};
  }

  Status CheckTexts(SegmentConnection& connection) {
    TRY_ASSIGN(const auto known, connection.database().QueryInt(
                                     "SELECT 1 FROM sqlite_schema WHERE name='text_block'"));
    if (!known) {
      return {};
    }
    TRY_ASSIGN(db::Statement blocks,
               connection.database().Prepare("SELECT first, data FROM text_block ORDER BY first"));
    while (true) {
      TRY_ASSIGN(const bool row, blocks.Step());
      if (!row) {
        return {};
      }
      const auto texts =
          ReadTextBlock(blocks.Blob(1), blocks.Int(0), connection.cipher(), zstd_, raw_);
      if (!texts && texts.error().code != ErrorCode::kPermission) {
        Report(fmt::format("the texts from {} on: {}", blocks.Int(0), texts.error().what));
      }
    }
  }

  /// The file lies where it says that it belongs.
  Status CheckAttempt(db::Database& database) {
    TRY_ASSIGN(const std::string recorder,
               database.QueryText("SELECT value FROM attempt WHERE key='recorder'"));
    TRY_ASSIGN(const auto attempt,
               database.QueryInt("SELECT value FROM attempt WHERE key='attempt'"));
    TRY_ASSIGN(const auto segment,
               database.QueryInt("SELECT value FROM attempt WHERE key='segment'"));
    if (recorder != task_.attempt.recorder || attempt != task_.attempt.attempt ||
        segment != task_.number) {
      Report(fmt::format("it says that it is {}/{:04}/{:06}", recorder, attempt.value_or(0),
                         segment.value_or(0)));
    }
    return {};
  }

  /// `row` has id, entries and raw_bytes. Without `rows` the entries are only decoded.
  Status CheckFrame(const db::Statement& row, Bytes data, SegmentConnection& connection,
                    RowChecker* rows) {
    const int64_t id = row.Int(0);
    if (id != last_frame_ + 1) {
      Report(fmt::format("frames {} to {} are missing", last_frame_ + 1, id - 1));
    }
    last_frame_ = id;
    ++report_.frames;
    const Result<FrameHeader> header = UnpackFrame(data, zstd_, raw_, connection.cipher(), id);
    if (!header && header.error().code == ErrorCode::kPermission) {
      // Its rows cannot be compared with anything.
      bad_frames_.insert(id);
      ++report_.sealed_frames;
      return {};
    }
    if (!header) {
      bad_frames_.insert(id);
      Report(fmt::format("frame {}: {}{}", id, header.error().what,
                         rows == nullptr ? "" : AffectedInWords(connection.database(), id)));
      return {};
    }
    if (row.Unsigned(1) != header->entry_count || row.Unsigned(2) != header->raw_length) {
      Report(fmt::format("the row of frame {} says {} entries and {} bytes, its header {} and {}",
                         id, row.Unsigned(1), row.Unsigned(2), header->entry_count,
                         header->raw_length));
    }
    return CheckEntries(id, header->entry_count, rows);
  }

  Status CheckEntries(int64_t frame, uint32_t expected, RowChecker* rows) {
    Bytes rest = raw_.bytes();
    uint32_t count = 0;
    while (!rest.empty()) {
      const Result<EntryView> entry = TakeEntry(rest);
      if (!entry) {
        bad_frames_.insert(frame);
        Report(fmt::format("frame {}, entry {}: {}", frame, count, entry.error().what));
        break;
      }
      if (rows != nullptr) {
        TRY(rows->Entry({frame, count}, *entry));
      }
      ++count;
    }
    report_.entries += count;
    if (count != expected) {
      Report(fmt::format("frame {} holds {} entries, its header says {}", frame, count, expected));
    }
    return {};
  }

  /// "; it holds web1-0001-11 and 7 more exchanges".
  std::string AffectedInWords(db::Database& database, int64_t frame) const {
    std::string text;
    Result<db::Statement> rows = database.Prepare(
        "SELECT n FROM exchange WHERE frame=?1 UNION SELECT id/2 FROM message WHERE frame=?1 "
        "UNION SELECT message/2 FROM facts WHERE frame=?1 "
        "UNION SELECT message/2 FROM extent WHERE frame=?1");
    if (!rows) {
      return text;
    }
    rows->Bind(0, frame);
    int count = 0;
    for (Result<bool> row = rows->Step(); row && *row; row = rows->Step()) {
      if (count++ < kIdsNamed) {
        text +=
            (text.empty() ? "" : ", ") +
            FormatExchangeId({task_.attempt.recorder, task_.attempt.attempt, rows->Unsigned(0)});
      }
    }
    if (count > kIdsNamed) {
      text += fmt::format(" and {} more", count - kIdsNamed);
    }
    return text.empty() ? text : "; damaged with it: " + text;
  }

  Status CheckFramesInVisits() {
    while (true) {
      TRY_ASSIGN(SegmentConnection connection, Connect());
      const auto leave_at =
          std::chrono::steady_clock::now() + std::chrono::milliseconds(limits::kOpenSegmentHoldMs);
      TRY_ASSIGN(db::Statement frames,
                 connection.database().Prepare("SELECT id, entries, raw_bytes, data FROM frame "
                                               "WHERE id>? ORDER BY id"));
      frames.Bind(0, last_frame_);
      do {
        TRY_ASSIGN(const bool row, frames.Step());
        if (!row) {
          return {};
        }
        TRY(CheckFrame(frames, frames.Blob(3), connection, nullptr));
      } while (connection.immutable() || std::chrono::steady_clock::now() < leave_at);
    }
  }

  const SegmentTask& task_;
  std::string file_;
  VerifyReport report_;
  uint64_t more_damages_ = 0;
  int64_t last_frame_ = 0;
  std::set<int64_t> bad_frames_;
  codec::ZstdDecompressor zstd_;
  FrameBuffer raw_;
};

}  // namespace

std::string NameInLog(const AttemptKey& attempt) {
  return attempt.recorder + "/" + AttemptDirectoryName(attempt.attempt);
}

std::string NameInLog(const AttemptKey& attempt, const std::filesystem::path& path) {
  return fmt::format("{}/{}/{}", attempt.recorder, AttemptDirectoryName(attempt.attempt),
                     path.filename().string());
}

bool IsOf(const Damage& damage, const AttemptKey& attempt) {
  const std::string directory = NameInLog(attempt);
  return damage.file == directory || damage.file.starts_with(directory + "/");
}

VerifyReport VerifySegment(const SegmentTask& task) { return SegmentVerifier(task).Run(); }

}  // namespace trafrec::store
