#include "reconcile/history/connection_watch.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

#include "reconcile/history/mutation_facts.h"
#include "reconcile/history/redacted.h"
#include "reconcile/history/wire.h"
#include "replay/recorded/message_head.h"

namespace trafrec::reconcile {
namespace {

using store::Flag;

/// Whether one raw TCP number is beyond another (RFC 9293, section 3.4).
bool IsBeyond(uint32_t number, uint32_t than) { return static_cast<int32_t>(number - than) > 0; }

/// `{"delete":{"_id":"a"}}` and its line end: the shortest item of a bulk.
constexpr uint64_t kItemBytes = 23;
/// A by-query request's answer has took, timed_out, total, updated or deleted, batches,
/// version_conflicts, noops, retries, throttled_millis, requests_per_second,
/// throttled_until_millis and failures.
constexpr uint64_t kByQueryAnswerBytes = 210;
/// `{"query":{}}`: a by-query request without a body finds everything, and is not written so.
constexpr uint64_t kByQueryBytes = 12;

/// `PUT / HTTP/1.1` and `HTTP/1.1 200 OK`, with their line ends.
constexpr uint64_t kLeastLineBytes = 16;
/// Fields that one message of a sender has and another has not, or a shorter one.
constexpr std::array<std::string_view, 15> kOfOneMessage = {
    "Expect", "Location",          "Warning",     "Deprecation", "X-Opaque-Id",
    "Cookie", "Set-Cookie",        "Connection",  "Keep-Alive",  "Retry-After",
    "ETag",   "Transfer-Encoding", "traceparent", "tracestate",  "Authorization"};
/// Those of a request's body; each answer to a write has one.
constexpr std::array<std::string_view, 2> kOfBody = {"Content-Type", "Content-Length"};

bool IsAny(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::any_of(
      names, [&](std::string_view other) { return recorded::SameFieldName(name, other); });
}

/// How short the head of another message of that sender can be.
uint64_t LeastHeadLike(const std::vector<recorded::HeaderField>& fields, bool of_answer) {
  uint64_t bytes = kLeastLineBytes + 2;
  for (const recorded::HeaderField& field : fields) {
    if (IsAny(field.name, kOfOneMessage) || (!of_answer && IsAny(field.name, kOfBody)) ||
        HoldsToken(field.line)) {
      continue;
    }
    const bool length = recorded::SameFieldName(field.name, "Content-Length");
    bytes += field.line.size() + 2 - (length ? field.value.value_or("").size() - 1 : 0);
  }
  return bytes;
}

uint64_t Least(uint64_t known, uint64_t bytes) {
  return known == 0 ? bytes : std::min(known, bytes);
}

bool Expects(const store::StoredMessage& request) {
  return !recorded::FieldValue(recorded::ParseHead(request.head).fields, "Expect").empty();
}

}  // namespace

void ConnectionWatch::NoteHoles(const store::AttemptInfo& attempt) {
  for (const store::LossRecord& loss : attempt.losses) {
    if (loss.cause == store::LossCause::kGap) {
      holes_.push_back({{attempt.recorder, attempt.attempt}, loss});
    }
  }
}

void ConnectionWatch::AddUnseen(const Hole& hole) {
  const auto& number = hole.loss.connection;
  const auto found = number ? connections_.find({hole.recorder, *number}) : connections_.end();
  // What was lost before the first request of one that was open already, no number tells.
  if (found == connections_.end() || found->second.last_byte_at == 0 ||
      hole.loss.until <= found->second.mid_stream_until) {
    lost_.push_back(
        {.ran = {hole.loss.from, hole.loss.until}, .bytes = hole.loss.bytes, .in_flow = true});
  }
}

void ConnectionWatch::NoteHole(Connection& connection, const store::MessageFacts& request) {
  if (request.flow_offset > connection.next_offset) {
    const uint64_t bytes = request.flow_offset - connection.next_offset;
    const uint64_t head = connection.least_head;
    const uint64_t body = bytes > head ? bytes - head : 0;
    connection.lost.push_back(lost_.size());
    // A client that does not pipeline had the lost answers before it sent the next request.
    lost_.push_back({.ran = {connection.last_byte_at, request.first_byte_at},
                     .bytes = bytes,
                     .body_bytes = connection.compresses || head == 0 ? 0 : body + 1,
                     .answered = !connection.pipelines,
                     .sent_by = request.first_byte_at,
                     .in_flow = true});
  }
}

void ConnectionWatch::NoteHead(Connection& connection, const store::StoredMessage& request) {
  const auto fields = recorded::ParseHead(request.head).fields;
  if (!HasFlag(request.facts.flags, Flag::kRequestTruncated)) {
    connection.least_head = Least(connection.least_head, LeastHeadLike(fields, false));
  }
  connection.compresses =
      connection.compresses || !recorded::FieldValue(fields, "Content-Encoding").empty();
}

/// It may have been a by-query request whose answer says no more than that it was begun.
void ConnectionWatch::LetRunOn(LostTraffic& lost) {
  lost.ran.until = std::numeric_limits<TimeNs>::max();
  lost.answered = true;
  lost.most.reset();
}

/// How many numbers it took at most, by its length and that of its answer.
void ConnectionWatch::Bound(LostTraffic& lost, const Connection& connection,
                            uint64_t answer_bytes) const {
  if (connection.compressed || connection.least_answer_head == 0 || lost.body_bytes == 0) {
    return;
  }
  const uint64_t head = connection.least_answer_head;
  const uint64_t body = answer_bytes > head ? answer_bytes - head : 0;
  // Whatever a by-query request did, its answer has a dozen members.
  if (body < kByQueryAnswerBytes) {
    const uint64_t by_answer = 1 + body / OpenRequest::kItemAnswerBytes;
    const uint64_t by_request = 1 + lost.body_bytes / kItemBytes;
    lost.most = static_cast<int32_t>(std::min({by_answer, by_request, uint64_t{1} << 20}));
  } else if (lost.body_bytes < kByQueryBytes) {
    lost.most = static_cast<int32_t>(1 + lost.body_bytes / kItemBytes);
  }
}

/// Answers come in the order of their requests: all that was sent before had run (RFC 9112,
/// section 9.3.2).
void ConnectionWatch::NoteAnswer(Connection& connection, const store::StoredMessage& answer,
                                 bool certain) {
  const store::MessageFacts& facts = answer.facts;
  const auto fields = recorded::ParseHead(answer.head).fields;
  connection.least_answer_head = Least(connection.least_answer_head, LeastHeadLike(fields, true));
  connection.compressed =
      connection.compressed || !recorded::FieldValue(fields, "Content-Encoding").empty();
  if (certain) {
    for (const Waiting& waiting : connection.waiting) {
      settle_(waiting.request, facts.first_byte_at);
    }
    connection.waiting.clear();
    Hear(connection, facts.flow_offset);
    for (const size_t number : connection.lost) {
      LostTraffic& lost = lost_[number];
      if (!lost.answered) {
        lost.ran.until = std::max(lost.ran.until, facts.first_byte_at);
        lost.answered = true;
      }
      Bound(lost, connection, facts.flow_offset - connection.next_answer);
    }
    connection.lost.clear();
  }
  connection.next_answer = std::max(connection.next_answer, facts.flow_offset + facts.wire_bytes);
  connection.answer_cut = !IsWhole(answer);
}

/// The bytes between two answers are those of a third, if one request was sent in between.
void ConnectionWatch::Hear(Connection& connection, uint64_t until) const {
  if (connection.unheard == 1 && connection.unheard_request && connection.lost.empty() &&
      !connection.answer_cut && !connection.pipelines && until > connection.next_answer &&
      !HasFlag(connection.record->flags, Flag::kMidStream)) {
    heard_(*connection.unheard_request, until - connection.next_answer);
  }
  connection.unheard = 0;
  connection.unheard_request.reset();
}

void ConnectionWatch::Add(const store::StoredExchange& exchange, std::optional<size_t> request) {
  const store::ExchangeRow& row = exchange.row;
  Connection& connection =
      connections_[{{row.id.recorder, row.id.attempt}, exchange.connection.number}];
  connection.record = exchange.connection;
  if (!exchange.request) {
    connection.answer_cut = true;  // it lies somewhere between the others
    return;
  }
  const store::MessageFacts& facts = exchange.request->facts;
  if (connection.last_byte_at == 0) {
    connection.last_byte_at = exchange.connection.opened_at;
    if (HasFlag(exchange.connection.flags, Flag::kMidStream)) {
      connection.mid_stream_until = facts.first_byte_at;
      connection.next_offset = facts.flow_offset;
      connection.next_answer = exchange.response ? exchange.response->facts.flow_offset : 0;
    }
  }
  if (!connection.unanswered && connection.answered_until > facts.first_byte_at) {
    connection.pipelines = true;
    for (Waiting& waiting : connection.waiting) {
      waiting.acknowledged.reset();
    }
  }
  NoteHead(connection, *exchange.request);
  filters_answers_ = filters_answers_ || row.target.find("filter_path") != std::string::npos;
  has_tasks_ = has_tasks_ || row.target.find("wait_for_completion=false") != std::string::npos;
  NoteHole(connection, facts);
  if (facts.ack_then && !connection.pipelines) {
    std::erase_if(connection.waiting, [&](const Waiting& waiting) {
      const bool answered =
          waiting.acknowledged && IsBeyond(*facts.ack_then, *waiting.acknowledged);
      if (answered) {
        settle_(waiting.request, facts.first_byte_at);
      }
      return answered;
    });
  }
  connection.next_offset = std::max(connection.next_offset, facts.flow_offset + facts.wire_bytes);
  connection.last_byte_at = std::max(connection.last_byte_at, facts.last_byte_at);
  connection.unanswered = !exchange.response;
  if (exchange.response) {
    connection.answered_until =
        std::max(connection.answered_until, exchange.response->facts.first_byte_at);
    longest_answer_ns_ = std::max(longest_answer_ns_, row.latency_ns);
    NoteAnswer(connection, *exchange.response, !HasFlag(row.flags, Flag::kPairingAmbiguous));
    return;
  }
  ++connection.unheard;
  const bool expects = Expects(*exchange.request);
  connection.unheard_request = expects ? std::nullopt : request;  // an interim answer's bytes
  if (request) {
    const bool plain = !connection.pipelines && !expects;
    connection.waiting.push_back({*request, plain ? facts.ack_then : std::nullopt});
  }
}

ServerLives ConnectionWatch::Lives() const {
  ServerLives lives;
  for (const auto& [key, connection] : connections_) {
    if (connection.record) {
      lives.Note(key.first.first, connection.record->server,
                 {connection.record->opened_at, connection.answered_until});
    }
  }
  return lives;
}

std::vector<LostTraffic> ConnectionWatch::Finish(std::optional<TimeNs> until) {
  for (auto& [key, connection] : connections_) {
    if (!connection.record) {
      continue;
    }
    if (until && GoesOn(*connection.record, *until)) {
      const TimeNs since = std::max(connection.last_byte_at, connection.record->opened_at);
      lost_.push_back({.ran = {since, *until}, .in_flow = true});
      continue;
    }
    if (connection.last_byte_at == 0) {
      continue;
    }
    const store::SideClose& server = connection.record->server_close;
    const uint64_t sent = connection.record->client_close.payload_bytes;
    if (sent > connection.next_offset) {
      lost_.push_back({.ran = {connection.last_byte_at, connection.record->closed_at},
                       .bytes = sent - connection.next_offset,
                       .in_flow = true});
    } else if (server.fin_at && !server.rst_at) {
      Hear(connection, server.payload_bytes);
    }
  }
  std::ranges::for_each(holes_, [this](const Hole& hole) { AddUnseen(hole); });
  for (LostTraffic& lost : lost_) {
    if (has_tasks_) {
      LetRunOn(lost);
    }
    if (filters_answers_) {
      lost.most.reset();
    }
  }
  return std::move(lost_);
}

}  // namespace trafrec::reconcile
