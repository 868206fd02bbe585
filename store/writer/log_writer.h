#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/counters.h"
#include "base/error.h"
#include "base/time.h"
#include "store/crypto/signing.h"
#include "store/format/encryption.h"
#include "store/format/record_sink.h"
#include "store/format/result_link.h"
#include "store/format/sentinel_record.h"
#include "store/writer/log_limits.h"
#include "store/writer/store_progress.h"

namespace trafrec::store {

enum class Compression : uint8_t { kNone = 0, kZstd = 1 };

/// How much of a live recording a power loss may take: what the last second brought, or what is not
/// yet committed.
enum class Durability : uint8_t { kNormal, kFull };

struct LogWriterOptions : LogLimits {
  std::filesystem::path log;  ///< made, with its parents, if it does not exist
  std::string recorder;       ///< [a-z0-9][a-z0-9._-]{0,62}
  std::string version;        ///< of trafrec, kept as a fact of the attempt
  std::string source;         ///< "interface eth0 port 9200", "files a.pcap b.pcap": kept as a fact
  bool live = false;  ///< false: a finite job (--read); frames are cut by content only, so that two
                      ///< runs are equal
  Compression compression = Compression::kZstd;
  int compression_level = 1;
  unsigned compression_threads = 0;  ///< 0: as many as there are cores
  int64_t commit_interval_ms = 100;
  Durability durability = Durability::kNormal;
  std::string job;  ///< what a finite job reads: two with the same text did the same; empty: nobody
                    ///< can say
  std::shared_ptr<const crypto::SigningKey> signing_key;  ///< null: manifests are not signed
  Encryption encryption;                                  ///< to nobody: nothing is encrypted
  size_t queue_bytes_max = size_t{64} << 20;  ///< raw bytes between reassembly and the writer
  int64_t retry_pause_ms = 100;               ///< live, after a full disk; each try doubles it
  /// Of starts, ends and crashes; it may jump. Ages and intervals go by a clock that does not.
  std::function<TimeNs()> wall_clock = WallClockNow;
};

/// What a finished attempt put into the log.
struct LogWriterSummary {
  uint64_t exchanges = 0;
  uint64_t messages = 0;
  uint64_t frames = 0;
  uint64_t segments = 0;
  uint64_t raw_bytes = 0;
  uint64_t stored_bytes = 0;  ///< size of the sealed segment files
};

/// The writing end of a log: one attempt of one recorder. Owns the lock, the frames under
/// construction, the compression pool and the writer thread (sole owner of the SQLite handle).
/// Put…, Advance and pressure() are called by the reassembly thread only. For a file source Put…
/// waits when the queue is full; live it never waits: the record is counted as shed and a loss row
/// covers the time. Disk full (live): storing stops, losses are remembered, and it goes on when
/// there is room. Any error of a finite job is kept and returned by Close.
class LogWriter : public RecordSink {
 public:
  /// Opens or creates the log, takes the recorder's lock, and starts a new attempt with a kStart
  /// loss row. What a dead attempt left is recovered beside it (its open segments are sealed, a
  /// crash row added); Close waits for that.
  static Result<std::unique_ptr<LogWriter>> Open(const LogWriterOptions& options);

  /// A request that claimed to be a sentinel, and what the recorder made of it.
  virtual void PutSentinel(const SentinelRecord& sentinel) = 0;
  /// Of the exchange that is put next, whose number it has: the two come into one frame.
  virtual void PutResultLink(const ResultLink& link) = 0;
  /// Cuts the frame under construction and waits until all that was put is committed, or known to
  /// be lost.
  virtual void Drain() = 0;
  /// The latest accounting, those of counters() included; stored with the next commit and at Close.
  virtual void SetCounters(Counters counters) = 0;
  /// 0 … 1: how full the queue towards the disk, or the disk, is. The reassembly thread sheds by it
  /// when live.
  virtual double pressure() const = 0;
  /// Live: less space is free than free_bytes_min. Thread-safe.
  virtual bool saving_space() const = 0;
  /// False while a live recording cannot store (disk full); with the reason. Thread-safe.
  virtual std::optional<Error> trouble() const = 0;
  /// The last trouble, over or not: something was lost by it. Thread-safe.
  virtual std::optional<Error> past_trouble() const = 0;
  /// What has been committed so far: survives kill -9. Thread-safe.
  virtual Marks written() const = 0;
  /// What of it survives a power loss too. Thread-safe.
  virtual Marks durable() const = 0;
  /// The last reason why something that is written may not survive a power loss. Thread-safe.
  virtual std::optional<Error> unsynced() const = 0;
  /// Live: ends the open segment soon. Thread-safe.
  virtual void Rotate() = 0;
  /// Live: goes on within other limits soon. Thread-safe.
  virtual void SetLimits(const LogLimits& limits) = 0;
  /// How often the writer thread went round: one that stands still is stuck. Thread-safe.
  virtual uint64_t turns() const = 0;
  /// Live: something else is recorded from now on. Ends the open segment soon, so that each one
  /// says what it is a recording of. Thread-safe.
  virtual void SetSource(std::string source) = 0;
  /// The figures so far. Thread-safe.
  virtual LogWriterSummary summary() const = 0;
  /// Lags, segments, what is wrong with them. Thread-safe.
  virtual StoreProgress progress() const = 0;
  /// The store's own counters (messages and exchanges stored, shed by reason), as parts of the
  /// accounting. Thread-safe.
  virtual Counters counters() const = 0;

  /// Drains, writes the kStop row with packet time `ended_at`, seals. Call once, last.
  virtual Result<LogWriterSummary> Close(TimeNs ended_at) = 0;
};

}  // namespace trafrec::store
