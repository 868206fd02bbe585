#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/time.h"
#include "reconcile/history/facts.h"
#include "reconcile/history/server_lives.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

/// What a connection's own numbers say of requests whose answers were not seen: TCP numbers each
/// byte, so a hole in the client's flow is lost requests, and a client that acknowledges more than
/// it had when it sent a request has got the beginning of that request's answer, which comes only
/// once the work is done. Exchanges come in the order in which they began. One thread.
class ConnectionWatch {
 public:
  using Settle = std::function<void(size_t request, TimeNs by)>;
  using Heard = std::function<void(size_t request, uint64_t bytes)>;

  /// `settle` is told when a request that was waited for had run, `heard` how many bytes its answer
  /// had, of which nothing is in the log.
  ConnectionWatch(Settle settle, Heard heard)
      : settle_(std::move(settle)), heard_(std::move(heard)) {}

  /// Holes by a recorder's own account: where no request of a connection is in the log, nothing
  /// else tells of them.
  void NoteHoles(const store::AttemptInfo& attempt);

  /// `request`: a number that the caller waits for; nothing: its answer says all.
  void Add(const store::StoredExchange& exchange, std::optional<size_t> request);

  /// Requests that were lost, as far as flows have shown. At the end of the log, once. `until`: the
  /// log goes on behind that; a connection that is open then has not yet shown what it lost since
  /// its last request.
  std::vector<LostTraffic> Finish(std::optional<TimeNs> until);
  /// When servers were alive, as far as answers show. Before Finish.
  ServerLives Lives() const;
  /// Longest from a request's last byte to its answer's first.
  int64_t longest_answer_ns() const { return longest_answer_ns_; }

 private:
  struct Waiting {
    size_t request;
    /// By the client, when it began to send the request; nothing if what it acknowledges later may
    /// be something else than the answer.
    std::optional<uint32_t> acknowledged;
  };
  struct Connection {
    uint64_t next_offset = 0;  ///< in the client's flow, behind the last request
    uint64_t next_answer = 0;  ///< in the server's flow, behind the last answer
    TimeNs last_byte_at = 0;   ///< of the last request
    /// First byte of the first request, if the connection was open before; else 0.
    TimeNs mid_stream_until = 0;
    TimeNs answered_until = 0;  ///< first byte of the latest answer that is in the log
    bool unanswered = false;    ///< the last request's answer is not in the log
    bool pipelines = false;
    bool compresses = false;  ///< bodies of requests
    bool compressed = false;  ///< bodies of answers
    /// Bytes that the head of one of its requests has at least, by those that were seen; 0: none.
    uint64_t least_head = 0;
    uint64_t least_answer_head = 0;
    std::vector<Waiting> waiting;
    /// Since the last answer so many requests came without one. If there is one, it is in
    /// `request`.
    int unheard = 0;
    std::optional<size_t> unheard_request;
    bool answer_cut = false;                        ///< where the last answer ended is not known
    std::vector<size_t> lost;                       ///< in lost_: not yet known to be done
    std::optional<store::ConnectionRecord> record;  ///< as the last exchange has it
  };

  static void NoteHead(Connection& connection, const store::StoredMessage& request);
  void NoteHole(Connection& connection, const store::MessageFacts& request);
  void NoteAnswer(Connection& connection, const store::StoredMessage& answer, bool certain);
  void Hear(Connection& connection, uint64_t until) const;
  static void LetRunOn(LostTraffic& lost);
  void Bound(LostTraffic& lost, const Connection& connection, uint64_t answer_bytes) const;

  using Recorder = std::pair<std::string, uint32_t>;  ///< its name, and its start's number
  struct Hole {
    Recorder recorder;
    store::LossRecord loss;
  };

  void AddUnseen(const Hole& hole);

  Settle settle_;
  Heard heard_;
  std::map<std::pair<Recorder, store::ConnectionNumber>, Connection> connections_;
  std::vector<Hole> holes_;
  std::vector<LostTraffic> lost_;
  int64_t longest_answer_ns_ = 0;
  bool has_tasks_ = false;        ///< somebody does not wait for by-query requests to end
  bool filters_answers_ = false;  ///< a client asks for parts of answers: they may be short
};

}  // namespace trafrec::reconcile
