#include "store/writer/segment_writer.h"

#include <algorithm>

#include "base/check.h"
#include "store/files/files.h"
#include "store/limits.h"

namespace trafrec::store {
namespace {

/// What the rows of one exchange take in the file, for the size at which a segment ends.
constexpr uint64_t kRowBytes = 100;

}  // namespace

SegmentWriter::SegmentWriter(AttemptFacts facts, std::filesystem::path attempt_directory,
                             Compression compression, int compression_level, Encryption encryption)
    : facts_(std::move(facts)),
      encryption_(std::move(encryption)),
      directory_(std::move(attempt_directory)) {
  if (compression == Compression::kZstd) {
    zstd_.emplace(compression_level);
  }
}

Status SegmentWriter::OpenNext() {
  CHECK(!tables_);
  path_ = directory_ / SegmentFileName(segment_ + 1, SegmentState::kOpen);
  Result<SegmentTables> tables = SegmentTables::Create(path_, facts_, segment_ + 1, encryption_);
  if (!tables) {
    RemoveSegment(path_);  // the next try must find the name free
    return std::unexpected(std::move(tables).error());
  }
  if (Status synced = SyncDirectory(directory_); !synced) {
    {
      const SegmentTables closed = *std::move(tables);
    }
    RemoveSegment(path_);
    return synced;
  }
  tables_ = *std::move(tables);
  ++segment_;
  frame_id_ = committed_frame_id_ = 0;
  bytes_ = committed_bytes_ = 0;
  began_ns_.reset();
  first_began_ns_.reset();
  connections_.ForgetRows();
  return {};
}

Status SegmentWriter::Reopen(const SegmentFile& segment) {
  CHECK(!tables_);
  TRY_ASSIGN(SegmentTables tables, SegmentTables::Reopen(segment.path));
  TRY_ASSIGN(const auto last_frame, tables.database().QueryInt("SELECT max(id) FROM frame"));
  tables_ = std::move(tables);
  path_ = segment.path;
  segment_ = segment.number;
  frame_id_ = committed_frame_id_ = last_frame.value_or(0);
  return {};
}

Status SegmentWriter::OpenAfter(uint32_t last) {
  segment_ = last;
  return OpenNext();
}

Status SegmentWriter::BeginIfNeeded() {
  CHECK(tables_);
  return tables_->in_transaction() ? Status() : tables_->Begin();
}

Status SegmentWriter::Write(const Frame& frame) {
  TRY(BeginIfNeeded());
  // Its own connection entries first: what they bring need not be carried.
  for (const FrameRows::Connection& row : frame.rows.connections) {
    connections_.Remember(row.record);
  }
  TRY(CarryConnections(frame.rows));
  TRY(PutFrame(frame));
  if (!began_ns_) {
    began_ns_ = frame.last_ns;
  }
  return {};
}

Status SegmentWriter::PutFrame(const Frame& frame) {
  TRY(tables_->PutFrame(++frame_id_, frame));
  TRY(PutRows(frame));
  ++frames_;
  bytes_ += frame.bytes.size() + kRowBytes * frame.rows.exchanges.size();
  return {};
}

Status SegmentWriter::PutRows(const Frame& frame) {
  const FrameRows& rows = frame.rows;
  for (const FrameRows::Connection& row : rows.connections) {
    TRY(tables_->PutConnection(frame_id_, row));
  }
  for (const FrameRows::Extent& row : rows.extents) {
    TRY(tables_->PutExtent(frame_id_, row));
    parts_.NoteExtent(row.message, segment_);
  }
  TRY(PutMessageRows(rows));
  TRY(PutExchangeRows(rows));
  for (const FrameRows::Loss& row : rows.losses) {
    TRY(tables_->PutLoss(frame_id_, row, facts_.recorder));
  }
  for (const FrameRows::Sentinel& row : rows.sentinels) {
    TRY(tables_->PutSentinel(frame_id_, row));
  }
  for (const WatermarkRecord& row : rows.watermarks) {
    TRY(tables_->PutWatermark(row));
  }
  return PutLinkRows(rows);
}

Status SegmentWriter::PutMessageRows(const FrameRows& rows) {
  auto gap = rows.gaps.begin();
  std::span<const FrameRows::Message> left = rows.messages;
  while (!left.empty()) {
    // Up to the next update, which may be of one of them.
    const auto update = std::ranges::find(left, true, &FrameRows::Message::update);
    const auto run = left.first(static_cast<size_t>(update - left.begin()));
    // In the order of the table, where SQLite need not search for each one's place.
    sorted_.assign(run.begin(), run.end());
    std::ranges::sort(sorted_, {},
                      [](const FrameRows::Message& row) { return std::pair(row.id, row.entry); });
    TRY(tables_->PutMessages(frame_id_, sorted_));
    for (const FrameRows::Message& row : run) {
      parts_.NoteMessage(row.id, row.extents, segment_);
      TRY(PutGaps(row, gap));
    }
    left = left.subspan(run.size());
    if (!left.empty()) {
      const FrameRows::Message& row = left.front();
      TRY(tables_->PutFacts(frame_id_, row));
      TRY(tables_->DeleteGaps(row.id));
      parts_.NoteFacts(row.id, row.extents);
      TRY(PutGaps(row, gap));
      left = left.subspan(1);
    }
  }
  return {};
}

Status SegmentWriter::PutGaps(const FrameRows::Message& row,
                              std::vector<MessageGap>::const_iterator& gap) {
  for (uint32_t index = 0; index < row.gap_count; ++index) {
    TRY(tables_->PutGap(row.id, index, *gap++));
  }
  return {};
}

Status SegmentWriter::PutExchangeRows(const FrameRows& rows) {
  settled_.assign(rows.exchanges.begin(), rows.exchanges.end());
  for (FrameRows::Exchange& row : settled_) {
    const ExchangeParts::Finding finding = parts_.NoteExchange(row, segment_);
    row.parts = static_cast<uint8_t>(finding.parts);
    row.flags = finding.flags;
    exchanges_ += finding.first_row ? 1 : 0;
    if ((finding.parts & kPartReplaces) == 0) {
      last_began_ns_ = first_began_ns_ ? std::max(last_began_ns_, row.began_ns) : row.began_ns;
      first_began_ns_ = std::min(first_began_ns_.value_or(row.began_ns), row.began_ns);
    }
  }
  std::ranges::sort(settled_, {}, [](const FrameRows::Exchange& row) {
    return std::pair(row.number, row.entry);
  });
  TRY(tables_->PutExchanges(frame_id_, settled_, rows.texts));
  for (const FrameRows::Interim& row : rows.interim) {
    TRY(tables_->PutInterim(row));
  }
  return {};
}

Status SegmentWriter::PutLinkRows(const FrameRows& rows) {
  links_.clear();
  for (const FrameRows::Link& row : rows.links) {
    links_.push_back(&row);
  }
  std::ranges::sort(links_, {}, [](const FrameRows::Link* row) {
    return std::pair(row->record.exchange, row->entry);
  });
  return tables_->PutResultLinks(frame_id_, links_);
}

Status SegmentWriter::CarryConnections(const FrameRows& rows) {
  for (const FrameRows::Exchange& row : rows.exchanges) {
    if (const auto missing = connections_.TakeMissing(row.connection)) {
      own_builder_.Connection(*missing);
    }
  }
  return own_builder_.empty() ? Status() : WriteOwnFrame();
}

Status SegmentWriter::WriteLosses(std::span<const LossRecord> losses) {
  if (losses.empty()) {
    return {};
  }
  TRY(BeginIfNeeded());
  for (const LossRecord& loss : losses) {
    own_builder_.Loss(loss);
  }
  return WriteOwnFrame();
}

Status SegmentWriter::WriteOwnFrame() {
  std::unique_ptr<Frame> frame = own_builder_.Cut(std::move(own_spare_));
  PackFrame(*frame, zstd_ ? &*zstd_ : nullptr, scratch_);
  Status stored = PutFrame(*frame);
  own_spare_ = std::move(frame);
  return stored;
}

Status SegmentWriter::PutAttemptFact(std::string_view key, int64_t value) {
  TRY(BeginIfNeeded());
  return tables_->PutAttemptFact(key, value);
}

Status SegmentWriter::PutAttemptFact(std::string_view key, std::string_view value) {
  TRY(BeginIfNeeded());
  return tables_->PutAttemptFact(key, value);
}

Status SegmentWriter::PutCounters(const Counters& counters) {
  TRY(BeginIfNeeded());
  return tables_->PutCounters(counters);
}

Status SegmentWriter::PutTimeRange() {
  if (!first_began_ns_) {
    return {};
  }
  TRY(PutAttemptFact("first_began_ns", *first_began_ns_));
  return PutAttemptFact("last_began_ns", last_began_ns_);
}

Status SegmentWriter::Commit(const Marks& marks, const std::optional<Marks>& durable,
                             TimeNs packets_through) {
  TRY(BeginIfNeeded());
  TRY(tables_->PutMarks(marks, packets_through));
  if (durable) {
    TRY(tables_->PutDurableMarks(*durable));
  }
  return CommitAsIs();
}

Status SegmentWriter::CheckpointIfDue() {
  if (tables_->database().wal_pages() < limits::kWalPages) {
    return {};
  }
  TRY(tables_->database().Checkpoint());
  return {};
}

Status SegmentWriter::CommitAsIs() {
  TRY(tables_->Commit());
  parts_.Commit();
  committed_frame_id_ = frame_id_;
  committed_bytes_ = bytes_;
  committed_exchanges_ = exchanges_;
  committed_frames_ = frames_;
  return {};
}

void SegmentWriter::Rollback() {
  if (tables_) {
    tables_->Rollback();
  }
  parts_.Rollback();
  connections_.ForgetRows();
  frame_id_ = committed_frame_id_;
  bytes_ = committed_bytes_;
  exchanges_ = committed_exchanges_;
  frames_ = committed_frames_;
  if (frame_id_ == 0) {
    began_ns_.reset();
  }
}

std::pair<db::Database, std::filesystem::path> SegmentWriter::TakeSegment() {
  CHECK(tables_ && !tables_->in_transaction());
  db::Database database = SegmentTables::TakeDatabase(*std::move(tables_));
  tables_.reset();
  return {std::move(database), path_};
}

}  // namespace trafrec::store
