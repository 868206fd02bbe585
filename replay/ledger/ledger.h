#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "replay/ledger/records.h"

namespace trafrec::ledger {

/// Which letters, in the order in which they are to be sent.
struct LetterQuery {
  std::vector<State> states{};    ///< any of them; empty: all
  std::string reason{};           ///< empty: any
  std::optional<Letter> after{};  ///< the last one of the page before
  size_t limit = 0;               ///< at most limits::kLettersMax, which 0 means
};

/// Reads a run's memory, beside the one that writes it. One thread a reader; any number of readers.
class LedgerReader {
 public:
  virtual ~LedgerReader() = default;

  virtual Result<RunFacts> Facts() = 0;
  /// Of a range as it was taken. Nothing: none of its exchanges has ended, or nobody took it.
  virtual Result<std::optional<Position>> ReadPosition(const Range& range) = 0;
  /// Mutations whose last copy may have reached the target. As many as were in flight.
  virtual Result<std::vector<Intent>> InDoubt() = 0;
  /// In the order of the log.
  virtual Result<std::vector<PassedOver>> AllPassedOver() = 0;
  /// The items of an exchange that have a state, in order. An item that is intended and has a
  /// letter is intended.
  virtual Result<std::vector<std::pair<uint32_t, State>>> StatesOf(
      const store::ExchangeId& exchange) = 0;
  /// Looks at all of them.
  virtual Result<StateCounts> CountStates() = 0;
  /// It was committed as done.
  virtual Result<bool> IsDone(const store::ExchangeId& exchange) = 0;

  /// What a write of the document became at the target, that had these numbers at the source: for
  /// a client's own condition. Nothing: this run did not write it, or it left no document.
  virtual Result<std::optional<SeqNo>> FindWrite(std::string_view index, std::string_view id,
                                                 const SeqNo& source) = 0;
  /// Nothing: the context is not one of this run.
  virtual Result<std::optional<std::string>> FindContext(std::string_view source_id) = 0;

  /// Lets FindDocument, FindWrite and FindContext know what is on its way to a commit.
  virtual void Remember(const Document& document) = 0;
  virtual void Remember(const Context& context) = 0;
  /// As it was remembered last, of the last limits::kDocumentsMax ones. Borrowed until the next
  /// call; null: the target must be asked.
  virtual const Document* FindDocument(std::string_view index, std::string_view id) = 0;

  virtual Result<std::vector<Letter>> Letters(const LetterQuery& query) = 0;
  virtual Result<std::optional<Letter>> FindLetter(const Address& at) = 0;

  virtual Result<std::map<std::string, int64_t>> Counters() = 0;
  virtual Result<std::map<std::string, std::string>> Marks() = 0;
  /// Of indices that held documents when the run began, or that it changed.
  virtual Result<std::map<TargetIndex, IndexCount>> IndexCounts() = 0;
};

/// Writes what becomes of a range of the log. Used by one thread: the committer. Of all that took
/// the range only the last one can commit.
class LedgerWriter {
 public:
  virtual ~LedgerWriter() = default;

  virtual const Range& range() const = 0;
  /// Intents, outcomes, the position and all else in one transaction. After an Error nothing of the
  /// batch is in the ledger, and the same batch may be committed again; kInUse: somebody else took
  /// the range.
  virtual Status Commit(const Batch& batch) = 0;
};

/// The durable memory of one run. It is this process's as long as the ledger or one of its writers
/// lives.
class Ledger {
 public:
  virtual ~Ledger() = default;

  /// Takes a range, under an epoch of its own: whoever had it can commit nothing more. kInUse if it
  /// overlaps a range that was taken, and is not that.
  virtual Result<std::unique_ptr<LedgerWriter>> Take(const Range& range) = 0;
  virtual Result<std::unique_ptr<LedgerReader>> OpenReader() const = 0;
};

}  // namespace trafrec::ledger
