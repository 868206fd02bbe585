#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "replay/dialect/operation.h"
#include "replay/dialect/outcome.h"
#include "replay/message/http_message.h"

// In which form operations go out, so that no copy of them can do harm, and what an answer means.
// The rules, and on which servers they were tried, are in docs/replay_once.md.

namespace trafrec::guard {

/// What a document is at the target.
struct DocumentState {
  bool exists = false;
  int64_t seq_no = 0;        ///< of the document
  int64_t primary_term = 0;  ///< of the document
  /// If it is not there: of what its deletion left, 0 if nothing is known of one. It may be
  /// forgotten: a conflict shows it again.
  int64_t version = 0;

  bool operator==(const DocumentState&) const = default;
};

enum class Stage : uint8_t {
  kFresh,    ///< to be sent; no copy of it can still be carried out but under a condition
  kInDoubt,  ///< a copy was sent, and nothing says what became of it
  kRetry,    ///< refused for now: the same again, after retry_after_ms
  kDone,     ///< `result` says how
  kDead,     ///< `why` says why
};

/// Why an operation is dead, in a word to choose by. docs/replay_once.md says what each one means;
/// the words are kept in ledgers, and stay as they are.
enum class Cause : uint8_t {
  kNone,
  kUndecidable,  ///< a copy may have been carried out, or may still be
  kPartly,       ///< the target did a part of it
  kContested,    ///< what was known of the document was wrong again and again
  kForbidden,    ///< the target answered 401 or 403
  kFailing,      ///< it answered 5xx to each copy
  kUnreadable,   ///< the document could not be looked at
  kBusy,         ///< it was refused for now (429, 503, a block) until the tries were used up
  kUnanswered,   ///< so often sent without an answer, and not carried out by then
  kUnsendable,   ///< no HTTP request can be made of it
};

/// "undecidable"
const char* NameOf(Cause cause);

/// One operation on its way. A run that goes on with one that was sent and not answered makes it
/// anew, in doubt, with the condition that it had.
struct Item {
  uint32_t operation = 0;                    ///< index in Meaning::operations
  const dialect::Outcome* source = nullptr;  ///< what became of it there; null: no answer
  bool committed = false;  ///< without an answer: an overlay says that the source carried it out
  /// Of the document: the request's, or the one that the source gave. An automatic id that nobody
  /// knows may be made by the caller, once and for all copies; with "" the target gives one.
  std::string id{};
  /// At the target. The caller keeps it by document, gives it to the document's next write, and
  /// forgets it when a by-query operation, a reindex or administration may have changed it.
  std::optional<DocumentState> known{};
  /// Under which the last copy was sent, `exists` false: where no document is. Nothing: none.
  std::optional<DocumentState> condition{};
  Stage stage = Stage::kFresh;
  dialect::Outcome result{};     ///< once done
  std::string body_of_result{};  ///< a bulk's item: its JSON in the answer, for Assemble
  std::string why{};  ///< dead: why. Done by reading: so it says. Open: what went wrong last
  Cause cause = Cause::kNone;  ///< of its death
  uint32_t tries = 0;          ///< copies sent
  int64_t retry_after_ms = 0;  ///< at least; 0: the target said nothing

  // Kept by the guard between its calls.
  bool doubted = false;        ///< an earlier copy may have been carried out
  bool as_at_source = false;   ///< done, and what it did there is taken from the source's answer
  bool met_itself = false;     ///< the conflict shows what a copy of it left, or something later
  bool index_missing = false;  ///< the reading said so
  uint32_t stale = 0;          ///< how often what was known had changed
  uint32_t failures = 0;       ///< answers of 5xx that say nothing of what was done
  int64_t took_ms = 0;         ///< of the answer in which this item was the first

  bool open() const { return stage != Stage::kDone && stage != Stage::kDead; }
  bool forbidden() const { return stage == Stage::kDead && cause == Cause::kForbidden; }
};

/// Whether it went out under a condition that no document fulfils: the source refused it, too.
bool TouchesNothing(const Item& item);

/// Which document at the target has that number at the source; for a client's own condition of
/// which no answer says what became of it.
using SourceNumbers = std::function<std::optional<DocumentState>(const Item& item, int64_t seq_no,
                                                                 int64_t primary_term)>;

/// What goes out in one request. Only a bulk may go in several parcels; of everything else a parcel
/// holds all operations. Borrows its request, which has no content encoding: the Meaning's byte
/// ranges count in its body.
struct Parcel {
  const message::Request* request = nullptr;
  const dialect::Meaning* meaning = nullptr;
  std::vector<Item> items{};
  SourceNumbers source_numbers{};  ///< may be empty
};

/// What came back: an answer, its content encoding taken off, or why there is none.
struct Reply {
  std::optional<message::Answer> answer{};
  bool sent = true;       ///< bytes may have reached the target
  std::string failure{};  ///< "connection reset after 17 bytes of the head"
  TimeNs at = 0;          ///< wall time; a Retry-After that is a date needs it
};

/// Pure: bytes in, bytes out. One object serves all threads. The caller goes round
/// {ReadRequest, TakeReading} until there is nothing to read, {WriteRequest, TakeReply}, until no
/// item is open; it counts the tries, and gives up when it wants.
class Guard {
 public:
  virtual ~Guard() = default;

  /// What must be read before the open items can be written or judged; nothing: nothing.
  virtual std::optional<message::Request> ReadRequest(const Parcel& parcel) const = 0;
  /// Takes what it brought: fills `known`, settles items in doubt (done, dead, or fresh again). If
  /// it brought nothing, the items stay as they are, with `why` and retry_after_ms.
  virtual void TakeReading(Parcel& parcel, const Reply& reply) const = 0;
  /// The request for all open items; sets their condition and tries. The items must be written to
  /// the ledger after this and before it is sent.
  virtual message::Request WriteRequest(Parcel& parcel) const = 0;
  /// The same where the parcel's own request goes out as it stands, and need not be copied. False,
  /// with nothing done, where it may be another one.
  virtual bool WriteAsItIs(Parcel& parcel) const = 0;
  /// Takes the reply to it: a stage for each open item, and `known` for the document's next write.
  virtual void TakeReply(Parcel& parcel, const Reply& reply) const = 0;
  /// The answer to the whole exchange, put together from all of its items, in their order. `last`
  /// is the last answer that one of its parcels got.
  virtual message::Answer Assemble(const dialect::Meaning& meaning, std::span<const Item> items,
                                   const message::Answer& last) const = 0;
};

/// Any HTTP service.
const Guard& HttpGuard();

/// Elasticsearch and OpenSearch.
const Guard& SearchGuard();

}  // namespace trafrec::guard
