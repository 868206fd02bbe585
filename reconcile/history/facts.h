#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.h"
#include "base/time.h"
#include "reconcile/history/answer_lengths.h"
#include "reconcile/history/content.h"
#include "reconcile/history/effect.h"
#include "reconcile/history/mapping.h"
#include "reconcile/history/selection.h"
#include "reconcile/history/traits.h"
#include "reconcile/span.h"
#include "replay/dialect/operation.h"
#include "replay/dialect/outcome.h"
#include "store/reader/operation_address.h"

// What a log shows of the histories of documents and shards: facts alone, no conclusions.

namespace trafrec::reconcile {

/// A document as requests and answers name it. Its shard follows from its routing, or from its id.
struct DocumentName {
  std::string index{};
  std::string id{};
  std::string routing{};

  friend auto operator<=>(const DocumentName&, const DocumentName&) = default;
};

/// By its ends: a late copy of an answer, seen behind the connection's end, is on another of the
/// same ends.
struct Connection {
  Endpoint client{};
  Endpoint server{};

  friend bool operator==(const Connection&, const Connection&) = default;
};

/// A write that took a number, and whose answer says which. The log has all of its request.
struct Write {
  store::OperationAddress at{};
  DocumentName document{};
  Span ran{};  ///< carried out within it: the request was whole, the answer had not begun
  dialect::Kind kind = dialect::Kind::kIndex;
  dialect::Fate fate = dialect::Fate::kUnknown;
  dialect::VersionType version_type = dialect::VersionType::kInternal;
  int64_t version = 0;
  int64_t seq_no = 0;
  int64_t primary_term = 0;
  Change change{};
  Connection connection{};  ///< of an answer whose request was not seen
};

/// An answer that shows a document as it was at some instant, without having changed it.
struct Sight {
  store::ExchangeId by{};
  DocumentName document{};
  Span at{};
  std::optional<uint32_t> shard{};  ///< where who shows it says so
  bool present = false;
  bool untold = false;   ///< `present` does not say: its number may be that of a deletion
  bool current = false;  ///< it was so at that instant; else it had been so before (searches)
  std::optional<int64_t> version{};
  std::optional<int64_t> seq_no{};
  std::optional<int64_t> primary_term{};
  std::optional<Fields> source{};  ///< all of it
  std::vector<Print> tokens{};     ///< of what is shown of its source
  std::string text{};              ///< its source, where the log may lack it
  /// A translog names the operation that made it so, and it stayed: no crash took it back.
  bool by_journal = false;
  std::optional<Effect> effect{};  ///< what that operation changed
};

/// Why the wire alone says that a request was not carried out.
enum class WireProof : uint8_t {
  kNone,
  kCut,         ///< its sender ended it before its end
  kUnreceived,  ///< nobody acknowledged it, for longer than an acknowledgement may take
};

/// A mutation whose outcome the log does not show, for each of its operations.
struct Question {
  /// What an answer says of which the recorder did not know that it is its own.
  struct Told {
    bool committed = false;
    std::optional<int64_t> seq_no{};  ///< that it took
  };

