#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/histogram.h"
#include "base/time.h"
#include "replay/ledger/records.h"

namespace trafrec::replay {

/// How far the target is behind the source, as echoes measure it, in all lives of the run.
class SourceLag {
 public:
  struct Sample {
    int64_t ns = 0;  ///< below 0: the clocks differ by more than was said
    TimeNs at = 0;   ///< when the echo was answered, by this machine's clock
  };

  /// What earlier lives kept in the ledger.
  void Recall(const std::map<std::string, int64_t>& counters,
              const std::map<std::string, std::string>& marks);
  /// An echo was answered; `batch` keeps it.
  void Add(const Sample& sample, ledger::Batch& batch);
  /// One that had no whole answer of 2xx, so that nothing was measured.
  void AddUnanswered(ledger::Batch& batch);

  const std::optional<Sample>& last() const { return last_; }
  const Histogram& spread() const { return spread_; }
  uint64_t unanswered() const { return unanswered_; }
  /// Echoes that came before what they echo: the clock offset is wrong.
  uint64_t negative() const { return negative_; }

 private:
  std::optional<Sample> last_;
  Histogram spread_;  ///< of those below 0: as 0
  uint64_t unanswered_ = 0;
  uint64_t negative_ = 0;
};

}  // namespace trafrec::replay
