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

/// Rows of a log, asked for by their ids in roughly the log's order, as a run has them: the log is
/// read once, a window ahead, instead of being searched for each. What is not in the window is
/// searched. One thread; the reader must outlive it.
class SourceRows {
 public:
  explicit SourceRows(store::LogReader& log) : log_(log) {}

  /// Each once, or again by a search. Nothing: the log does not have it.
  Result<std::optional<store::ExchangeRow>> Take(const store::ExchangeId& id);
  /// Reads to the end. How many rows the log has.
  Result<uint64_t> CountAll();

 private:
  /// As many operations as a replay may hold are apart at most; 40 MB.
  static constexpr size_t kAhead = 65'536;

  Result<std::optional<store::ExchangeRow>> Next();
  Status ReadUntil(const store::ExchangeId& id);

  store::LogReader& log_;
  std::unique_ptr<store::ExchangeCursor> cursor_;
  uint64_t read_ = 0;
  std::map<store::ExchangeId, store::ExchangeRow> ahead_;
  std::deque<store::ExchangeId> order_;  ///< of those read, the oldest first
};

}  // namespace trafrec::tools
