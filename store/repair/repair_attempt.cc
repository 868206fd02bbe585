#include "store/repair/repair_attempt.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include "store/codec/zstd_codec.h"
#include "store/repair/repair_chain.h"
#include "store/repair/repair_encrypted.h"
#include "store/repair/repair_source.h"
#include "store/verify/verify_segment.h"
#include "store/writer/frame_builder.h"
#include "store/writer/seal.h"
#include "store/writer/segment_writer.h"

// Rebuilding an attempt.
//
// The frames are the truth and carry checksums, so a frame is either right or left out; the rows
// are made from the entries, by the same code that made them first. What was lost between two good
// frames is treated as a recorder treats what a full disk took: exchanges whose messages are gone
// say so, and a loss row covers the time. Rejected: to believe the rows of a damaged frame. Nothing
// guards them, and the damage may have reached them too.

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;

/// Adds the entries of a frame to a builder, for their rows. `first_ns`: its least time, for
/// entries that have none.
Status AddEntries(Bytes raw, TimeNs first_ns, FrameBuilder& builder) {
  while (!raw.empty()) {
    TRY_ASSIGN(const EntryView view, TakeEntry(raw));
    switch (view.kind) {
      case EntryKind::kMessage: {
        TRY_ASSIGN(const MessageEntry entry, DecodeMessage(view));
        builder.Message({entry.id, entry.connection, entry.facts, entry.head, entry.body,
                         entry.trailers, entry.extents});
        break;
      }
      case EntryKind::kMessageFacts: {
        TRY_ASSIGN(const MessageEntry entry, DecodeMessage(view));
        builder.Facts(entry.id, entry.facts, entry.trailers, entry.extents);
        break;
      }
      case EntryKind::kExtent: {
        TRY_ASSIGN(const ExtentEntry entry, DecodeExtent(view));
        builder.Extent(entry.id, entry.index, entry.body, first_ns);
        break;
      }
      case EntryKind::kExchange: {
        TRY_ASSIGN(const ExchangeRecord record, DecodeExchange(view));
        builder.Exchange(record);
        break;
      }
      case EntryKind::kConnection: {
        TRY_ASSIGN(const ConnectionRecord record, DecodeConnection(view));
        builder.Connection(record);
        break;
      }
      case EntryKind::kLoss: {
        TRY_ASSIGN(const LossRecord record, DecodeLoss(view));
        builder.Loss(record);
        break;
      }
      case EntryKind::kSentinel: {
        TRY_ASSIGN(const SentinelRecord record, DecodeSentinel(view));
        builder.Sentinel(record);
        break;
      }
      case EntryKind::kWatermark: {
        TRY_ASSIGN(const WatermarkRecord record, DecodeWatermark(view));
        builder.Watermark(record);
        break;
      }
      case EntryKind::kResultLink: {
        TRY_ASSIGN(const ResultLink link, DecodeResultLink(view));
        builder.Link(link, first_ns);
        break;
      }
      default:
        builder.Unknown();
        break;
    }
  }
  return {};
}

class AttemptRebuild {
 public:
  AttemptRebuild(const AttemptKey& attempt, const fs::path& to, const Identities& identities,
                 RepairReport& report)
      : attempt_(attempt), to_(to), identities_(identities), report_(report) {}

  Status Run(const std::vector<SegmentFile>& segments) {
    TRY(ReadFacts(segments));
    if (!facts_) {
      for (const SegmentFile& segment : segments) {
        LeaveOut(segment.path, "nothing in it can be read", {});
      }
      return {};
    }
    if (encrypted_) {
      return CopyEncryptedAttempt(attempt_, *facts_, segments, to_, identities_, report_);
    }
    SegmentWriter writer(*facts_, to_, Compression::kZstd, 1);
    writer.NoteLoss();  // what an earlier loss took out of the rows must stay out
    return RepairInOrder(segments, to_,
                         [&](uint32_t number, const SegmentFile* segment, bool last) {
                           return Rebuild(number, segment, last, writer);
                         });
  }

