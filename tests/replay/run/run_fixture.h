#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "replay/census/comparison.h"
#include "replay/ledger/ledger.h"
#include "replay/plan/planner.h"
#include "replay/run/engine.h"
#include "tests/support/temporary_folder.h"

namespace trafrec::replay {

/// When the source's first request may begin: what times in milliseconds count from.
inline constexpr TimeNs kStart = 1'700'000'000 * kNsPerSecond;

/// One request of the source, and its answer; times in milliseconds.
struct Recorded {
  std::string method;
  std::string target;
  std::string body{};
  int64_t began_ms = 0;
  std::optional<int64_t> answered_ms{};
  int status = 0;
  std::string answer{};
  std::string agent{};  ///< value of its User-Agent; "": it has none
};

/// A document that the source created, or updated.
Recorded Created(const std::string& id, int64_t began_ms, int64_t answered_ms, int64_t seq_no,
                 const std::string& source = "{}");
Recorded Updated(const std::string& id, int64_t began_ms, int64_t answered_ms, int64_t seq_no,
                 const std::string& source = "{}");

/// A bulk that indexed documents of the index "i", by id and sequence number, each with this
/// result.
Recorded Bulk(const std::vector<std::pair<std::string, int64_t>>& items, int64_t began_ms,
              int64_t answered_ms, const std::string& source = "{}",
              const std::string& result = "updated");

/// A run in a folder of its own over a log of its own, begun and resumed as often as a test wants.
class SmallRun {
 public:
  SmallRun(std::string target, const std::vector<Recorded>& exchanges);

  EngineOptions options{.speed = {.kind = pace::Speed::Kind::kMax}};
  plan::PlanOptions plan{.phantoms = plan::Phantoms::kSend};
  std::string url;      ///< a run may go on with another target
  std::string edits{};  ///< a file of edits that names the targets; "": `url` is the only one
  bool search = true;   ///< false: it is of plain HTTP
  std::optional<EchoSigner> echoes{};

  using Steer = std::function<void(Engine&)>;
  /// Sends the log, or goes on; `steer` runs in a thread of its own meanwhile.
  Status Send(bool resume = false, const Steer& steer = {});

  RunProgress progress{};
  plan::PlanCounts planned{};
  std::optional<plan::Tally> whole{};  ///< of all lives of the run
  uint64_t digest = 0;
  uint64_t unordered = 0;

  /// Counts the target's documents before the first request, and compares when all is over.
  bool count_documents = false;
  census::Comparison documents{};

  std::unique_ptr<ledger::LedgerReader> Memory() const;
  /// Of the run's own log, in its order.
  std::vector<store::StoredExchange> Results() const;
  std::vector<store::SentinelRow> Sentinels() const;

 private:
  Result<edit::Editor> EditorOf() const;
  std::filesystem::path log() const { return folder_ / "log"; }
  std::filesystem::path run() const { return folder_ / "run"; }

  test_support::TemporaryFolder folder_;
};

}  // namespace trafrec::replay
