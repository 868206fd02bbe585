#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "base/counters.h"
#include "store/codec/zstd_codec.h"
#include "store/files/log_layout.h"
#include "store/format/exchange_parts.h"
#include "store/writer/connection_memory.h"
#include "store/writer/frame_builder.h"
#include "store/writer/log_writer.h"
#include "store/writer/segment_tables.h"

namespace trafrec::store {

/// Writes frames and their rows into one segment after another, and keeps what must be known across
/// segments. Owns the SQLite handle of the open one; writer thread only. After a failed call,
/// Rollback brings it back to the last commit; the segment stays usable.
class SegmentWriter {
 public:
  SegmentWriter(AttemptFacts facts, std::filesystem::path attempt_directory,
                Compression compression, int compression_level, Encryption encryption = {});

  /// What is recorded from now on, as a fact of the segments that are opened from now on.
  void SetSource(std::string source) { facts_.source = std::move(source); }
  /// Opens the next segment; there must be none open.
  Status OpenNext();
  /// Opens what a dead live attempt left open, to add its last rows.
  Status Reopen(const SegmentFile& segment);
  /// Opens the segment behind that number.
  Status OpenAfter(uint32_t last);
  bool open() const { return tables_.has_value(); }

  /// Stores the frame and its rows. Adds a frame of its own before if exchanges refer to
  /// connections that this segment does not know yet.
  Status Write(const Frame& frame);
  /// Frames are missing: exchanges are looked through for messages that went with them.
  void NoteLoss() { parts_.NoteLoss(); }
  /// Loss rows of the writer itself, with a frame of their own.
  Status WriteLosses(std::span<const LossRecord> losses);
  Status PutAttemptFact(std::string_view key, int64_t value);
  Status PutAttemptFact(std::string_view key, std::string_view value);
  Status PutCounters(const Counters& counters);
  /// first_began_ns and last_began_ns: lets a reader leave out a segment without a look at its
  /// rows.
  Status PutTimeRange();
  /// With the marks that hold then, and those that survive a power loss already. The transaction
  /// was begun by the first call since the last one.
  Status Commit(const Marks& marks, const std::optional<Marks>& durable, TimeNs packets_through);
  /// Leaves the marks as they are.
  Status CommitAsIs();
  void Rollback();

  /// Makes what was committed survive a power loss.
  Status Sync() { return tables_->database().SyncWal(); }
  /// Keeps the WAL short, when it has grown long.
  Status CheckpointIfDue();

  /// Gives the committed segment away, to be sealed.
  std::pair<db::Database, std::filesystem::path> TakeSegment();

  /// Stored bytes of the open segment, about; depends on its content alone.
  uint64_t segment_bytes() const { return bytes_; }
  /// Packet time of its first frame, from which its age counts; nothing while it is empty.
  std::optional<TimeNs> segment_began_ns() const { return began_ns_; }
  uint64_t uncommitted_bytes() const { return bytes_ - committed_bytes_; }
  uint32_t segments() const { return segment_; }
  /// Exchanges of which a row was stored, each counted once; frames; both with the uncommitted.
  uint64_t exchanges() const { return exchanges_; }
  uint64_t frames() const { return frames_; }

 private:
  Status BeginIfNeeded();
  Status PutFrame(const Frame& frame);
  Status PutRows(const Frame& frame);
  Status PutMessageRows(const FrameRows& rows);
  /// `gap` goes on behind them.
  Status PutGaps(const FrameRows::Message& row, std::vector<MessageGap>::const_iterator& gap);
  Status PutExchangeRows(const FrameRows& rows);
  Status PutLinkRows(const FrameRows& rows);
  /// The connections that `rows` mention and this segment does not hold.
  Status CarryConnections(const FrameRows& rows);
  Status WriteOwnFrame();

  AttemptFacts facts_;
  const Encryption encryption_;
  const std::filesystem::path directory_;
  std::optional<codec::ZstdCompressor> zstd_;
  FrameBuffer scratch_;
  FrameBuilder own_builder_{std::make_unique<Frame>()};
  std::unique_ptr<Frame> own_spare_ = std::make_unique<Frame>();

  std::optional<SegmentTables> tables_;
  std::filesystem::path path_;
  uint32_t segment_ = 0;
  int64_t frame_id_ = 0;
  int64_t committed_frame_id_ = 0;
  uint64_t bytes_ = 0;
  uint64_t committed_bytes_ = 0;
  std::optional<TimeNs> began_ns_;
  std::vector<FrameRows::Exchange> settled_;   // of the frame that is written
  std::vector<FrameRows::Message> sorted_;     // likewise
  std::vector<const FrameRows::Link*> links_;  // likewise, sorted
  std::optional<TimeNs> first_began_ns_;
  TimeNs last_began_ns_ = 0;
  uint64_t exchanges_ = 0;
  uint64_t committed_exchanges_ = 0;
  uint64_t frames_ = 0;
  uint64_t committed_frames_ = 0;
  ConnectionMemory connections_;
  ExchangeParts parts_;
};

}  // namespace trafrec::store
