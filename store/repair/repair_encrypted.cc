#include "store/repair/repair_encrypted.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "store/codec/zstd_codec.h"
#include "store/files/files.h"
#include "store/repair/repair_chain.h"
#include "store/repair/repair_rows.h"
#include "store/repair/repair_source.h"
#include "store/verify/verify_segment.h"
#include "store/writer/frame_builder.h"
#include "store/writer/seal.h"

// Repairing an encrypted attempt.
//
// Without a key nobody can make rows from entries, and nothing that is clear may reach a file. So
// frames, rows and the sealed keys are copied as they are, under their numbers: the encryption
// binds them to these. A frame that fails its checksum takes its rows with it, and a frame with the
// loss row that covers it stands in its place, so that the numbers go on. Rejected: to decrypt,
// make the rows and encrypt again. It needs a key where the damage is, which is the recorder's
// host.

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;

class EncryptedCopy {
 public:
  EncryptedCopy(const AttemptKey& attempt, const AttemptFacts& facts, const fs::path& to,
                const Identities& identities, RepairReport& report)
      : attempt_(attempt),
        facts_(facts),
        to_(to),
        identities_(identities),
        report_(report),
        last_good_(facts.live ? facts.started_at : 0) {}

  Status Run(const std::vector<SegmentFile>& segments) {
    return RepairInOrder(
        segments, to_, [&](uint32_t number, const SegmentFile* segment, bool last) -> Status {
          if (segment != nullptr) {
            return Copy(*segment, last);
          }
          LeaveOut(to_ / SegmentFileName(number, SegmentState::kSealed), "it is missing", {});
          const auto next = std::ranges::upper_bound(segments, number, {}, &SegmentFile::number);
          return PutHole(number, next == segments.end() ? WallClockNow() : BeginOf(*next), last);
        });
  }

 private:
  /// A frame that is not copied, and the time that it may have held.
  struct Hole {
    int64_t frame;
    TimeNs from;
    TimeNs after;    ///< the frames before it end there
    TimeNs last_ns;  ///< as its row says
    std::optional<TimeNs> until{};
  };

  struct FrameTimes {
    TimeNs first_ns;
    TimeNs last_ns;
  };

  void LeaveOut(const fs::path& path, std::string what, std::vector<std::string> exchanges) {
    report_.left_out.push_back({NameInLog(attempt_, path), std::move(what), std::move(exchanges)});
  }

  Result<SegmentConnection> Connect(const SegmentFile& segment) const {
    return ConnectSegment(segment.path.parent_path(), segment.number, identities_);
  }

  /// The least that its frames say; now, if they say nothing.
  TimeNs BeginOf(const SegmentFile& segment) const {
    Result<SegmentConnection> source = Connect(segment);
    if (source) {
      const auto first = source->database().QueryInt("SELECT min(last_ns) FROM main.frame");
      if (first && first->value_or(0) > 0) {
        return **first;
      }
    }
    return WallClockNow();
  }

  Status Copy(const SegmentFile& segment, bool is_last) {
    Result<SegmentConnection> source = Connect(segment);
    if (!source && source.error().code == ErrorCode::kPermission) {
      return std::unexpected(source.error());  // the identity is nobody's
    }
    if (!source) {
      if (source.error().code != ErrorCode::kNotFound) {
        LeaveOut(segment.path, source.error().what, {});
      }
      return PutHole(segment.number, WallClockNow(), is_last);
    }
    TRY_ASSIGN(SegmentTables tables, Create(segment.number));
    db::Database& database = tables.database();
    TRY(database.Attach(source->database().path(), source->immutable(), "source"));
    TRY(tables.Begin());
    TRY_ASSIGN(std::vector<Hole> holes, CopyFrames(segment, *source, database));
    TRY(CopyRows(source->database(), database));
    TRY(RemoveWatermarks(holes, database));
    TRY(TakeOutLostMessages(database, [&](MessageId id) { return Earlier(id, segment.number); }));
    TRY_ASSIGN(const auto keys, database.QueryInt("SELECT count(*) FROM main.recipient"));
    if (keys == 0) {
      LeaveOut(segment.path, "the sealed keys of its recipients cannot be read: nobody can open it",
               {});
    }
    const bool ended = HasFact(database, "ended_ns") || HasFact(database, "crashed_ns");
    const TimeNs end = EndOf(database);
    for (const Hole& hole : holes) {
      TRY(PutLoss(tables, hole.frame, hole.from, hole.until.value_or(end)));
    }
    last_good_ = std::max(last_good_, end);
    return Finish(std::move(tables), segment.number, is_last && !ended);
  }

