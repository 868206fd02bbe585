#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "reassembly/http/chunk_decoder.h"
#include "reassembly/http/head.h"
#include "reassembly/http/http_counts.h"
#include "reassembly/stream/stream_consumer.h"
#include "store/format/records.h"

namespace trafrec::reassembly {

/// The place where a message begins, and what its packet proves.
struct MessageStart {
  uint64_t offset = 0;
  uint32_t sequence = 0;
  TimeNs at = 0;
  std::optional<uint32_t> acknowledgment;
  std::optional<uint64_t> peer_offset;
  /// Its sender had received more than when it sent the packet before (or there was none): what a
  /// client that takes turns must have, and nothing inside one message has.
  bool advanced = false;
  bool resynchronised = false;  ///< nothing before it proves that a message begins here
  /// A message that was accepted ended just before: if that is one, so is this, whatever the turns.
  bool chained = false;
};

/// How a message came to its end.
enum class Ending : uint8_t {
  kComplete,  ///< by its framing
  kClosed,    ///< the flow ended before
  kGap,       ///< a gap hides its end
  kBroken,    ///< its framing makes no sense
  kEvicted,   ///< a limit of ours
  kRefused    ///< its sender asked whether to send the body, and was told not to
};

struct BodyPlan {
  store::Framing framing = store::Framing::kNone;
  uint64_t length = 0;
  /// A response to an unknown request, which may be a HEAD: then there is no body, whatever the
  /// head says.
  bool bodyless_possible = false;
  /// Nothing says where the body ends, nor, by that, where the next message begins.
  bool end_unknown = false;
  /// Recipients differ on where it ends: what follows is proved by nothing before it.
  bool end_disputed = false;
};

/// Receives what MessageParser finds in a flow. Implemented by HttpConnection.
class MessageHandler {
 public:
  virtual ~MessageHandler() = default;

  /// Did the reverse flow's sender begin its latest message when it had received `flow` up to
  /// `offset` exactly? And does the packet there, which acknowledges `peer_offset`, know of it?
  virtual bool PeerAwaited(Flow flow, uint64_t offset, uint64_t peer_offset) = 0;
  /// Does the client send requests before it has the answers?
  virtual bool Pipelines() const = 0;
  /// Is it known by the number of messages in both flows that those found by searching are some?
  virtual bool StartsCounted() const = 0;
  /// Is it known that this flow is the client's?
  virtual bool IsClients(Flow flow) const = 0;
  /// May a message with this start line begin here? Of a resynchronised one: does it fit the turns?
  virtual bool Accepts(Flow flow, const MessageStart& start, const StartLine& line) = 0;
  /// First bytes that may become a start line, and: they did not.
  virtual void OnStartSeen(Flow flow, const MessageStart& start) = 0;
  virtual void OnStartGone(Flow flow) = 0;
  /// The start line of a message whose head is not complete; `line` holds at least it.
  virtual void OnStartLine(Flow flow, const MessageStart& start, const StartLine& line) = 0;
  virtual BodyPlan OnHead(Flow flow, const MessageStart& start, const StartLine& line,
                          const HeadFields& fields, std::string_view head) = 0;
  /// The flow's head ends like this before it is complete. `line` nullptr: not even the start line.
  /// True if it was taken as a message.
  virtual bool OnPartialHead(Flow flow, const MessageStart& start, const StartLine* line,
                             std::string_view head, Ending ending, const Gap* gap) = 0;
  /// Bytes that are no head: an answer in HTTP/0.9?
  virtual bool TakesHeadless(Flow flow, const MessageStart& start) = 0;
  virtual void OnBody(Flow flow, Bytes bytes) = 0;
  virtual void OnTrailers(Flow flow, Bytes bytes) = 0;
  virtual void OnMessageGap(Flow flow, store::MessageGap::Part part, uint64_t length,
                            const Gap& gap) = 0;
  /// The message in progress reaches to `offset` now.
  virtual void OnProgress(Flow flow, uint64_t offset, TimeNs at) = 0;
  virtual void OnBodyless(Flow flow) = 0;
  /// Did the sender of the head in progress ask whether to send the body, and get, when it had
  /// received `peer_offset`, a final answer?
  virtual bool BodyRefused(Flow flow, std::optional<uint64_t> peer_offset) const = 0;
  /// Whether the message in progress has a body cannot be told for sure. If it has, that lies from
  /// `from` to `end` (UINT64_MAX: to the flow's end).
  virtual void OnEndGuessed(Flow flow, uint64_t from, uint64_t end) = 0;
  virtual void OnMessageEnd(Flow flow, Ending ending, bool lenient) = 0;
  /// From `from` on, messages may have been missed. `at_start`: the first one began there.
  virtual void OnLost(Flow flow, uint64_t from, uint64_t length, bool at_start) = 0;
  /// While looking for a start: the packet at `offset` begins with none.
  virtual void OnNoStartAt(Flow flow, uint64_t offset, std::optional<uint64_t> peer_offset) = 0;
  /// First bytes of a flow in which there was no message so far. True: look no further in it.
  virtual bool OnForeign(Flow flow, Bytes first_bytes) = 0;
};

/// Finds the messages of one flow: collects heads, counts and unchunks bodies, steps over gaps in
/// bodies, and looks for the next start after gaps that hide one. Request-aware framing and all
/// that concerns both flows is the handler's. Buffers at most one head (limits::kHeadBytes).
class MessageParser {
 public:
  /// `proved`: the flow's first byte begins a message (its SYN was seen).
  MessageParser(Flow flow, bool proved, MessageHandler& handler, HttpCounts& counts);

