#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "base/counters.h"
#include "base/error.h"
#include "store/format/records.h"
#include "store/writer/log_writer.h"

namespace trafrec::store {

/// What the writer thread tells other threads, and they tell it. Thread-safe.
class WriterStatus {
 public:
  Marks written() const { return Get(written_); }
  Marks durable() const { return Get(durable_); }
  std::optional<Error> trouble() const { return Get(trouble_); }
  std::optional<Error> past_trouble() const { return Get(past_trouble_); }
  std::optional<Error> unsynced() const { return Get(unsynced_); }
  LogWriterSummary summary() const { return Get(summary_); }
  Counters counters() const { return Get(counters_); }

  void SetCounters(Counters counters);
  /// The latest, unless they were taken before.
  std::optional<Counters> TakeNewCounters();

  /// Say so before that frame is pushed: its arrival is committed at once.
  void WantCommit(uint64_t sequence);
  /// Someone waits for a frame that was taken, up to `taken`, and is not settled.
  bool commit_wanted(uint64_t taken) const;
  /// Waits until the frame of that sequence number, and all before, are committed or lost.
  void WaitSettled(uint64_t sequence);
  void Settle(uint64_t sequence);

  /// What is recorded from now on, unless it was taken before.
  void SetSource(std::string source);
  std::optional<std::string> TakeNewSource();

  void CountSegment();
  /// `counted` has all but the number of segments.
  void OnCommit(const Marks& written, const LogWriterSummary& counted);
  void OnSync(const Marks& durable);
  void NoteTrouble(const Error& error);
  void NoteUnsynced(const Error& error);

 private:
  template <typename T>
  T Get(const T& value) const {
    const std::lock_guard lock(mutex_);
    return value;
  }

  mutable std::mutex mutex_;
  std::condition_variable settled_changed_;
  Marks written_;
  Marks durable_;
  std::optional<Error> trouble_;
  std::optional<Error> past_trouble_;
  std::optional<Error> unsynced_;
  LogWriterSummary summary_;
  Counters counters_;
  bool counters_changed_ = false;
  std::optional<std::string> new_source_;
  uint64_t settled_ = 0;
  uint64_t commit_wanted_ = 0;
};

}  // namespace trafrec::store
