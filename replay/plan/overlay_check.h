#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "replay/dialect/dialect.h"
#include "replay/message/http_message.h"
#include "store/overlay/overlay_reader.h"
#include "store/reader/log_reader.h"

namespace trafrec::plan {

/// Whether what an overlay says can be done with the requests of its log: before anything is sent,
/// and when it is put there. An Error names the operation. Verdicts and commit positions, which are
/// made from the log itself, are taken as they are; so is what the log does not hold in clear.
class OverlayCheck {
 public:
  /// A request may be taken for one of several dialects, as long as nobody has said which.
  OverlayCheck(store::LogReader& log, std::vector<const dialect::Dialect*> dialects)
      : log_(log), dialects_(std::move(dialects)) {}

  /// What is looked at: drops, moves and rewrites.
  static bool Concerns(const store::OverlayEntry& entry);
  /// Entries of one exchange, the whole first, then by item.
  Status Entries(std::span<const store::OverlayEntry> entries);
  /// All of an overlay. Loads each exchange that it changes in part.
  Status All(store::OverlayReader& overlay);

 private:
  struct Known {
    message::Request request;
    bool whole = false;  ///< nothing of it is missing
  };

  Result<std::optional<Known>> Load(const store::ExchangeId& id) const;
  dialect::Meaning MeaningOf(const dialect::Dialect& dialect, const Known& known) const;
  Status Items(std::span<const store::OverlayEntry> entries, const dialect::Meaning& meaning) const;
  Status Fits(std::span<const store::OverlayEntry> entries, const Known& known,
              const dialect::Dialect& dialect) const;
  Status Other(const store::OperationAddress& other) const;

  store::LogReader& log_;
  const std::vector<const dialect::Dialect*> dialects_;
  store::OverlayReader* overlay_ = nullptr;  ///< where insertions are; null: nowhere
};

}  // namespace trafrec::plan