 private:
  /// Of any segment that has them: they are repeated in each.
  Status ReadFacts(const std::vector<SegmentFile>& segments) {
    for (const SegmentFile& segment : segments) {
      Result<SegmentConnection> connection =
          ConnectSegment(segment.path.parent_path(), segment.number);
      const auto text = [&](const char* key) {
        return connection->database()
            .QueryText(fmt::format("SELECT value FROM attempt WHERE key='{}'", key))
            .value_or(std::string());
      };
      if (connection && text("recorder") == attempt_.recorder) {
        facts_ = AttemptFacts{.log_id = text("log_id"),
                              .recorder = attempt_.recorder,
                              .attempt = attempt_.attempt,
                              .version = text("version"),
                              .source = text("source"),
                              .job = text("job"),
                              .live = text("live") == "1",
                              .durability = text("durability"),
                              .started_at = std::atoll(text("started_ns").c_str())};
        encrypted_ = !text("encryption").empty();
        last_good_ = facts_->live ? facts_->started_at : 0;
        return {};
      }
    }
    return {};
  }

  void LeaveOut(const fs::path& path, std::string what, std::vector<std::string> exchanges) {
    report_.left_out.push_back({NameInLog(attempt_, path), std::move(what), std::move(exchanges)});
  }

  /// Null: a segment of which nothing is there.
  Status Rebuild(uint32_t number, const SegmentFile* segment, bool is_last, SegmentWriter& writer) {
    if (segment == nullptr) {
      LeaveOut(to_ / SegmentFileName(number, SegmentState::kSealed), "it is missing", {});
    }
    TRY(writer.OpenAfter(number - 1));
    std::optional<SegmentConnection> source;
    if (segment != nullptr) {
      Result<SegmentConnection> connection =
          ConnectSegment(segment->path.parent_path(), segment->number);
      if (connection) {
        source.emplace(*std::move(connection));
      } else if (connection.error().code != ErrorCode::kNotFound) {
        LeaveOut(segment->path, connection.error().what, {});
      }
    }
    if (source) {
      TRY(TakeFrames(*segment, source->database(), writer));
    } else {
      BeginHole();
    }
    bool ended = false;
    if (source) {
      TRY_ASSIGN(ended, TakeFacts(source->database(), writer));
    }
    if (is_last) {
      TRY(End(ended, writer));
    }
    TRY(writer.PutAttemptFact("repaired_ns", WallClockNow()));
    TRY(writer.PutTimeRange());
    TRY(writer.CommitAsIs());
    auto [database, path] = writer.TakeSegment();
    {
      const db::Database closed = std::move(database);
    }
    TRY_ASSIGN(const bool sealed, SealSegment(path));
    return sealed ? Status()
                  : Fail(ErrorCode::kInUse, path.string() + " is held by a reader",
                         "repair into a folder that nothing reads");
  }

  /// Of the end nobody knows when it was, if nothing of it can be read.
  Status End(bool known, SegmentWriter& writer) {
    TRY(CloseHole(known ? std::max(last_good_, packets_through_) : WallClockNow(), writer));
    if (known || facts_->live) {
      return {};
    }
    // Without it a finite job would count as one that never ended.
    TRY(writer.PutAttemptFact("ended_ns", WallClockNow()));
    return writer.PutAttemptFact("error", "the end of this job was damaged, and repaired");
  }

  Status TakeFrames(const SegmentFile& segment, db::Database& database, SegmentWriter& writer) {
    const int64_t last = LastFrameOf(database);
    for (int64_t id = 1; id <= last; ++id) {
      const Result<std::unique_ptr<Frame>> frame = ReadFrame(database, id);
      if (!frame) {
        LeaveOut(segment.path, fmt::format("frame {}: {}", id, frame.error().what),
                 ExchangesIn(database, attempt_, id));
        BeginHole(database, id);
        continue;
      }
      // What was lost was put before this frame was cut. One of old facts alone says nothing of
      // that.
      if ((*frame)->last_ns > last_good_) {
        TRY(CloseHole((*frame)->last_ns, writer));
      }
      TRY(writer.Write(**frame));
      last_good_ = std::max(last_good_, (*frame)->last_ns);
      ++report_.frames;
    }
    return {};
  }

