#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "reconcile/boundary/decision.h"
#include "reconcile/history/facts.h"
#include "reconcile/routing/index_settings.h"
#include "replay/dialect/dialect.h"
#include "store/reader/log_reader.h"

// The requests of a log by which a backfill was taken.

namespace trafrec::reconcile {

enum class Method : uint8_t {
  kSnapshot,
  kScroll,  ///< a scroll over a whole index; reindexing from remote is one at the source
};

std::string_view NameOf(Method method);

/// A part of a backfill that was taken as of one instant.
struct CopiedPart {
  std::vector<std::string> indices{};  ///< names or patterns, "-x" takes out; none: all
  store::ExchangeId taken_by{};
  TimeNs began = 0;  ///< what was answered before is in it
  /// What began later is not in it. The greatest time: the log does not say.
  TimeNs ended = std::numeric_limits<TimeNs>::max();
  std::optional<int64_t> total{};    ///< documents, where that was said
  std::optional<uint32_t> shards{};  ///< of a scroll's index

  bool Has(std::string_view index) const;
};

struct Backfill {
  Method method = Method::kSnapshot;
  std::string name{};  ///< of the snapshot: "repository/name"; of scrolls their indices
  std::vector<CopiedPart> parts{};
  std::vector<store::ExchangeId> own{};    ///< its requests: no replay sends them
  std::vector<store::ExchangeId> pages{};  ///< of scrolls: whose answers show documents
  std::vector<std::string> notes{};        ///< on what is no part of it, and could be taken for one
  // Of the whole log, by the way:
  std::vector<IndexSettings> settings{};
  std::optional<VersionId> product{};
  int64_t longest_answer_ns = 0;

  /// Null: it does not hold that index.
  const CopiedPart* PartOf(std::string_view index) const;
};

/// Which of the backfills in a log is meant, as far as that was said.
struct BackfillWish {
  std::optional<Method> method{};
  std::vector<store::ExchangeId>
      taken_by{};          ///< of several scrolls, all of them; none: whatever is there
  std::string snapshot{};  ///< its name: the one that was restored
};

/// Looks for the requests that took it: a snapshot, or a scroll for each index. An Error if there
/// are none, several, or if it failed or is a part only: it names them.
Result<Backfill> FindBackfill(store::LogReader& log, const dialect::Dialect& dialect,
                              const BackfillWish& wish);

}  // namespace trafrec::reconcile
