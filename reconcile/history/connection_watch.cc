#include "reconcile/history/connection_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "replay/recorded/message_head.h"

namespace trafrec::reconcile {
namespace {

/// Whether one raw TCP number is beyond another (RFC 9293, section 3.4).
bool IsBeyond(uint32_t number, uint32_t than) { return static_cast<int32_t>(number - than) > 0; }

bool Expects(const store::StoredMessage& request) {
  return !recorded::FieldValue(recorded::ParseHead(request.head).fields, "Expect").empty();
}

}  // namespace

void ConnectionWatch::NoteHole(Connection& connection, const store::MessageFacts& request) {
  if (request.flow_offset > connection.next_offset) {
    const uint64_t bytes = request.flow_offset - connection.next_offset;
    // A client that does not pipeline had the lost answers before it sent the next request.
    lost_.push_back({.ran = {connection.last_byte_at, request.first_byte_at},
                     .bytes = bytes,
                     .answered = !connection.pipelines,
                     .why = fmt::format("{} bytes of requests were not captured", bytes)});
  }
}

void ConnectionWatch::Add(const store::StoredExchange& exchange, std::optional<size_t> request) {
  const store::ExchangeRow& row = exchange.row;
  Connection& connection =
      connections_[{{row.id.recorder, row.id.attempt}, exchange.connection.number}];
  connection.record = exchange.connection;
  if (!exchange.request) {
    return;
  }
  const store::MessageFacts& facts = exchange.request->facts;
  if (connection.last_byte_at != 0 ||
      !HasFlag(exchange.connection.flags, store::Flag::kMidStream)) {
    if (connection.last_byte_at == 0) {
      connection.last_byte_at = exchange.connection.opened_at;
    }
    NoteHole(connection, facts);
  }
  if (connection.unanswered || connection.answered_until <= facts.first_byte_at) {
    // In order, as far as answers are known.
  } else {
    connection.pipelines = true;
    connection.waiting.clear();
  }
  if (facts.ack_then && !connection.pipelines) {
    std::erase_if(connection.waiting, [&](const Waiting& waiting) {
      const bool answered = IsBeyond(*facts.ack_then, waiting.acknowledged);
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
  } else if (request && facts.ack_then && !connection.pipelines && !Expects(*exchange.request)) {
    connection.waiting.push_back({*request, *facts.ack_then});
  }
}

std::vector<LostTraffic> ConnectionWatch::Lost() const {
  std::vector<LostTraffic> lost = lost_;
  for (const auto& [key, connection] : connections_) {
    const uint64_t sent = connection.record ? connection.record->client_close.payload_bytes : 0;
    if (connection.last_byte_at != 0 && sent > connection.next_offset) {
      lost.push_back({.ran = {connection.last_byte_at, connection.record->closed_at},
                      .bytes = sent - connection.next_offset,
                      .why = fmt::format("the last {} bytes of a connection were not captured",
                                         sent - connection.next_offset)});
    }
  }
  return lost;
}

}  // namespace trafrec::reconcile
