#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "reassembly/http/backlog.h"
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
    size_t index = 0;          ///< of the request among the unanswered, if paired
    size_t fitting = 0;        ///< how many of the first entries fit
    bool presumed = false;     ///< paired, on the ground of a habit that is not yet known well
    bool over_hidden = false;  ///< presuming that no missed request is outstanding
    bool in_turn = false;      ///< it looks like the answer of one who takes turns
    bool counted = false;      ///< by Backlog
  };
  /// Where a response begins.
  struct ResponseStart {
    uint64_t offset = 0;
    std::optional<uint64_t> peer_offset;  ///< what its packet acknowledged of the client's flow
    bool proved = true;  ///< false: it was found by searching, and may be a quotation
  };

  /// A request's start line was seen: `start` in the client's flow; `peer_offset` of the server's
  /// flow had reached the client when it sent it.
  /// `advanced`: the client knew more than on its packet before. `quiet`: both sides had been
  /// silent so long before it that no answer was due.
  void AddRequest(Exchange& exchange, uint64_t start, std::optional<uint64_t> peer_offset,
                  bool advanced, bool quiet);
  /// The method of the request added last is HEAD.
  void OnHeadRequest() { ++heads_; }
  void OnRequestEnd(const Exchange& exchange, uint64_t end);
  /// The response begun last may have no body: then it ends at `end`.
  void OnAnswerMayEnd(uint64_t end) { backlog_.OnAnswerMayEnd(end); }
  /// Whether it does is a guess: else what follows from `from` to `end` is no response.
  void OnAnswerEndGuessed(uint64_t from, uint64_t end) { backlog_.OnAnswerEndGuessed(from, end); }
  /// The response paired last ended at `end`; nullopt: where nobody knows.
  void OnAnswerEnd(std::optional<uint64_t> end);
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
  /// The server's flow may have hidden responses. If `length` is not 0, so many bytes are missing
  /// where the next one was to begin.
  void OnResponsesLost(uint64_t length);

  /// What a response answers.
  Decision Decide(const ResponseStart& start) const;
  /// Takes the decided request out of the queue, and those before it, whose answers were missed:
  /// they are appended to `unanswered`; those left open by kAmbiguous to `ambiguous`.
  Exchange* Apply(const Decision& decision, const ResponseStart& start,
                  std::vector<Exchange*>& unanswered, std::vector<Exchange*>& ambiguous);
  /// An interim answer to the decided request ended at `end`: its final one begins there.
  void OnInterim(const Decision& decision, uint64_t end);
  /// Of the response that begins next.
  AnswerPlace NextPlace() const { return {backlog_.answered(), backlog_.count_number()}; }
  /// Will the place of a response be told by those to come, if this one's is ambiguous?
  bool may_be_told() const { return pipelined_ && backlog_.trusted(); }
  /// The request that waits for the answer at that place, by what is decided of the one at `start`;
  /// or nullptr.
  Exchange* RequestAt(const AnswerPlace& place, const Decision& decision,
                      const ResponseStart& start) const;
  /// The places are as RequestAt says / are not.
  void Settle(const Decision& decision, const ResponseStart& start);
  void Recount() { backlog_.Recount(); }
  /// Takes that request out, and those before it.
  Exchange* TakeAt(const AnswerPlace& place, std::vector<Exchange*>& unanswered);
  /// Does not wait any longer for what may tell which answer is for this request, or for one
  /// before.
  void GiveUp(const Exchange& exchange, std::vector<Exchange*>& ambiguous);
  Exchange* At(size_t index) const { return entry(index).exchange; }
  /// Is a HEAD request, or may one be, among those that the response fits?
  bool MayAnswerHead(const Decision& decision) const;

  /// Takes the oldest unanswered request out, as if it had been missed (too many wait).
  Exchange* EvictOldest();
  size_t waiting() const { return requests_; }
  bool pipelined() const { return pipelined_; }
  /// The pairs since the last loss rest on a habit, or on a silence: if the client pipelined in the
  /// part that is missing, or the server thought for so long, they are shifted.
  bool presumed() const { return presumed_ || supposed_idle_; }
  /// What was found by searching is proved by the number of messages both ways.
  bool starts_proved() const { return pipelined_ && backlog_.proved(); }
  /// Also of responses found before that begin there or later.
  uint64_t answers_proved_from() const { return backlog_.answers_proved_from(); }

  /// No request waits, and none that was missed may.
  bool at_rest() const { return size() == 0; }
  /// Names all that it knows then (resting.cc). The ends are those of the two flows so far.
  template <typename Numbers>
  void EachNumber(uint64_t requests_end, uint64_t answers_end, Numbers& numbers);

 private:
  static constexpr uint64_t kNoBurst = UINT64_MAX;
  /// Stray line ends between messages may or may not lie before a bound; no response is that short.
  static constexpr uint64_t kSlackBytes = 12;
  /// So many proved turns, and no sign of pipelining, make a client one that takes turns.
  static constexpr uint64_t kTurnsTrusted = 8;
  /// With so many, proved or only looking so, it is presumed to, where requests may be missing.
  static constexpr uint64_t kTurnsPresumed = 4;
  /// With so many, if none of them is proved.
  static constexpr uint64_t kTurnsOnlySeen = 12;
  /// So many bursts make it one that is presumed to await the answers to each burst; more than for
  /// turns, for a client that fills up a window now and then also awaits them by chance.
  static constexpr uint64_t kBurstsPresumed = 8;
  /// "GET / HTTP/1.1" and two line ends: as many requests may hide in a number of bytes.
  static constexpr uint64_t kShortestRequestBytes = 18;

  struct Entry {
    Exchange* exchange = nullptr;  ///< nullptr: a place where requests may have been missed
    bool after_quiet = false;      ///< when it was asked, no answer was due
    bool before_capture = false;   ///< that place is all that was sent before the capture began
    uint64_t index = 0;            ///< among all requests seen; of a place: that of the next one
    uint64_t heads_before = 0;     ///< HEAD requests seen before it
    uint64_t places_before = 0;    ///< and places where requests may hide
    uint64_t start = 0;
    uint64_t burst = kNoBurst;  ///< where the burst begins to which it belongs at the latest
    std::optional<uint64_t> end = std::nullopt;
    std::optional<uint64_t> answer_from = std::nullopt;  ///< its answer begins there or later
    bool certain = false;  ///< a request was missed there, for it begins where a message ended
    uint64_t known = 0;    ///< requests that were seen, but whose answers could not be told apart
    uint64_t hidden_bytes = 0;  ///< of the flow, in which requests may hide
    std::optional<uint64_t> hidden_from = std::nullopt;  ///< and from here on
    uint64_t hidden_answers = 0;                         ///< responses taken as answers to them
    uint64_t presumed_answers = 0;  ///< missing parts that were answers to them, or interim ones
  };

  const Entry& entry(size_t index) const { return entries_[first_ + index]; }
  size_t size() const { return entries_.size() - first_; }
  size_t Fitting(const ResponseStart& start) const;
  uint64_t Through(size_t fitting) const;
  std::optional<size_t> Find(int64_t request) const;
  std::optional<int64_t> ShiftBy(const Decision& decision, const ResponseStart& start) const;
  Decision DecideCounted(int64_t request, size_t fitting) const;
  Decision DecideUnproved(size_t fitting, const ResponseStart& start) const;
  Decision DecideByTurns(size_t last, size_t fitting, uint64_t start) const;
  bool TakesTurns() const;
  bool HiddenBefore(size_t last) const;
  bool NoneLeftBefore(size_t last) const;
  std::optional<size_t> BurstHead(size_t fitting) const;
  Decision DecideInBurst(size_t head, size_t fitting, uint64_t start) const;
  bool AllAnswered(const Entry& hidden) const;
  void TakeHiddenAnswer(size_t index, const ResponseStart& start);
  void Retain(size_t fitting, std::vector<Exchange*>& ambiguous);
  void ForgetDoubts();
  Exchange* Paired(const Entry& answered) const;
  void Pool(size_t fitting, bool answered, std::vector<Exchange*>& ambiguous);
  void DropAnswered();
  bool DropHidden();
  void PopFront(size_t count);
  void NotePipelining(uint64_t peer_offset, bool advanced);
  void BecomePipelined();
  void NoteBurst(uint64_t start, uint64_t peer_offset, bool advanced);
  static void CloseHidden(Entry& hidden, uint64_t until);
  static bool ShowsPipelining(const Entry& answered, const ResponseStart& start);
  void NoteTurn(const Entry& answered, const ResponseStart& start);

  Backlog backlog_;
  uint64_t heads_ = 0;            ///< HEAD requests seen
  uint64_t places_ = 0;           ///< where requests may hide
  uint64_t doubted_through_ = 0;  ///< requests below, of those waiting, may have had their answer
  std::vector<Entry> entries_;    ///< those before first_ are gone
  size_t first_ = 0;
  size_t requests_ = 0;
  bool responses_lost_;          ///< since the last pair; then only an exact place proves a pair
  uint64_t missed_answers_ = 0;  ///< to requests that were not known at that time
  bool presumed_ = false;
  bool presumed_over_hidden_ = false;  ///< and requests may be missing
  bool supposed_idle_ = false;         ///< by a silence: none that is missing was outstanding
  bool pipelined_ = false;             ///< this client sends before it has the answer
  uint64_t turns_ = 0;                 ///< proved pairs that took turns
  uint64_t seen_turns_ = 0;            ///< pairs that were left ambiguous, and looked like turns
  std::optional<uint64_t> shortest_request_;
  uint64_t drained_bursts_ = 0;  ///< that began when all before was answered, as far as is proved
  bool overlaps_ = false;        ///< a burst was seen to begin before that
  bool lost_since_request_;      ///< requests may have been missed since the last one
  uint64_t burst_ = kNoBurst;    ///< start of the last burst whose first request was seen
  std::optional<uint64_t> last_request_peer_;  ///< peer_offset of the last request or lost place
  std::optional<uint64_t> last_unrequested_peer_;
  std::optional<uint64_t> last_request_end_;  ///< if it is known
  std::optional<uint64_t> answer_end_;  ///< of the response paired last; UINT64_MAX: it goes on
};

}  // namespace trafrec::reassembly