  store::OperationAddress at{};
  size_t request = 0;  ///< in History::requests
  DocumentName document{};
  dialect::Kind kind = dialect::Kind::kIndex;
  bool automatic_id = false;
  /// It writes something, whatever is there, once it is carried out: no condition, no script that
  /// may do nothing, no pipeline.
  bool unconditional = false;
  bool deletes = false;   ///< removes a document, or may do so: a script that sets ctx.op
  bool makes = false;     ///< puts a document where none was: index, create, update with an upsert
  bool external = false;  ///< the version is the client's
  bool piped = false;     ///< an ingest pipeline may make something else of it
  std::string through{};  ///< the name of that pipeline; of what is no document, its API
  /// A pipeline may have put it under another id, or into another index: nobody knows whether it is
  /// this document's.
  bool elsewhere = false;
  dialect::Condition condition{};
  int64_t retries = 0;  ///< of an update that finds another version than it had read
  /// It has so long a text that Lucene may refuse the document once it has a number, which nothing
  /// is under then.
  bool hard_to_index = false;
  Fit fit = Fit::kUnknown;  ///< whether the index takes the source; not of scripts
  Traits traits{};
  /// Answers say that the index took other writes then, and all that is asked for in others before.
  bool place_taken = false;
  bool like_taken = false;
  Change change{};
  std::vector<Print> tokens{};
  Writer writer{};
  uint64_t body_bytes = 0;  ///< of its request
  bool own_text = false;    ///< it has a text that no other operation of the log has
  bool answered = false;    ///< by what leaves it open
  /// Others of its request may have fared otherwise: an answer came that says so of some.
  bool alone = false;
  std::optional<store::ExchangeId> shown_by{};  ///< an answer shows a text that only it wrote
  /// By then. Other items of its request may come later: each shard has its own time.
  TimeNs shown_until = std::numeric_limits<TimeNs>::max();
  bool status_seen = false;  ///< the answer's status says that it was carried out
  LengthSays answer_length = LengthSays::kNothing;
  std::optional<Told> told{};  ///< then nothing is left to ask, and its write is among the others

  /// Of a body in which values may be others than were sent. `may_be_long`: more bytes than a term
  /// may have.
  void ForgetSource(bool may_be_long);

  /// Its answer says that it took a number.
  bool done() const { return status_seen || answer_length == LengthSays::kWrote; }
};

/// A request that has questions.
struct OpenRequest {
  store::ExchangeId id{};
  std::string method{};
  std::string target{};
  bool bulk = false;
  bool by_query = false;
  bool whole = false;  ///< the log has all of it
  /// So many bytes of its body nobody can read: those of a hole, and behind it. 0: all of them
  /// can be read, or nobody knows.
  uint64_t unread_bytes = 0;
  /// It may have been refused as a whole: its target has a parameter that the source may not know.
  bool odd = false;
  Span runs{};      ///< if it was carried out, then within it
  TimeNs soon = 0;  ///< and presumably by then, as other writes were
  /// Presumably by then, as writes at that time were, beside each other write.
  TimeNs at_once = 0;
  bool acknowledged = false;  ///< whole: the server's kernel has it
  /// So long nobody acknowledged all of it, though it was sent more than once and nothing of the
  /// server's was lost; 0: it was not so.
  TimeNs unacknowledged_ns = 0;
  /// Bytes of it were, or may have been before they were seen: a first copy was lost on its way.
  bool sent_again = false;
  bool server_left = false;  ///< the server ended the connection first, without an answer
  /// It had all of it then, and lived on: it closed this connection alone.
  bool server_lived = false;
  bool heard = false;  ///< the connection shows that there was an answer
  /// By no success: a failure, or a proxy that gave up.
  bool otherwise_answered = false;
  Endpoint server{};
  Connection connection{};
  /// By the recorder's own clock.
  TimeNs received_at = 0;  ///< its last byte was seen
  std::optional<TimeNs> server_left_at{};
  std::optional<TimeNs> server_fin_at{};
  /// The server closed the connection in good order, so it had read all that it acknowledged.
  std::optional<TimeNs> server_closed_at{};
  /// Of its answer, of which nothing is in the log; nothing: nobody knows.
  std::optional<uint64_t> answer_bytes{};
  bool watched = false;  ///< the recorder went on, so that it saw what became of the connection
  WireProof wire = WireProof::kNone;
  std::string wire_words{};
  std::vector<size_t> questions{};  ///< in History::questions

  /// A server that went away without an answer may have taken it along, unless it went on, or had
  /// read it all and closed in good order. What was seen whole, and not sent again, has arrived.
  bool presumably_received() const {
    const bool arrived = acknowledged || (whole && !sent_again);
    const bool closed_behind_it = acknowledged && server_fin_at && *server_fin_at > received_at;
    // Whose FIN an RST follows left bytes unread.
    const bool left_unread = server_left && server_fin_at && !server_closed_at;
    return watched && !otherwise_answered && !odd && !(left_unread && !heard) &&
           (heard || (arrived && (!server_left || server_lived || closed_behind_it)));
  }
  /// It was sent again, and for so long nobody acknowledged it that it presumably never arrived.
  bool presumably_undelivered() const {
    return unacknowledged_ns >= kUndeliveredNs && !acknowledged && !heard;
  }
  /// Two retransmissions, with the shortest wait that there is: 200 ms and twice that.
  static constexpr TimeNs kUndeliveredNs = 400 * kNsPerMs;

