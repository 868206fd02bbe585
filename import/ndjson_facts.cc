#include "import/ndjson_facts.h"

#include <algorithm>
#include <array>

namespace trafrec::import {
namespace {

using store::Flag;
using store::FlagBit;

/// The value among `first` … `last` that is printed as `text`.
template <typename Enum, typename Name>
std::optional<Enum> ValueOfName(std::string_view text, Enum first, Enum last, const Name& name) {
  for (int value = static_cast<int>(first); value <= static_cast<int>(last); ++value) {
    if (text == name(static_cast<Enum>(value))) {
      return static_cast<Enum>(value);
    }
  }
  return std::nullopt;
}

template <typename T>
std::optional<T> NumberAs(const JsonValue& value) {
  const std::optional<uint64_t> number = value.Number();
  return number && *number <= std::numeric_limits<T>::max() ? std::optional(static_cast<T>(*number))
                                                            : std::nullopt;
}

void ReadClose(const JsonValue& close, store::SideClose& side) {
  side.fin_at = NdjsonTime(close["fin_time"]);
  side.fin_seq = NumberAs<uint32_t>(close["fin_seq"]).value_or(0);
  side.rst_at = NdjsonTime(close["rst_time"]);
  side.rst_seq = NumberAs<uint32_t>(close["rst_seq"]).value_or(0);
  side.payload_bytes = close["payload_bytes"].Number().value_or(0);
  side.gap_bytes = close["gap_bytes"].Number().value_or(0);
}

}  // namespace

std::optional<TimeNs> NdjsonTime(const JsonValue& value) {
  const std::string_view text = value.TextOr("");
  if (text.find('T') == std::string_view::npos) {
    return std::nullopt;
  }
  const Result<TimeNs> time = ParseTime(text, 0);
  return time ? std::optional(*time) : std::nullopt;
}

store::Flags NdjsonFlags(const JsonValue& names) {
  store::Flags flags = 0;
  names.ForEach([&](const JsonValue& name) {
    if (const Result<Flag> flag = store::FlagOfName(std::string(name.TextOr("")))) {
      flags |= FlagBit(*flag);
    }
  });
  return flags & ~FlagBit(Flag::kOpen);
}

void ReadMessageWire(const JsonValue& wire, store::Side side, store::MessageFacts& facts) {
  facts.first_seq = NumberAs<uint32_t>(wire["seq"]).value_or(0);
  facts.flow_offset = wire["offset"].Number().value_or(0);
  facts.ack_then = NumberAs<uint32_t>(wire["ack"]);
  facts.wire_bytes = wire["bytes"].Number().value_or(facts.wire_bytes);
  facts.acked_bytes = wire["acked_bytes"].Number().value_or(0);
  const std::optional<TimeNs> acked_at = NdjsonTime(wire["last_ack_time"]);
  if (acked_at) {
    facts.last_ack = NumberAs<uint32_t>(wire["last_ack"]);
    facts.last_ack_at = facts.last_ack ? *acked_at : 0;
  }
  facts.copies = wire["copies"].Number().value_or(0);
  facts.last_copy_at = NdjsonTime(wire["last_copy"]).value_or(facts.last_byte_at);
  const auto framing = ValueOfName(wire["framing"].TextOr(""), store::Framing::kNone,
                                   store::Framing::kOpaque, store::FramingName);
  if (framing) {
    facts.framing = *framing;
    facts.declared_bytes = wire["declared_len"].Number();
  }
  facts.flags |= NdjsonFlags(wire["flags"]);
  bool open = false;
  wire["flags"].ForEach([&](const JsonValue& name) { open |= name.TextOr("") == "open"; });
  if (open) {
    facts.flags |=
        FlagBit(side == store::Side::kClient ? Flag::kRequestTruncated : Flag::kResponseTruncated);
  }
}

void ReadConnectionWire(const JsonValue& wire, store::ConnectionRecord& connection) {
  using Kind = store::EncapsulationId::Kind;
  connection.interface = wire["interface"].TextOr("");
  wire["encapsulation"].ForEach([&](const JsonValue& tag) {
    const auto kind =
        ValueOfName(tag["kind"].TextOr(""), Kind::kVlan, Kind::kTeredo, store::EncapsulationName);
    if (kind) {
      connection.encapsulation.push_back({*kind, NumberAs<uint32_t>(tag["id"]).value_or(0)});
    }
  });
  connection.client_isn = NumberAs<uint32_t>(wire["client_isn"]);
  connection.server_isn = NumberAs<uint32_t>(wire["server_isn"]);
  connection.handshake_ns = wire["handshake_ns"].Integer();
  connection.opened_at = NdjsonTime(wire["opened"]).value_or(connection.opened_at);
  connection.closed_at = NdjsonTime(wire["closed"]).value_or(0);
  connection.close_cause = ValueOfName(wire["close"].TextOr(""), store::CloseCause::kOpen,
                                       store::CloseCause::kEndOfCapture, store::CloseCauseName)
                               .value_or(store::CloseCause::kOpen);
  ReadClose(wire["client_close"], connection.client_close);
  ReadClose(wire["server_close"], connection.server_close);
}

bool ReadGaps(const JsonValue& gaps, store::Side side, store::MessageFacts& facts) {
  using Part = store::MessageGap::Part;
  const std::string_view wanted = side == store::Side::kClient ? "request" : "response";
  bool readable = true;
  gaps.ForEach([&](const JsonValue& value) {
    if (value["message"].TextOr("") != wanted) {
      return;
    }
    store::MessageGap gap;
    const auto part =
        ValueOfName(value["part"].TextOr(""), Part::kHead, Part::kFraming, store::MessagePartName);
    const auto cause = ValueOfName(value["cause"].TextOr(""), store::GapCause::kAcknowledged,
                                   store::GapCause::kTimeout, store::GapCauseName);
    gap.part = part.value_or(Part::kBody);
    gap.cause = cause.value_or(store::GapCause::kAcknowledged);
    gap.body_offset = value["body_offset"].Number().value_or(0);
    gap.flow_offset = value["flow_offset"].Number().value_or(0);
    gap.length = value["length"].Number().value_or(0);
    gap.revealed_at = NdjsonTime(value["time"]).value_or(0);
    readable = readable && part && cause && gap.length > 0;
    facts.gaps.push_back(gap);
  });
  return readable;
}

}  // namespace trafrec::import
