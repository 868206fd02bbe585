#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/counters.h"
#include "store/db/database.h"
#include "store/db/many_rows.h"
#include "store/format/encryption.h"
#include "store/format/frame.h"
#include "store/format/records.h"
#include "store/format/segment_cipher.h"
#include "store/writer/text_table.h"

namespace trafrec::store {

/// What a segment says about its attempt.
struct AttemptFacts {
  std::string log_id;
  std::string recorder;
  uint32_t attempt = 0;
  std::string version;
  std::string source;
  std::string job;
  bool live = false;
  std::string durability;  ///< of a live one: normal, full
  TimeNs started_at = 0;   ///< wall clock
};

/// The tables of one open segment: its SQLite connection, one prepared statement a table, and the
/// ids of the texts. Knows rows, not what they mean. After a failed call the transaction must be
/// rolled back. Writer thread only.
class SegmentTables {
 public:
  /// Makes the file with its schema and attempt facts. Live: WAL, so that others can read it. A
  /// finite job: a rollback journal in memory and an exclusive lock, because its file counts only
  /// once it is whole, and a full disk must still be rolled back.
  /// Encrypted, it gets a data key of its own, which is stored for the recipients alone.
  static Result<SegmentTables> Create(const std::filesystem::path& path, const AttemptFacts& facts,
                                      uint32_t segment, const Encryption& encryption);
  /// Opens what a dead live attempt left, to add its last rows. Nobody has the key of an encrypted
  /// one: what is added is clear, and may only be losses.
  static Result<SegmentTables> Reopen(const std::filesystem::path& path);

  Status Begin();
  Status Commit();
  /// Never fails: what cannot be rolled back was never written.
  void Rollback();
  bool in_transaction() const { return database_.in_transaction(); }

  /// `id`: 1, 2, … in this segment; its rows point to it.
  Status PutFrame(int64_t id, const Frame& frame);
  /// The rows of message entries, none of them an update.
  Status PutMessages(int64_t frame, std::span<const FrameRows::Message> rows);
  /// The row of a facts entry: changes the message's row, or adds one without head and frame.
  Status PutFacts(int64_t frame, const FrameRows::Message& row);
  Status PutGap(MessageId message, uint32_t index, const MessageGap& gap);
  Status DeleteGaps(MessageId message);
  Status PutExtent(int64_t frame, const FrameRows::Extent& row);
  /// `texts` has what they point into.
  Status PutExchanges(int64_t frame, std::span<const FrameRows::Exchange> rows,
                      std::string_view texts);
  Status PutInterim(const FrameRows::Interim& row);
  Status PutConnection(int64_t frame, const FrameRows::Connection& row);
  Status PutLoss(int64_t frame, const FrameRows::Loss& row, std::string_view recorder);
  Status PutSentinel(int64_t frame, const FrameRows::Sentinel& row);
  Status PutWatermark(const WatermarkRecord& row);
  Status PutResultLinks(int64_t frame, std::span<const FrameRows::Link* const> rows);
  Status PutMarks(const Marks& marks, TimeNs packets_through);
  Status PutDurableMarks(const Marks& marks);
  Status PutCounters(const Counters& counters);
  Status PutAttemptFact(std::string_view key, int64_t value);
  Status PutAttemptFact(std::string_view key, std::string_view value);

  db::Database& database() { return database_; }
  /// Ends the statements and gives the connection away, to be sealed.
  static db::Database TakeDatabase(SegmentTables tables);

 private:
  explicit SegmentTables(db::Database database) : database_(std::move(database)) {}
  Status Encrypt(const AttemptFacts& facts, uint32_t segment, const Encryption& encryption);
  Status PrepareStatements();
  Status PutMark(std::string_view name, int64_t value);

  std::unique_ptr<SegmentCipher> cipher_;  // null: nothing is encrypted
  bool encrypts_addresses_ = false;
  FrameBuffer encrypted_;
  db::Database database_;
  db::Statement put_frame_;
  db::ManyRows<9> put_messages_;
  db::Statement update_message_;
  db::Statement add_message_;
  db::Statement put_facts_;
  db::Statement put_gap_;
  db::Statement delete_gaps_;
  db::Statement put_extent_;
  db::ManyRows<12> put_exchanges_;
  db::Statement put_interim_;
  db::Statement put_connection_;
  db::Statement put_loss_;
  db::Statement put_sentinel_;
  db::Statement put_watermark_;
  db::ManyRows<16> put_result_links_;
  db::Statement put_mark_;
  db::Statement put_counter_;
  TextTable texts_;
};

}  // namespace trafrec::store
