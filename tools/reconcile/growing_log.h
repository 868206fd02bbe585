#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "reconcile/evidence/early_answers.h"
#include "reconcile/history/facts.h"
#include "store/reader/log_reader.h"

namespace trafrec::tools {

/// How far a log is that somebody may be writing.
struct LogProgress {
  bool ended = false;  ///< all who wrote it ended in good order
  /// Of what began before, outcomes are known; nothing: of all.
  std::optional<TimeNs> until{};
  bool nothing = true;  ///< nobody has begun
  std::string gone{};   ///< a recorder that died, and may come again; "": none
};

/// What is new in a log: exchanges without a known outcome, as soon as they are settled. One
/// thread.
class GrowingLog {
 public:
  static Result<std::unique_ptr<GrowingLog>> Open(const std::string& folder,
                                                  const store::Identities& identities);

  Result<LogProgress> Progress();
  /// Documents in question that have come since.
  Result<std::vector<reconcile::DocumentName>> NewDocuments(const std::string& dialect);
  /// The recorder's clock, as far as Progress and NewDocuments have shown it.
  const reconcile::RecorderClock& clock() const { return clock_; }

 private:
  GrowingLog(std::string folder, std::unique_ptr<store::LogReader> rows,
             std::unique_ptr<store::LogReader> log)
      : folder_(std::move(folder)), rows_(std::move(rows)), log_(std::move(log)) {}

  bool IsHere(const store::AttemptProgress& attempt) const;

  std::string folder_;
  std::unique_ptr<store::LogReader> rows_;  ///< only follows
  std::unique_ptr<store::LogReader> log_;
  std::set<store::ExchangeId> open_;  ///< that may still be answered
  std::map<std::string, bool> here_;  ///< whether a recorder's clock is this machine's
  reconcile::RecorderClock clock_{};
};

}  // namespace trafrec::tools
