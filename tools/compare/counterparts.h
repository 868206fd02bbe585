#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "base/error.h"
#include "store/reader/log_reader.h"

namespace trafrec::tools {

/// What was sent in one request: an exchange of the source, or some of its items.
struct Sending {
  store::ExchangeId exchange;
  uint32_t first_item = 0;
  uint32_t items = 0;  ///< 0: all of it

  friend auto operator<=>(const Sending&, const Sending&) = default;
};

Sending SendingOf(const store::ResultLink& link);

/// The rows that a run's are compared with, asked for in roughly their order, as a run has them:
/// their log is read once, a window ahead, instead of being searched for each. What is not in the
/// window is searched. One thread; the reader must outlive it.
class Counterparts {
 public:
  /// Of the source's log, or (`of_run`) of another run of it.
  Counterparts(store::LogReader& log, bool of_run) : log_(log), of_run_(of_run) {}

  /// Each once, or again by a search. Nothing: there is none. What was sent in parts has the whole
  /// for its counterpart in the source's log, and the same part in another run.
  Result<std::optional<store::ExchangeRow>> Take(const Sending& sending);
  /// Searches.
  Result<std::optional<store::ExchangeRow>> Find(const Sending& sending);
  /// Reads to the end. How many rows the log has.
  Result<uint64_t> CountAll();

 private:
  Result<std::optional<store::ExchangeRow>> Next();
  /// What a row is found by.
  Sending KeyOf(const store::ExchangeRow& row) const;
  Status ReadUntil(const Sending& key);
  Result<std::optional<store::ExchangeRow>> FindInRun(const Sending& sending);

  store::LogReader& log_;
  const bool of_run_;
  std::unique_ptr<store::ExchangeCursor> cursor_;
  uint64_t read_ = 0;
  std::map<Sending, store::ExchangeRow> ahead_;
  std::deque<Sending> order_;  ///< of those read, the oldest first
};

}  // namespace trafrec::tools
