#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "reconcile/boundary/backfill.h"
#include "replay/dialect/operation.h"
#include "replay/recorded/exchange_view.h"

namespace trafrec::reconcile {

/// A scroll over all documents of an index, as a log shows it.
struct RecordedScroll {
  std::string index{};  ///< the real one, or if it has no documents as its path names it
  std::set<std::string> indices{};  ///< of its documents, the first two
  store::ExchangeId taken_by{};
  TimeNs refreshed = 0;  ///< when the last refresh before it was asked for; 0: the log has none
  TimeNs opened = 0;     ///< its request's first byte
  TimeNs ended = 0;      ///< the first answer's first byte: later writes are not in it
  std::vector<store::ExchangeId> own{};
  std::vector<store::ExchangeId> pages{};  ///< those of `own` whose answers show documents
  uint64_t seen = 0;                       ///< documents
  std::optional<int64_t> total{};
  std::optional<uint32_t> shards{};  ///< of its index: a search asks one copy of each
  std::string trouble{};             ///< why it is no backfill
};

/// The scrolls of a log that want all documents of an index.
class ScrollRequests {
 public:
  /// Whether an exchange may belong to one, by its request's line.
  static bool MayBeOne(const dialect::Meaning& meaning, std::string_view target);
  /// One of these, in the order of time.
  void Add(const store::StoredExchange& exchange, const recorded::ExchangeView& view,
           const dialect::Meaning& meaning);

  /// Those that look like a backfill, and those that were begun like one and came to nothing.
  std::vector<RecordedScroll> All() const;

 private:
  void Open(const store::StoredExchange& exchange, const recorded::ExchangeView& view,
            const dialect::Meaning& meaning);
  void GoOn(const store::StoredExchange& exchange, const recorded::ExchangeView& view,
            const dialect::Meaning& meaning);
  void TakePage(const store::StoredExchange& exchange, const recorded::ExchangeView& view,
                size_t scroll);
  TimeNs RefreshedBefore(std::string_view index, TimeNs opened) const;

  struct Refresh {
    std::vector<std::string> indices;  ///< none: all
    TimeNs asked = 0;
    TimeNs answered = 0;
  };

  std::vector<RecordedScroll> all_;
  std::vector<Refresh> refreshes_;
  std::map<std::string, size_t> ids_;  ///< of scrolls: place in all_
};

/// Calls for each hit of a page: index, id, routing, and what it says of its version.
using TakeHit = std::function<void(DocumentName name, const CopyDocument& document)>;
/// False: the answer is no page.
bool ReadPage(std::string_view answer, const TakeHit& take);

}  // namespace trafrec::reconcile
