#include "reconcile/history/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace trafrec::reconcile {
namespace {

using store::Flag;

bool IsCutBySender(const store::StoredExchange& exchange) {
  const store::MessageFacts& request = exchange.request->facts;
  const store::SideClose& client = exchange.connection.client_close;
  const store::Flags doubtful = store::FlagBit(Flag::kGapInRequest) |
                                store::FlagBit(Flag::kSnaplenCut) | store::FlagBit(Flag::kEvicted) |
                                store::FlagBit(Flag::kBodyShed);
  if (!HasFlag(request.flags, Flag::kRequestTruncated) || (request.flags & doubtful) != 0 ||
      request.flow_offset + request.wire_bytes != client.payload_bytes) {
    return false;
  }
  // Its own word is at the number right behind the last byte that was seen: nothing came between.
  const auto end = static_cast<uint32_t>(request.first_seq + request.wire_bytes);
  return (client.fin_at && client.fin_seq == end) || (client.rst_at && client.rst_seq == end);
}

TimeNs ClosedAt(const store::ConnectionRecord& connection) {
  return std::min(EndOf(connection.client_close), EndOf(connection.server_close));
}

/// Since it was sent. What the client had acknowledged by then was lost before.
bool MayHaveLostOfServer(const store::StoredExchange& exchange) {
  const store::SideClose& server = exchange.connection.server_close;
  const auto& isn = exchange.connection.server_isn;
  const auto& had = exchange.request->facts.ack_then;
  const bool had_all = isn && had && *had == static_cast<uint32_t>(*isn + 1 + server.payload_bytes);
  return server.gap_bytes > 0 && !had_all;
}

bool IsUnreceived(const store::StoredExchange& exchange, const WireRules& rules) {
  const store::MessageFacts& request = exchange.request->facts;
  if (request.acked_bytes >= request.wire_bytes || exchange.response ||
      MayHaveLostOfServer(exchange) || HasFlag(exchange.connection.flags, Flag::kMidStream)) {
    return false;
  }
  // A sender whose bytes stay unacknowledged sends them again, and a copy that the server has
  // already is acknowledged at once. Where no copy was seen, either that or the acknowledgement was
  // lost.
  if (request.copies == 0) {
    return false;
  }
  const TimeNs awaited = request.last_copy_at + rules.ack_delay_ns;
  return ClosedAt(exchange.connection) >= awaited && rules.captured_until >= awaited;
}

}  // namespace

bool GoesOn(const store::ConnectionRecord& connection, TimeNs after) {
  return connection.close_cause == store::CloseCause::kOpen || connection.closed_at >= after;
}

TimeNs EndOf(const store::SideClose& side) {
  constexpr TimeNs kNever = std::numeric_limits<TimeNs>::max();
  return std::min(side.fin_at.value_or(kNever), side.rst_at.value_or(kNever));
}

WireProof WireProofOf(const store::StoredExchange& exchange, const WireRules& rules,
                      std::string& words) {
  if (!exchange.request) {
    return WireProof::kNone;
  }
  const store::MessageFacts& request = exchange.request->facts;
  if (IsCutBySender(exchange)) {
    words = fmt::format(
        "its sender ended it after {} bytes, before its end: the source acts on "
        "whole requests only",
        request.wire_bytes);
    return WireProof::kCut;
  }
  if (IsUnreceived(exchange, rules)) {
    words = fmt::format(
        "of its {} bytes {} were acknowledged, and no more for {} ms after the last of {} copies, "
        "on a connection that was open",
        request.wire_bytes, request.acked_bytes, rules.ack_delay_ns / kNsPerMs, request.copies + 1);
    return WireProof::kUnreceived;
  }
  return WireProof::kNone;
}

}  // namespace trafrec::reconcile
