#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "store/reader/log_reader.h"

// What a run remembers. docs/replay_ledger.md says what each of it means after a crash.

namespace trafrec::ledger {

/// An operation: an exchange of the source's log, and the item in it.
struct Address {
  store::ExchangeId exchange;
  uint32_t item = 0;

  friend auto operator<=>(const Address&, const Address&) = default;
};

enum class State : uint8_t {
  kIntended = 1,  ///< may have been sent; what became of it is not known
  kAnswered = 2,  ///< has its outcome
  kDead = 3,      ///< given up, with a reason
  kBlocked = 4,   ///< not sent, because it comes after a dead one
  kRedriven = 5,  ///< was dead or blocked; a person wants it sent again
};

/// "dead", "blocked".
const char* NameOf(State state);
/// "vm-0001-19/3".
std::string FormatAddress(const Address& at);

/// What a document was at a target or source: its last write.
struct SeqNo {
  int64_t seq_no = 0;
  int64_t primary_term = 0;

  bool operator==(const SeqNo&) const = default;
};

/// Under which condition a copy went out: the document has not changed since this write of it;
/// nothing: it does not exist.
struct Condition {
  std::optional<SeqNo> unchanged_since;

  bool operator==(const Condition&) const = default;
};

/// A mutation is about to be sent. Stays until its outcome or its letter is committed.
struct Intent {
  Address at;
  uint32_t tries = 0;  ///< this one included
  std::optional<Condition> condition;
};

/// A mutation that has its outcome at the target.
struct Outcome {
  Address at;
  uint32_t tries = 0;
  int status = 0;
  std::string fate;        ///< dialect's name of it
  bool as_source = false;  ///< the class of outcome is the source's
  uint64_t result = 0;     ///< number of the exchange in the run's own log; 0: none
  std::string why;         ///< settled by reading, not by an answer: says so
};

/// A mutation that was given up, or was not sent because of one.
struct Letter {
  Address at;
  State state = State::kDead;  ///< kDead, kBlocked or (when read) kRedriven
  std::string reason{};        ///< a short word to choose by: "undecidable"
  std::string why{};           ///< a sentence for people
  uint32_t tries = 0;
  int status = 0;  ///< of the last answer; 0: none came
  std::string source_fate{};
  std::string method{};
  std::string target{};
  std::string index{};  ///< "" where the operation is of no document
  std::string id{};
  TimeNs began_at = 0;                   ///< at the source: letters are sent in its order
  TimeNs given_up_at = 0;                ///< by the wall clock of the run
  std::optional<Condition> condition{};  ///< of the last copy
  std::optional<Address> blocked_by{};   ///< a dead one; of kBlocked
};

/// A document after a write of this run.
struct Document {
  std::string index;
  std::string id;
  std::optional<SeqNo> source;  ///< of that write; nothing: the source did not say
  std::optional<SeqNo> target;  ///< nothing: it is not there

  bool operator==(const Document&) const = default;
};

/// A scroll, a point in time or a task at the source, and what it is at the target.
struct Context {
  std::string source_id;
  std::string target_id;
};

/// How many documents of an index a run made and took away, as the target's answers have it.
struct IndexChange {
  bool emptied = false;  ///< the index was deleted first: what was in it is gone
  int64_t created = 0;
  int64_t deleted = 0;
  int64_t unclear = 0;  ///< operations whose answers do not say how many they made or took away
  /// Documents counted as the source's answer says, because the target's was not seen, and what is
  /// there does not tell: it may be one more or less for each.
  int64_t assumed = 0;

  /// What comes after it.
  void Add(const IndexChange& later);

  bool operator==(const IndexChange&) const = default;
};

/// An index at a target, by the target's name. A pattern stands for what an operation named so.
using TargetIndex = std::pair<std::string, std::string>;

/// What is known of how many documents an index holds.
struct IndexCount {
  int64_t at_start = 0;  ///< when the run began
  IndexChange since{};

  bool operator==(const IndexCount&) const = default;
};

/// A stretch of the log, by when exchanges began: `from` is in it, `until` is not.
struct Range {
  TimeNs from = std::numeric_limits<TimeNs>::min();
  TimeNs until = std::numeric_limits<TimeNs>::max();

  bool Holds(TimeNs time) const { return from <= time && time < until; }
  bool operator==(const Range&) const = default;
};

/// Every exchange of the range that comes before it, by time and then id, has ended.
struct Position {
  TimeNs began_at = 0;
  store::ExchangeId id;

  bool operator==(const Position&) const = default;
};

/// An exchange that the plan went past, because what became of it at the source is not known yet,
/// or because it writes what such a one writes. Stays until it is over.
struct PassedOver {
  store::ExchangeId exchange;
  TimeNs began_at = 0;
  std::vector<uint32_t> items{};  ///< ascending; empty: all of it

  bool operator==(const PassedOver&) const = default;
};

/// The mark of a run that went on past dead letters, whose documents later writes may have changed
/// since.
inline constexpr const char* kPassedMark = "went on past letters";

/// What is committed together: all of it or nothing.
struct Batch {
  std::vector<Intent> intents{};
  /// Their last intent is undone: no copy of them was carried out, or can still be.
  std::vector<Address> withdrawn{};
  std::vector<Outcome> outcomes{};
  std::vector<Letter> letters{};
  /// Exchanges that are over and have no outcomes: reads, and what was left out by rule.
  std::vector<store::ExchangeId> done{};
  std::vector<Document> documents{};
  std::vector<Context> contexts{};
  std::vector<std::pair<std::string, int64_t>> counters{};   ///< are added
  std::vector<std::pair<std::string, std::string>> marks{};  ///< replace those of the same name
  std::vector<PassedOver> passed_over{};
  std::vector<store::ExchangeId> caught_up{};    ///< that were passed over, and are over now
  std::map<TargetIndex, int64_t> at_start{};     ///< documents of indices
  std::map<TargetIndex, IndexChange> changes{};  ///< are added
  std::optional<Position> position{};

  bool empty() const {
    return intents.empty() && withdrawn.empty() && outcomes.empty() && letters.empty() &&
           done.empty() && documents.empty() && contexts.empty() && counters.empty() &&
           marks.empty() && passed_over.empty() && caught_up.empty() && at_start.empty() &&
           changes.empty() && !position;
  }
};

/// How many mutations a run has in each state, over all its lives.
struct StateCounts {
  uint64_t in_doubt = 0;
  uint64_t answered = 0;
  uint64_t dead = 0;
  uint64_t blocked = 0;
  uint64_t redriven = 0;  ///< and not sent again yet
};

/// What a run is of. Kept from its beginning.
struct RunFacts {
  std::string log_id;
  std::vector<std::string> log_folders;
  /// What decides which bytes are sent, where to, and in which order; digests of files among it. A
  /// resumed run must have the same.
  std::map<std::string, std::string> options;
  /// The options of the command line that a resume need not give again, by name. A resume does not
  /// compare them.
  std::map<std::string, std::vector<std::string>> given;
  std::map<std::string, std::string> notes;  ///< for people: when it began, with which version
};

}  // namespace trafrec::ledger
