#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "reassembly/http/exchange.h"

namespace trafrec::reassembly {

/// Decides which request of a connection a response answers. Knows the unanswered requests, in
/// their order, and the places where the capture may have missed messages. Offsets are those of the
/// two flows. The rule and its reasons are in pairing.cc.
class Pairing {
 public:
  /// `mid_stream`: requests may have been sent before the capture began.
  explicit Pairing(bool mid_stream);

  enum class Kind : uint8_t {
    kPaired,
    kUnrequested,  ///< no request that was seen can be the one
    kAmbiguous,    ///< several can, and nothing proves which
    kImplausible   ///< not even a missed request can; if it was found by looking for a start, it is
                   ///< none
  };
  struct Decision {
    Kind kind = Kind::kUnrequested;
    size_t index = 0;    ///< of the request among the unanswered, if paired
    size_t fitting = 0;  ///< how many of the first entries fit
  };

  /// A request's start line was seen: `start` in the client's flow; `peer_offset` of the server's
  /// flow had reached the client when it sent it.
  /// `advanced`: the client knew more than on its packet before. `quiet`: both sides had been
  /// silent so long before it that no answer was due.
  void AddRequest(Exchange& exchange, uint64_t start, std::optional<uint64_t> peer_offset,
                  bool advanced, bool quiet);
  void OnRequestEnd(const Exchange& exchange, uint64_t end);
  /// The response paired last ended at `end`; nullopt: where nobody knows.
  void OnAnswerEnd(std::optional<uint64_t> end) { answer_end_ = end; }
  /// A request was missed since the last answer, and its client, knowing `peer_offset`, has no byte
  /// of the answer to it: if it takes turns, what it sends still belongs to that request.
  bool AwaitsMissedAnswer(std::optional<uint64_t> peer_offset) const;
  /// A packet whose sender had `peer_offset` of the client's flow begins at `start`, with no
  /// message.
  void OnNoAnswerAt(uint64_t start, std::optional<uint64_t> peer_offset);
  /// Something that looks like a request was passed over, because a client that takes turns cannot
  /// have sent it.
  void OnRequestRefused();
  /// The client's flow from `from` on (`length` bytes as far as is known) may hide requests.
  /// `peer_offset`: that of the last client packet before.
  void OnRequestsLost(uint64_t from, uint64_t length, std::optional<uint64_t> peer_offset);
  /// The server's flow may have hidden responses. If `length` is not 0, the first of them began at
  /// `from`; the request that it answered is appended to `unanswered`.
  void OnResponsesLost(uint64_t from, uint64_t length, std::vector<Exchange*>& unanswered);

  /// What a response that begins at `start`, on a packet that acknowledged `peer_offset` of the
  /// client's flow, answers.
  Decision Decide(uint64_t start, std::optional<uint64_t> peer_offset) const;
  /// Takes the decided request out of the queue, and those before it, whose answers were missed:
  /// they are appended to `unanswered`; those left open by kAmbiguous to `ambiguous`.
  Exchange* Apply(const Decision& decision, uint64_t start, std::optional<uint64_t> peer_offset,
                  std::vector<Exchange*>& unanswered, std::vector<Exchange*>& ambiguous);
  /// An interim answer to the decided request ended at `end`: its final one begins there.
  void OnInterim(const Decision& decision, uint64_t end);
  Exchange* At(size_t index) const { return entry(index).exchange; }

  /// Takes the oldest unanswered request out, as if it had been missed (too many wait).
  Exchange* EvictOldest();
  size_t waiting() const { return requests_; }
  bool pipelined() const { return pipelined_; }

 private:
  static constexpr uint64_t kNoBurst = UINT64_MAX;
  /// Stray line ends between messages may or may not lie before a bound; no response is that short.
  static constexpr uint64_t kSlackBytes = 12;
  /// So many proved turns make a client one that takes turns even where a burst could hide.
  static constexpr uint64_t kTurnsTrusted = 2;
  /// And so many bursts make it one that awaits the answers to each burst. More, for a client that
  /// fills up a window now and then also awaits them by chance. A client that changes its habit
  /// just where the capture missed it is paired wrongly: habits are all that is left to judge by
  /// there.
  static constexpr uint64_t kBurstsTrusted = 16;

  struct Entry {
    Exchange* exchange = nullptr;  ///< nullptr: a place where requests may have been missed
    bool before_capture = false;   ///< that place is all that was sent before the capture began
    uint64_t start = 0;
    uint64_t burst = kNoBurst;  ///< where the burst begins to which it belongs at the latest
    std::optional<uint64_t> end = std::nullopt;
    std::optional<uint64_t> answer_from = std::nullopt;  ///< its answer begins there or later
    bool certain = false;  ///< a request was missed there, for it begins where a message ended
    uint64_t known = 0;    ///< requests that were seen, but whose answers could not be told apart
    uint64_t hidden_bytes = 0;
    uint64_t hidden_answers = 0;  ///< responses taken as answers to missed requests
  };

  const Entry& entry(size_t index) const { return entries_[first_ + index]; }
  size_t size() const { return entries_.size() - first_; }
  size_t Fitting(uint64_t start, std::optional<uint64_t> peer_offset) const;
  Decision DecideUnproved(size_t fitting, uint64_t start) const;
  std::optional<size_t> BurstHead(size_t fitting) const;
  Decision DecideInBurst(size_t head, size_t fitting, uint64_t start) const;
  bool HiddenOnesAnswered(size_t before) const;
  bool AllAnswered(const Entry& hidden) const;
  void DropAnswered();
  void DropHidden();
  void PopFront(size_t count);
  void NotePipelining(uint64_t peer_offset, bool advanced);
  void NoteBurst(uint64_t start, uint64_t peer_offset, bool advanced);
  void NoteTurn(const Entry& answered, uint64_t start, std::optional<uint64_t> peer_offset);

  std::vector<Entry> entries_;  ///< those before first_ are gone
  size_t first_ = 0;
  size_t requests_ = 0;
  bool responses_lost_;          ///< since the last pair; then only an exact place proves a pair
  uint64_t missed_answers_ = 0;  ///< to requests that were not known at that time
  bool pipelined_ = false;       ///< this client sends before it has the answer
  uint64_t turns_ = 0;           ///< proved pairs that took turns
  uint64_t drained_bursts_ = 0;  ///< that began when all before was answered, as far as is proved
  bool overlaps_ = false;        ///< a burst was seen to begin before that
  bool lost_since_request_;      ///< requests may have been missed since the last one
  uint64_t burst_ = kNoBurst;    ///< start of the last burst whose first request was seen
  uint64_t shortest_request_ = UINT64_MAX;
  std::optional<uint64_t> last_request_peer_;  ///< peer_offset of the last request or lost place
  std::optional<uint64_t> last_unrequested_peer_;
  std::optional<uint64_t> last_request_end_;  ///< if it is known
  std::optional<uint64_t> answer_end_;  ///< of the response paired last; UINT64_MAX: it goes on
};

}  // namespace trafrec::reassembly