  /// If it was carried out as soon as others.
  Span RunsSoon() const { return {runs.from, std::min(runs.until, soon)}; }

  /// If it was carried out as writes of its time were.
  Span RunsAtOnce() const { return {runs.from, std::min({runs.until, soon, at_once})}; }

  /// What an answer to a bulk has at least for each item: its index, id, result, shards and
  /// numbers.
  static constexpr uint64_t kItemAnswerBytes = 150;
  /// A bulk that is refused as a whole is answered by one error, told twice.
  static constexpr uint64_t kRefusalBytesMost = 2'048;
  /// Its answer is so long that it speaks of each item: it was not refused as a whole.
  bool answered_by_item() const {
    return bulk && answer_bytes &&
           *answer_bytes >= std::max(kRefusalBytesMost, questions.size() * kItemAnswerBytes);
  }
};

/// A request that takes numbers for documents that it does not name.
struct ByQueryRun {
  store::ExchangeId id{};
  std::vector<std::string> indices{};  ///< names or patterns
  Span ran{};
  bool lasts_as_request = false;    ///< nobody saw its answer: as long as `request` may run
  std::optional<size_t> request{};  ///< in History::requests, if it was not answered
  std::optional<int64_t> writes{};  ///< so many numbers it took; nothing: any
  Selection selection{};
  Change change{};
  Writer writer{};
  bool deletes = false;
  bool makes = false;        ///< reindex, or nobody knows what it puts where
  bool changes_all = false;  ///< what it finds takes a number: no script that may do nothing

  /// Of a body in which values may be others than were sent.
  void ForgetScript();
};

/// Traffic that the recorder did not see: anything may have been in it.
struct LostTraffic {
  Span ran{};
  uint64_t bytes = 0;       ///< of requests; 0: nobody knows
  uint64_t body_bytes = 0;  ///< so many of them were bodies at most; 0: nobody knows
  bool answered = false;    ///< `ran` has its answer in it
  /// It took so many numbers at most; nothing: any.
  std::optional<int32_t> most{};
  TimeNs sent_by = std::numeric_limits<TimeNs>::max();  ///< not later than that
  /// A hole in the flow of a connection that was seen before it: one request, or a few. Else there
  /// was a time in which the recorder saw nothing.
  bool in_flow = false;
  bool after_log = false;  ///< what came after the log's end
  /// It is in the log: nobody knows into which index it wrote.
  bool recorded = false;

  /// More may be a bulk: of a loader's one, so much was lost that it was likely to hold some
  /// document in question.
  static constexpr uint64_t kApartBytesMost = 16'384;

  /// Whether it may have made or deleted any document. `apart`: what was lost in a flow is taken
  /// not to have done so, if it is little.
  bool Touches(bool apart) const { return !apart || !in_flow || bytes > kApartBytesMost; }
};

/// A number that no document got.
struct Filler {
  std::string index{};
  uint32_t shard = 0;
  int64_t seq_no = 0;
};

/// A translog of a shard that names each number from `first` to `last`.
struct Journal {
  std::string index{};
  uint32_t shard = 0;
  int64_t first = 0;
  int64_t last = -1;
  /// What had been carried out by then is in it.
  TimeNs until = std::numeric_limits<TimeNs>::min();
};

/// A shard's highest number, as an answer shows it.
struct ShardSight {
  std::string index{};
  uint32_t shard = 0;
  Span at{};
  int64_t max_seq_no = 0;
};

/// A request that makes or removes an index, or changes what its documents may be.
struct IndexEvent {
  enum class What : uint8_t { kMade, kRemoved };

  std::string name{};  ///< or a pattern
  What what = What::kMade;
  Span ran{};
  bool answered = false;  ///< and done
};

}  // namespace trafrec::reconcile
