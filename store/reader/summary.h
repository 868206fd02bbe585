#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/manifest/manifest_files.h"
#include "store/reader/log_reader_files.h"

// LOG/_SUMMARY.json: what a log consists of, once for all. docs/manifest.md is normative.

namespace trafrec::store {

inline constexpr const char* kSummaryName = "_SUMMARY.json";

enum class AttemptState : uint8_t {
  kFinished,   ///< it ended in good order
  kCrashed,    ///< a live one that died; what it wrote counts, and ends with a crash row
  kRunning,    ///< its recorder is at work; it counts as far as its head
  kDiscarded,  ///< no part of the log: a finite job that did not finish, or was done twice
};
const char* AttemptStateName(AttemptState state);

/// Steps and the time that each took.
using Durations = std::vector<std::pair<std::string, int64_t>>;

/// One start of a recorder, as the sum of its manifests.
struct AttemptSummary {
  AttemptKey key;
  AttemptState state = AttemptState::kFinished;
  std::string why;  ///< of a discarded one
  bool live = false;
  std::string version;
  std::string source;
  std::string job;
  TimeNs started_at = 0;
  std::optional<TimeNs> ended_at;  ///< or crashed
  uint64_t segments = 0;           ///< those that retention deleted included
  uint64_t deleted_segments = 0;
  uint64_t bytes = 0;  ///< of the segment files that are there
  SegmentCounts counts;
  std::optional<TimeNs> first_at;
  std::optional<TimeNs> last_at;
  std::vector<LossTotal> losses;
  Marks marks;
  std::optional<Head> head;
  Durations durations_ns;
  std::vector<std::string> failures;

  void Add(const Manifest& manifest, bool deleted);
};

struct LogSummary {
  std::string log_id;
  std::string version;
  TimeNs committed_at = 0;
  Durations durations_ns;
  std::vector<AttemptSummary> attempts;
};

Document DocumentOf(const LogSummary& summary);
/// Whether both say the same, whenever they were written and however long it took.
bool SayTheSame(const Document& a, const Document& b);

/// What a reader needs of a summary.
struct StoredSummary {
  struct Attempt {
    AttemptState state = AttemptState::kFinished;
    std::optional<Head> head;
  };
  Document document;
  std::string log_id;
  std::map<AttemptKey, Attempt> attempts;
};
/// kNotFound if the log was never committed. Other errors name the file and the way out.
Result<StoredSummary> ReadSummary(const std::filesystem::path& log);

}  // namespace trafrec::store