  void OnChunk(const Chunk& chunk);
  void OnGap(const Gap& gap);
  /// The flow ends: in order with FIN (`whole`), or cut.
  void Finish(bool whole, Ending ending);
  /// No more HTTP in this flow: bytes are only counted.
  void BecomeOpaque();
  /// Does not wait any longer for the end of the head in progress.
  void GiveUpHead();

  bool opaque() const { return state_ == State::kOpaque; }
  /// Of a flow that was handed over up to `delivered`: up to where it is known which message a byte
  /// belongs to. What looks like a head is one only when its end was seen.
  uint64_t known_to(uint64_t delivered) const {
    return state_ == State::kHead ? start_.offset : delivered;
  }
  size_t buffered_bytes() const { return head_.capacity(); }
  /// Of a head or trailer whose end has not come.
  size_t pending_bytes() const {
    return state_ == State::kHead || trailer_held_ ? head_.size() : 0;
  }
  /// In no message, nor in what may become one.
  bool at_rest() const;
  /// Names what it knows then (resting.cc). `peer_end`: of the other flow so far.
  template <typename Numbers>
  void EachNumber(uint64_t peer_end, Numbers& numbers);
  std::optional<uint64_t> last_peer_offset() const { return last_peer_; }

 private:
  enum class State : uint8_t {
    kBetween,
    kHead,
    kLength,
    kChunked,
    kUntilClose,
    kSearching,
    kOpaque,
    kProxyHeader
  };

  std::string_view rest() const { return AsText(chunk_->bytes).substr(at_); }
  bool in_body() const {
    return state_ == State::kLength || state_ == State::kChunked || state_ == State::kUntilClose;
  }
  MessageStart StartHere() const {
    return {.offset = chunk_->offset + at_,
            .sequence = chunk_->sequence + static_cast<uint32_t>(at_),
            .at = chunk_->at,
            .acknowledgment = chunk_->acknowledgment,
            .peer_offset = chunk_->peer_offset,
            .advanced = advanced_,
            .resynchronised = !proved_};
  }
  void Step();
  void StepBetween();
  void StepHead();
  bool BeginProxyHeader();
  void CollectProxyHeader();
  void TakeProxyHeader(uint64_t begin, size_t left);
  void StepProxyHeader();
  void StepLength();
  void StepChunked();
  void StepTrailer();
  size_t WholeTrailers();
  void EndAtStart();
  void Doubt();
  void KeepTrailer(size_t more);
  void StepSearching();
  void BeginCollecting();
  void BeginHead();
  void BufferHead();
  /// False: a message does not begin with this line.
  bool TakeStartLine(std::string_view line);
  void CompleteHead(std::string_view head);
  void AcceptHead(std::string_view head, const HeadFields& fields);
  void EnterBody(const BodyPlan& plan);
  void TakeBody(std::string_view bytes);
  void NoStart();
  void OverlongHead();
  void HoldStart();
  void LetStartGo();
  void ReturnChunk();
  void DropHead();
  void DropTentativeHead();
  void EndPartialHead(Ending ending, const Gap* gap);
  void EndMessage(Ending ending);
  void Complete(uint64_t end);
  void Search();
  void SkipChunk();
  void DecideBodyless();
  void DecideRefused();

  const Flow flow_;
  MessageHandler& handler_;
  HttpCounts& counts_;
  State state_;
  bool proved_;              ///< message starts are proved by what came before
  int proofs_ = 0;           ///< since it was not
  const bool from_start_;    ///< the flow was seen from its first byte
  bool tentative_ = false;   ///< the head in progress was found by searching
  bool start_held_ = false;  ///< OnStartSeen was called, nothing came of it yet
  bool line_known_ = false;
  bool opening_ = false;  ///< the head in progress may be a PROXY header
  bool folded_ = false;   ///< the head has folded lines
  bool seen_message_ = false;
  bool bodyless_possible_ = false;
  bool body_begun_ = false;  ///< or it is decided that it will
  bool end_disputed_ = false;
  bool end_guessed_ = false;    ///< of the last message: it may have had no body
  bool proved_before_ = false;  ///< what proved_ was before it
  bool lenient_ = false;
  bool advanced_ = false;

  const Chunk* chunk_ = nullptr;  ///< during OnChunk
  size_t at_ = 0;                 ///< in it
  MessageStart start_;
  StartLine line_;
  std::string head_;  ///< of a head that came in several chunks
  size_t scanned_ = 0;
  uint64_t left_ = 0;  ///< of a body with a length, or a PROXY header
  uint64_t trailer_bytes_ = 0;
  bool start_at_packet_ = false;
  bool trailer_held_ = false;  ///< head_ has the begin of a line where trailers are due
  uint64_t searched_bytes_ = 0;
  ChunkDecoder chunks_;
  std::optional<uint64_t> last_peer_;
};

}  // namespace trafrec::reassembly
