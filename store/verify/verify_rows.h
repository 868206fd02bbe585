#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/error.h"
#include "store/db/database.h"
#include "store/format/entry_format.h"
#include "store/format/entry_place.h"
#include "store/reader/log_reader_files.h"

namespace trafrec::store {

/// The rows of one table in the order of their key, walked beside the entries of the frames, which
/// come in nearly the same order. Holds the rows that were passed and wait for their entry.
template <typename Row>
class RowWalk {
 public:
  using Read = std::function<Row(const db::Statement&)>;

  /// `statement` yields the key first, ascending.
  void Begin(db::Statement statement, Read read) {
    statement_ = std::move(statement);
    read_ = std::move(read);
    more_ = true;
  }

  /// The row of a key, or null if there is none, or it was settled.
  Result<Row*> Find(uint64_t key) {
    while (more_ && passed_ < key) {
      TRY(Pass());
    }
    const auto found = waiting_.find(key);
    return found == waiting_.end() ? nullptr : &found->second;
  }
  void Settle(uint64_t key) { waiting_.erase(key); }

  /// Reads to the end; the rows that no entry settled.
  Result<std::map<uint64_t, Row>> Rest() {
    while (more_) {
      TRY(Pass());
    }
    return std::map<uint64_t, Row>(waiting_.begin(), waiting_.end());
  }

 private:
  Status Pass() {
    TRY_ASSIGN(more_, statement_.Step());
    if (more_) {
      passed_ = statement_.Unsigned(0);
      waiting_.emplace(passed_, read_(statement_));
    }
    return {};
  }

  db::Statement statement_;
  Read read_;
  bool more_ = false;
  uint64_t passed_ = 0;
  std::unordered_map<uint64_t, Row> waiting_;
};

/// Compares a segment's rows with the entries they index. Entries are given in the order of frames;
/// Finish then finds the rows without an entry. What is wrong goes to `report` as a sentence.
class RowChecker {
 public:
  using Report = std::function<void(std::string)>;

  RowChecker(db::Database& database, AttemptKey attempt, Report report)
      : database_(database), attempt_(std::move(attempt)), report_(std::move(report)) {}

  Status Begin();
  /// Fails only if the segment cannot be read.
  Status Entry(const EntryPlace& place, const EntryView& view);
  /// `bad_frames`: rows that point there are not reported again.
  Status Finish(const std::set<int64_t>& bad_frames);

 private:
  struct ExchangeRecordRow {
    ExchangeRecord record;
    unsigned parts;
    EntryPlace place;
  };
  struct MessageRecordRow {
    EntryPlace place;
    EntryPlace facts_place;
    int64_t span_ns;
    uint64_t head_bytes;
    uint64_t body_bytes;
    uint32_t extents;
    Flags flags;
    std::optional<uint32_t> first_seq;
  };
  struct ConnectionRecordRow {
    ConnectionRecord record;
    std::string client_address;
    std::string server_address;
    std::string encapsulation;
    EntryPlace place;
  };
  struct LinkRow {
    ResultLink record;
    EntryPlace place;
  };
  struct WatermarkRow {
    TimeNs at;
    TimeNs requests_through;
    TimeNs answers_through;
    std::string hold;

    bool operator==(const WatermarkRow&) const = default;
  };

  Status Exchange(const EntryPlace& place, const EntryView& view);
  Status Message(const EntryPlace& place, const EntryView& view);
  Status Connection(const EntryPlace& place, const EntryView& view);
  Status Extent(const EntryPlace& place, const EntryView& view);
  Status Loss(const EntryPlace& place, const EntryView& view);
  void Sentinel(const EntryPlace& place, const EntryView& view);
  void Watermark(const EntryPlace& place, const EntryView& view);
  Status Link(const EntryPlace& place, const EntryView& view);
  Status Gaps(MessageId id, const MessageFacts& facts);
  Status Interim(const ExchangeRecord& record);
  Status BeginConnections();
  Status ReadLosses();
  Status ReadMarks();
  Status BeginLinks();
  Status Count(const char* table, uint64_t entries);
  void CompareExchange(const ExchangeRecordRow& row, const ExchangeRecord& record);
  /// True: `row_place` is this entry. Otherwise a newer entry must have taken its place.
  bool IsPlace(const std::string& of, const EntryPlace& row_place, const EntryPlace& place);

  std::string IdOf(ExchangeNumber number) const;
  std::string NameOf(MessageId id) const;
  template <typename T, typename U>
  void Compare(const std::string& of, const char* column, const T& row, const U& entry);

  db::Database& database_;
  AttemptKey attempt_;
  Report report_;
  RowWalk<ExchangeRecordRow> exchanges_;
  RowWalk<MessageRecordRow> messages_;
  RowWalk<ConnectionRecordRow> connections_;
  RowWalk<LinkRow> links_;
  std::map<EntryPlace, LossRecord> losses_;
  std::map<EntryPlace, SentinelRecord> sentinels_;
  std::vector<WatermarkRow> watermarks_;
  size_t watermarks_passed_ = 0;
  db::Statement extent_;
  db::Statement gaps_;
  db::Statement interim_;
  std::unordered_set<MessageId> unclaimed_;  // message entries whose exchange is still to come
  uint64_t extent_count_ = 0;
  uint64_t gap_count_ = 0;
  uint64_t interim_count_ = 0;
  uint64_t watermark_count_ = 0;
};

}  // namespace trafrec::store
