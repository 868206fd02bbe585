#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trafrec::dialect {

/// What became of an operation, as its answer has it.
enum class Fate : uint8_t {
  kUnknown,  ///< the answer does not say: cut, filtered, from a proxy that gave up (408, 502, 504)
  kCreated,  ///< a document or resource that was not there
  kUpdated,
  kDeleted,
  kNoop,      ///< carried out, and nothing changed. Its _version and _seq_no are those of before
  kFound,     ///< read
  kNotFound,  ///< 404. A delete's is carried out all the same, and has a _seq_no
  kDone,      ///< a success of any other kind
  kConflict,  ///< 409: a condition refused it
  kRefused,   ///< 4xx: it would be refused again
  kRejected,  ///< 429, 503: too busy, not carried out
  kFailed,    ///< any other 5xx. 6.8 answers so to JSON that it cannot read, too
};

std::string_view NameOf(Fate fate);

struct Outcome {
  uint32_t item = 0;  ///< of the operation
  Fate fate = Fate::kUnknown;
  bool in_words = false;  ///< the body says so, and not the status alone
  int status = 0;         ///< of the operation: a bulk's items have their own; 0: not said
  std::string index{};    ///< where it was carried out: behind an alias, date math, or a pipeline
  std::string id{};       ///< of the document, the automatic one too
  std::optional<int64_t> version{};
  std::optional<int64_t> seq_no{};
  std::optional<int64_t> primary_term{};
  std::optional<int64_t> failed_shards{};  ///< copies that did not follow, or were not searched
  std::string error{};                     ///< "version_conflict_engine_exception"
  bool running = false;  ///< the task or asynchronous search that was asked for has not ended

  /// Whether the operation took the number in seq_no, as opposed to showing an older one.
  bool TookSeqNo() const;
};

/// What by-query operations and reindex say of themselves.
struct ByQueryCounts {
  std::optional<int64_t> total;
  std::optional<int64_t> created;
  std::optional<int64_t> updated;
  std::optional<int64_t> deleted;
  std::optional<int64_t> noops;
  std::optional<int64_t> version_conflicts;
  int64_t failures = 0;  ///< documents; it ended at the first ones
};

struct Answer {
  std::vector<Outcome> outcomes{};  ///< one for each operation of the Meaning, in its order
  std::optional<ByQueryCounts> by_query{};
  /// The context or task that later requests go on with: a scroll's, point in time's or task's id.
  std::string context{};
  std::string trouble{};    ///< why outcomes are missing from the body; "" if none is
  bool unreadable = false;  ///< the body is none of the service's: no JSON, or none at all
};

/// By the status alone, as any HTTP service means it.
Fate FateOfStatus(int status);

}  // namespace trafrec::dialect
