#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/time.h"
#include "reconcile/history/facts.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

/// What a connection's own numbers say of requests whose answers were not seen: TCP numbers each
/// byte, so a hole in the client's flow is lost requests, and a client that acknowledges more than
/// it had when it sent a request has got the beginning of that request's answer, which comes only
/// once the work is done. Exchanges come in the order in which they began. One thread.
class ConnectionWatch {
 public:
  using Settle = std::function<void(size_t request, TimeNs by)>;

  /// `settle` is told when a request that was waited for had run.
  explicit ConnectionWatch(Settle settle) : settle_(std::move(settle)) {}

  /// `request`: a number that the caller waits for; nothing: its answer says all.
  void Add(const store::StoredExchange& exchange, std::optional<size_t> request);

  /// Requests that were lost, as far as flows have shown. At the end of the log.
  std::vector<LostTraffic> Lost() const;
  /// Longest from a request's last byte to its answer's first.
  int64_t longest_answer_ns() const { return longest_answer_ns_; }

 private:
  struct Waiting {
    size_t request;
    uint32_t acknowledged;  ///< by the client, when it began to send the request
  };
  struct Connection {
    uint64_t next_offset = 0;   ///< in the client's flow, behind the last request
    TimeNs last_byte_at = 0;    ///< of the last request
    TimeNs answered_until = 0;  ///< first byte of the latest answer that is in the log
    bool unanswered = false;    ///< the last request's answer is not in the log
    bool pipelines = false;
    std::vector<Waiting> waiting;
    std::optional<store::ConnectionRecord> record;  ///< as the last exchange has it
  };

  void NoteHole(Connection& connection, const store::MessageFacts& request);

  Settle settle_;
  std::map<std::pair<std::pair<std::string, uint32_t>, store::ConnectionNumber>, Connection>
      connections_;
  std::vector<LostTraffic> lost_;
  int64_t longest_answer_ns_ = 0;
};

}  // namespace trafrec::reconcile