  Result<SegmentTables> Create(uint32_t number) const {
    return SegmentTables::Create(to_ / SegmentFileName(number, SegmentState::kOpen), facts_, number,
                                 {});
  }

  Result<std::vector<Hole>> CopyFrames(const SegmentFile& segment, SegmentConnection& source,
                                       db::Database& database) {
    std::vector<Hole> holes;
    const int64_t last = LastFrameOf(source.database());
    for (int64_t id = 1; id <= last; ++id) {
      const Result<FrameTimes> frame = CopyFrame(source, id, database);
      if (!frame && frame.error().code != ErrorCode::kCorrupt) {
        return std::unexpected(frame.error());
      }
      if (!frame) {
        LeaveOut(segment.path, fmt::format("frame {}: {}", id, frame.error().what),
                 ExchangesIn(source.database(), attempt_, id));
        const FrameTimes times = TimesOf(source.database(), id);
        holes.push_back(
            {.frame = id,
             .from = times.first_ns > 0 ? std::min(times.first_ns, last_good_) : last_good_,
             .after = last_good_,
             .last_ns = times.last_ns});
        continue;
      }
      ++report_.frames;
      // What was lost was put before this frame was cut. One of old facts alone says nothing of
      // that.
      if (frame->last_ns > last_good_) {
        for (Hole& hole : holes) {
          hole.until = hole.until.value_or(frame->last_ns);
        }
        last_good_ = frame->last_ns;
      }
    }
    return holes;
  }

  /// kCorrupt: it is not what it was.
  Result<FrameTimes> CopyFrame(SegmentConnection& source, int64_t id, db::Database& database) {
    TRY_ASSIGN(db::Statement row, source.database().Prepare(
                                      "SELECT data, first_ns, last_ns FROM main.frame WHERE id=?"));
    const Result<bool> found = row.Bind(0, id).Step();
    if (!found || !*found) {
      return Fail(ErrorCode::kCorrupt, found ? "it is missing" : found.error().what);
    }
    const FrameTimes times{row.Int(1), row.Int(2)};
    const Bytes data = row.Blob(0);
    const Result<FrameHeader> opened = UnpackFrame(data, zstd_, raw_, source.cipher(), id);
    // Of one that nobody can open here the checksum is right.
    if (!opened && opened.error().code != ErrorCode::kPermission) {
      return Fail(ErrorCode::kCorrupt, opened.error().what);
    }
    TRY_ASSIGN(const FrameHeader header, ReadFrameHeader(data));
    TRY_ASSIGN(db::Statement insert,
               database.Prepare("INSERT INTO main.frame VALUES(?,?,?,?,?,?)"));
    TRY(insert.Bind(0, id)
            .Bind(1, times.first_ns)
            .Bind(2, times.last_ns)
            .Bind(3, header.entry_count)
            .Bind(4, header.raw_length)
            .Bind(5, data)
            .Run());
    return times;
  }

  /// Their rows name no frame: those of the time of a lost one go with it.
  static Status RemoveWatermarks(const std::vector<Hole>& holes, db::Database& database) {
    for (const Hole& hole : holes) {
      TRY(database.Execute(fmt::format("DELETE FROM main.watermark WHERE at_ns>{} AND at_ns<={}",
                                       hole.after, hole.last_ns)));
    }
    return {};
  }

  /// As its row says, which may be readable though the frame is not right; 0: nobody knows.
  static FrameTimes TimesOf(db::Database& source, int64_t frame) {
    const auto time = [&](const char* column) {
      const auto value =
          source.QueryInt(fmt::format("SELECT {} FROM main.frame WHERE id={}", column, frame));
      return value ? value->value_or(0) : 0;
    };
    return {time("first_ns"), time("last_ns")};
  }

