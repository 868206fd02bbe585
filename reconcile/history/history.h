#pragma once

#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "reconcile/history/alias_routings.h"
#include "reconcile/history/facts.h"
#include "reconcile/history/index_lives.h"
#include "reconcile/history/index_names.h"
#include "reconcile/history/limits.h"
#include "reconcile/history/number_runs.h"
#include "reconcile/history/pipelines.h"
#include "reconcile/history/precedents.h"
#include "reconcile/history/tokens.h"
#include "reconcile/metadata/metadata.h"
#include "reconcile/note.h"
#include "reconcile/routing/index_settings.h"
#include "replay/dialect/dialect.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

struct HistoryOptions {
  TimeNs ack_delay_ns = 250 * kNsPerMs;
  /// A request that nobody answered may still be carried out for so long, or for twice the longest
  /// answer in the log, whichever is longer.
  TimeNs settle_ns = 3'000 * kNsPerMs;
  /// By how much the clocks of several recorders may be apart; nothing: found out.
  std::optional<TimeNs> clock_error_ns{};
  /// Writes and sights to keep; with more the log is read twice.
  size_t facts_max = limits::kFacts;
  /// Threads that take exchanges apart, beside the caller's and one that reads; 0: that of the
  /// caller does all. What is found does not depend on it.
  unsigned threads = 0;
  /// Of a log that grows: outcomes are known of what began before. Nothing later is read, and what
  /// may have happened since is allowed for.
  std::optional<TimeNs> until{};
  /// What of requests and answers redaction replaced that is read here, in words; "": nothing.
  std::string hidden{};
};

/// All that a log says of what its source did: the facts of which every verdict is made.
struct History {
  std::vector<OpenRequest> requests{};
  std::vector<Question> questions{};
  std::vector<Write> writes{};
  /// Of answers whose requests were not seen, or not whole: the shard is not known for certain.
  std::vector<Write> loose{};
  std::vector<Sight> sights{};
  std::vector<ShardSight> shards{};
  std::vector<Filler> fillers{};
  std::vector<Journal> journals{};
  TokenIndex tokens{};
  Precedents precedents{};
  std::vector<ByQueryRun> by_query{};
  /// Operations that were refused where that may cost a number: documents that Lucene will not
  /// have.
  std::vector<Write> refused{};
  std::vector<LostTraffic> lost{};
  std::vector<IndexEvent> events{};
  IndexLives index_lives{};
  Metadata metadata{};
  std::vector<IndexSettings> settings{};  ///< later ones say what holds
  IndexNames names{};
  Pipelines pipelines{};
  AliasRoutings alias_routings{};
  /// What `GET /` answered; nothing if nobody asked.
  std::optional<VersionId> product{};
  std::string cluster_uuid{};
  /// The log has more facts than are kept: `writes` and `sights` are those of documents that may
  /// matter, and `numbers` has the numbers of all writes.
  bool long_log = false;
  std::deque<IndexNumbers> numbers{};
  bool too_many_facts = false;  ///< even of documents in question: none are kept
  bool redacted = false;        ///< bodies with flag `reencoded` may have had values replaced
  /// As in HistoryOptions, or because tokens stand where names and numbers should. Then nothing but
  /// the wire says anything.
  std::string hidden{};
  bool turned_away = false;  ///< a part of a bulk was answered 429 or 503
  TimeNs until = 0;          ///< the log's last packet
  /// What comes after that is in the log, but was not read (HistoryOptions::until).
  TimeNs read_until = kAll;
  static constexpr TimeNs kAll = std::numeric_limits<TimeNs>::max();
  std::vector<Note> notes{};  ///< what is to be known of the log
  uint64_t exchanges = 0;
  uint64_t mutations = 0;          ///< operations
  uint64_t external_versions = 0;  ///< of these, such as set the version, or a reindexing that does

  /// The source is of that version: who acts on a bulk before it has ended may have carried out a
  /// part of one that was cut, so that the wire proves nothing of it.
  void TakeProduct(VersionId version);

  /// Writes among `writes` whose answers strayed: their exchanges have none.
  std::set<store::OperationAddress> StrayWrites() const;

  /// The name of the index behind what requests call it.
  const std::string& IndexBehind(const std::string& name) const { return names.Behind(name); }

  /// When a change of an index or of metadata ran; one that nobody answered, as long as its request
  /// may run.
  template <typename Change>
  Span RunOf(const Change& change) const {
    return change.question ? requests[questions[*change.question].request].runs : change.ran;
  }
};

/// Reads the log once, or twice if its facts are more than `options.facts_max`. Exchanges of what
/// is not a search engine's are all open questions that have no facts but the wire's.
Result<History> ReadHistory(store::LogReader& log, const dialect::Dialect& dialect,
                            const HistoryOptions& options);

}  // namespace trafrec::reconcile
