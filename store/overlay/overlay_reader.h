#pragma once

#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "store/crypto/hash.h"
#include "store/db/database.h"
#include "store/overlay/address_filter.h"
#include "store/overlay/overlay_entry.h"
#include "store/reader/log_reader.h"

namespace trafrec::store {

/// All that an overlay says of one exchange.
struct ExchangeOverlay {
  std::vector<OverlayEntry> entries;  ///< the whole exchange's first, then by item
  std::vector<Insertion> before;      ///< in order
  std::vector<Insertion> after;
  /// Moves of other operations that come beside this exchange, or beside an operation of it.
  std::vector<OverlayEntry> moved_here;

  bool empty() const {
    return entries.empty() && before.empty() && after.empty() && moved_here.empty();
  }
};

/// Reads an overlay while a log is gone through. Memory does not depend on its size: a filter of at
/// most limits::kFilterBitsMax, and SQLite's cache. One thread.
class OverlayReader {
 public:
  /// kNotFound, kCorrupt (another kind of file) or kUnsupported (made by a newer trafrec).
  static Result<std::unique_ptr<OverlayReader>> Open(const std::filesystem::path& path);

  /// Of the log that it was made for.
  const std::string& log_id() const { return log_id_; }

  /// Fails if the overlay is for another log, and if it speaks of exchanges that `log` does not
  /// have: the Error names the first of them.
  Status CheckAgainst(const std::string& log_id, LogReader& log);

  /// What it says of an exchange, or of an insertion.
  Result<ExchangeOverlay> Of(const ExchangeId& exchange);

  /// Insertions at a time of their own, in order of time and number: the next one that begins
  /// before `until`, each once.
  Result<std::optional<Insertion>> NextAtTime(TimeNs until);

  /// Nothing: there is none of that number.
  Result<std::optional<Insertion>> FindInsertion(uint64_t number);

  /// What it does speak of that is most like this: another operation of the exchange, or the next
  /// exchange of the recorder. Nothing: it is empty.
  Result<std::optional<OperationAddress>> Nearest(const OperationAddress& to);

  /// All of it, in the order of addresses and kinds, then insertions by number, until the function
  /// says false.
  Status Visit(const std::function<bool(const OverlayEntry&)>& entry,
               const std::function<bool(const Insertion&)>& insertion);

  /// Over all entries and insertions. The same content has the same digest, however it came there.
  Result<crypto::Digest> Digest();

 private:
  OverlayReader(db::Database database, std::string log_id)
      : database_(std::move(database)), log_id_(std::move(log_id)) {}

  Status Prepare();
  Status FillFilter();
  Status AddRewrite(OverlayEntry& entry, int64_t attempt);
  Status AddInsertions(int64_t attempt, uint64_t number, ExchangeOverlay& overlay);
  Status AddMovedHere(int64_t attempt, uint64_t number, ExchangeOverlay& overlay);

  db::Database database_;
  const std::string log_id_;
  std::map<std::pair<std::string, uint32_t>, int64_t> attempts_;
  AddressFilter filter_;
  bool has_insertions_ = false;  ///< beside something; else nobody looks for them
  bool has_moves_ = false;
  db::Statement find_entries_;
  db::Statement find_rewrite_;
  db::Statement find_insertions_;
  db::Statement find_moved_here_;
  db::Statement next_at_time_;
  TimeNs last_time_ = std::numeric_limits<TimeNs>::min();
  uint64_t last_number_ = 0;
};

}  // namespace trafrec::store