  EarlierMessage Earlier(MessageId id, uint32_t before) const {
    EarlierMessage message;
    for (uint32_t segment = before - 1; segment > 0; --segment) {
      Result<SegmentConnection> copy = ConnectSegment(to_, segment);
      if (!copy) {
        continue;
      }
      const auto number = [&](const char* sql) {
        const auto value = copy->database().QueryInt(fmt::format(fmt::runtime(sql), id));
        return value ? value->value_or(0) : 0;
      };
      message.there = message.there ||
                      number("SELECT count(*) FROM message WHERE id={} AND frame NOT NULL") > 0;
      message.extents_put =
          std::max(message.extents_put, number("SELECT extents FROM message WHERE id={}"));
      message.extents += number("SELECT count(*) FROM extent WHERE message={}");
    }
    return message;
  }

  static bool HasFact(db::Database& database, const char* key) {
    const auto found =
        database.QueryInt(fmt::format("SELECT count(*) FROM main.attempt WHERE key='{}'", key));
    return found && found->value_or(0) > 0;
  }

  /// How far the segment's recorder had come.
  TimeNs EndOf(db::Database& database) const {
    const auto through =
        database.QueryInt("SELECT value FROM main.mark WHERE name='packets_through' AND value>0");
    return through && *through ? std::max(**through, last_good_) : WallClockNow();
  }

  /// A segment of which nothing is there.
  Status PutHole(uint32_t number, TimeNs until, bool is_last) {
    TRY_ASSIGN(SegmentTables tables, Create(number));
    TRY(tables.Begin());
    TRY(PutLoss(tables, 1, last_good_, until));
    return Finish(std::move(tables), number, is_last);
  }

  Status PutLoss(SegmentTables& tables, int64_t frame_id, TimeNs from, TimeNs until) {
    LossRecord loss;
    loss.cause = LossCause::kDamage;
    loss.from = std::min(from, until);
    loss.until = std::max(from, until);
    FrameBuilder builder(std::make_unique<Frame>());
    builder.Loss(loss);
    const std::unique_ptr<Frame> frame = builder.Cut(std::make_unique<Frame>());
    PackFrame(*frame, nullptr, raw_);
    TRY(tables.PutFrame(frame_id, *frame));
    return tables.PutLoss(frame_id, frame->rows.losses.front(), attempt_.recorder);
  }

  Status Finish(SegmentTables tables, uint32_t number, bool end_is_lost) {
    if (end_is_lost && !facts_.live) {
      // Without it a finite job would count as one that never ended.
      TRY(tables.PutAttemptFact("ended_ns", WallClockNow()));
      TRY(tables.PutAttemptFact("error", "the end of this job was damaged, and repaired"));
    }
    TRY(tables.PutAttemptFact("repaired_ns", WallClockNow()));
    TRY(tables.Commit());
    {
      const db::Database closed = SegmentTables::TakeDatabase(std::move(tables));
    }
    TRY(SyncDirectory(to_));
    fs::path path = to_ / SegmentFileName(number, SegmentState::kOpen);
    TRY_ASSIGN(const bool sealed, SealSegment(path));
    if (!sealed) {
      return Fail(ErrorCode::kInUse, path.string() + " is held by a reader",
                  "repair into a folder that nothing reads");
    }
    NameWrongRows(number, path);
    return {};
  }

  /// Rows are copied as they are; with a key one can tell which are not those of their entries.
  void NameWrongRows(uint32_t number, const fs::path& path) {
    if (identities_ == nullptr) {
      return;
    }
    for (const Damage& damage :
         VerifySegment({attempt_, number, path, false, identities_}).damages) {
      LeaveOut(path, "copied as it is: " + damage.what, {});
    }
  }

  const AttemptKey& attempt_;
  const AttemptFacts& facts_;
  const fs::path& to_;
  const Identities& identities_;
  RepairReport& report_;
  TimeNs last_good_;
  codec::ZstdDecompressor zstd_;
  FrameBuffer raw_;
};

}  // namespace

Status CopyEncryptedAttempt(const AttemptKey& attempt, const AttemptFacts& facts,
                            const std::vector<SegmentFile>& segments, const fs::path& to,
                            const Identities& identities, RepairReport& report) {
  return EncryptedCopy(attempt, facts, to, identities, report).Run(segments);
}

}  // namespace trafrec::store
