#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "replay/order/scheduler.h"

namespace trafrec::order {

/// What happened at a made-up source, with few places, so that much is in conflict.
struct HistoryOptions {
  uint32_t connections = 8;
  uint32_t recorders = 1;
  TimeNs clock_error_ns = 0;  ///< their clocks differ by less
  bool commits = true;        ///< answers name the sequence numbers of documents
  int answers_percent = 95;
};

/// Operations by the time at which they began, some of them several to a request, of a source that
/// carried each out at one moment between its request and its answer.
std::vector<SourceOperation> MakeHistory(std::mt19937_64& random, size_t count,
                                         const HistoryOptions& options);

/// The rule, said in another way than the scheduler's: of two operations by themselves, by their
/// places in the history.
bool MustWait(std::span<const SourceOperation> history, size_t later_at, size_t earlier_at,
              TimeNs clock_error_ns);

}  // namespace trafrec::order