  Result<std::unique_ptr<Frame>> ReadFrame(db::Database& database, int64_t id) {
    TRY_ASSIGN(db::Statement row,
               database.Prepare("SELECT data, first_ns, last_ns FROM frame WHERE id=?"));
    row.Bind(0, id);
    TRY_ASSIGN(const bool found, row.Step());
    if (!found) {
      return Fail(ErrorCode::kCorrupt, "it is missing");
    }
    const Bytes stored = row.Blob(0);
    TRY_ASSIGN(const FrameHeader header, UnpackFrame(stored, zstd_, raw_));
    FrameBuilder builder(std::make_unique<Frame>());
    TRY(AddEntries(raw_.bytes(), row.Int(1), builder));
    if (builder.frame().entries != header.entry_count) {
      return Fail(ErrorCode::kCorrupt, "it does not hold as many entries as its header says");
    }
    std::unique_ptr<Frame> frame = builder.Cut(std::make_unique<Frame>());
    frame->raw_bytes = header.raw_length;
    frame->content.raw_bytes = header.raw_length;
    frame->bytes.Clear();
    frame->bytes.Append(stored);
    return frame;
  }

  void BeginHole() { hole_from_ = hole_from_.value_or(last_good_); }

  /// Its row may know of something in it that began long before.
  void BeginHole(db::Database& database, int64_t frame) {
    BeginHole();
    const auto first =
        database.QueryInt(fmt::format("SELECT first_ns FROM frame WHERE id={}", frame));
    if (first && first->value_or(0) > 0) {
      hole_from_ = std::min(*hole_from_, **first);
    }
  }

  Status CloseHole(TimeNs until, SegmentWriter& writer) {
    if (!hole_from_) {
      return {};
    }
    LossRecord loss;
    loss.cause = LossCause::kDamage;
    loss.from = std::min(*hole_from_, until);
    loss.until = std::max(*hole_from_, until);
    hole_from_.reset();
    return writer.WriteLosses({&loss, 1});
  }

  /// Marks, counters, and how the attempt ended: as far as they can be read. True: it ended there.
  Result<bool> TakeFacts(db::Database& database, SegmentWriter& writer) {
    bool ended = false;
    Marks marks;
    const auto mark = [&](const char* name) {
      return database.QueryInt(fmt::format("SELECT value FROM mark WHERE name='{}'", name))
          .value_or(std::nullopt)
          .value_or(0);
    };
    marks.exchanges_below = static_cast<ExchangeNumber>(mark("exchanges_below"));
    marks.requests_through = mark("requests_through");
    marks.answers_through = mark("answers_through");
    for (const char* key : {"ended_ns", "crashed_ns"}) {
      const auto value =
          database.QueryInt(fmt::format("SELECT value FROM attempt WHERE key='{}'", key));
      if (value && *value) {
        ended = true;
        TRY(writer.PutAttemptFact(key, **value));
      }
    }
    const auto error = database.QueryText("SELECT value FROM attempt WHERE key='error'");
    if (error && !error->empty()) {
      TRY(writer.PutAttemptFact("error", *error));
    }
    Counters counters;
    Result<db::Statement> rows = database.Prepare("SELECT name, part_of, value FROM counter");
    while (rows) {
      const Result<bool> row = rows->Step();
      if (!row || !*row) {
        break;
      }
      counters.push_back(
          {std::string(rows->Text(0)), std::string(rows->Text(1)), rows->Unsigned(2)});
    }
    TRY(writer.PutCounters(counters));
    packets_through_ = mark("packets_through");
    TRY(writer.Commit(marks, std::nullopt, packets_through_));
    return ended;
  }

  const AttemptKey& attempt_;
  const fs::path& to_;
  const Identities& identities_;
  RepairReport& report_;
  bool encrypted_ = false;
  std::optional<AttemptFacts> facts_;
  std::optional<TimeNs> hole_from_;  // nothing was taken over since
  TimeNs last_good_ = 0;
  TimeNs packets_through_ = 0;
  codec::ZstdDecompressor zstd_;
  FrameBuffer raw_;
};

}  // namespace

Status RebuildAttempt(const AttemptKey& attempt, const std::vector<SegmentFile>& segments,
                      const std::filesystem::path& to, const Identities& identities,
                      RepairReport& report) {
  return AttemptRebuild(attempt, to, identities, report).Run(segments);
}

}  // namespace trafrec::store
