#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "store/reader/operation_address.h"

// What an overlay says. docs/overlay.md is normative for its meaning and its file.

namespace trafrec::store {

/// Where a write stands among the writes of its shard. Numbers of different indices and shards are
/// not compared; an index that was made again has another UUID.
struct CommitPosition {
  std::string index_uuid;
  uint32_t shard = 0;
  int64_t primary_term = 0;
  int64_t seq_no = 0;

  bool operator==(const CommitPosition&) const = default;
};

/// "UUID/SHARD/TERM/SEQ_NO".
std::string FormatPosition(const CommitPosition& position);
Result<CommitPosition> ParsePosition(std::string_view text);

struct OverlayDrop {
  std::string reason;

  bool operator==(const OverlayDrop&) const = default;
};

/// What the source did with an operation whose outcome the log does not show.
enum class Verdict : uint8_t { kCommitted = 1, kNotCommitted = 2, kSuperseded = 3, kUnknown = 4 };
enum class Grade : uint8_t { kProven = 1, kPresumed = 2 };

/// "committed", "not_committed", "superseded", "unknown".
std::string_view NameOf(Verdict verdict);
std::optional<Verdict> VerdictOf(std::string_view name);
/// "proven", "presumed".
std::string_view NameOf(Grade grade);
std::optional<Grade> GradeOf(std::string_view name);

struct OverlayVerdict {
  Verdict verdict = Verdict::kUnknown;
  Grade grade = Grade::kProven;
  std::string evidence;  ///< in words

  bool operator==(const OverlayVerdict&) const = default;
};

/// It is carried out right before or after another operation's.
struct OverlayMove {
  bool after = false;
  OperationAddress other;
  std::string reason;

  bool operator==(const OverlayMove&) const = default;
};

/// Changes of a request. What is not named stays as recorded. Of an item only `body` (its source)
/// and `pointers` can be given.
struct OverlayRewrite {
  std::optional<std::string> method{};
  std::optional<std::string> target{};
  std::string set_fields{};  ///< "Name: value\r\n" …; each replaces all of its name
  std::vector<std::string> removed_fields{};  ///< names
  std::optional<std::string> body{};          ///< without transfer and content coding
  /// JSON pointers (RFC 6901) into the body, and the JSON text that is put there.
  std::vector<std::pair<std::string, std::string>> pointers{};
  std::string reason{};

  bool operator==(const OverlayRewrite&) const = default;
};

/// What is said of one operation, or of a whole exchange. One of each kind at most.
struct OverlayEntry {
  OperationAddress at;
  std::variant<OverlayDrop, OverlayVerdict, OverlayMove, CommitPosition, OverlayRewrite> what;

  bool operator==(const OverlayEntry&) const = default;
};

enum class Place : uint8_t { kBefore = 1, kAfter = 2, kAtTime = 3 };

/// A request that is not in the log.
struct Insertion {
  uint64_t number = 0;  ///< 1, 2, … in the overlay; 0: not yet given
  Place place = Place::kAtTime;
  ExchangeId beside{};  ///< of kBefore and kAfter
  TimeNs at = 0;        ///< of kAtTime
  std::string method{};
  std::string target{};
  std::string fields{};  ///< "Name: value\r\n" …
  std::string body{};    ///< without transfer coding
  std::optional<CommitPosition> position{};
  std::string reason{};

  bool operator==(const Insertion&) const = default;
};

/// The id that an insertion has in orders, ledgers and results: of the recorder "overlay", whose
/// attempt 0 no recorder ever has.
ExchangeId InsertionId(uint64_t number);
bool IsInsertion(const ExchangeId& id);

/// Why an entry cannot be: an item's target rewritten, an operation moved beside itself.
Status CheckEntry(const OverlayEntry& entry);

}  // namespace trafrec::store
