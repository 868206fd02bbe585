#include <array>

#include "store/format/entry_format.h"
#include "store/format/varint.h"

namespace trafrec::store {
namespace {

// Bytes of room for the facts of each kind, without their lists: every number takes at most ten.
constexpr size_t kFixedFactsBytes = 512;
constexpr size_t kGapFactsBytes = 6 * kVarintBytesMax;
constexpr size_t kInterimFactsBytes = 3 * kVarintBytesMax;
constexpr size_t kEncapsulationFactsBytes = 2 * kVarintBytesMax;

/// Writes facts one behind the other into room that was reserved for all of them.
class FactsWriter {
 public:
  FactsWriter(FrameBuffer& scratch, size_t list_bytes) : scratch_(scratch) {
    scratch.Clear();
    out_ = scratch.Prepare(kFixedFactsBytes + list_bytes);
    begin_ = out_;
  }
  ~FactsWriter() { scratch_.Commit(static_cast<size_t>(out_ - begin_)); }
  FactsWriter(const FactsWriter&) = delete;
  FactsWriter& operator=(const FactsWriter&) = delete;

  void Number(uint64_t value) { out_ = WriteVarint(out_, value); }
  void Signed(int64_t value) { Number(ZigZag(value)); }
  void Difference(int64_t value, int64_t base) { Signed(WrappedDifference(value, base)); }
  void Less(uint64_t whole, uint64_t part) { Signed(static_cast<int64_t>(whole - part)); }
  void Raw(Bytes bytes) {
    if (!bytes.empty()) {
      std::memcpy(out_, bytes.data(), bytes.size());
      out_ += bytes.size();
    }
  }

 private:
  FrameBuffer& scratch_;
  uint8_t* out_;
  uint8_t* begin_;
};

/// Length, kind and facts; the payload is appended by the caller.
void AppendEntry(EntryKind kind, const FrameBuffer& facts, size_t payload_bytes, FrameBuffer& out) {
  const size_t length = 1 + VarintSize(facts.size()) + facts.size() + payload_bytes;
  uint8_t* const begin = out.Prepare(length + kVarintBytesMax);
  uint8_t* end = WriteVarint(begin, length);
  *end++ = static_cast<uint8_t>(kind);
  end = WriteVarint(end, facts.size());
  std::memcpy(end, facts.data(), facts.size());
  out.Commit(static_cast<size_t>(end - begin) + facts.size());
}

void WriteMessageFacts(FactsWriter& out, const MessageFacts& facts, uint32_t extents,
                       size_t head_bytes, size_t trailer_bytes) {
  const TimeNs base = facts.first_byte_at;
  out.Number((facts.ack_then ? 1U : 0U) | (facts.last_ack ? 2U : 0U) |
             (facts.declared_bytes ? 4U : 0U));
  out.Signed(base);
  out.Difference(facts.last_byte_at, base);
  out.Difference(facts.last_copy_at, facts.last_byte_at);
  out.Difference(facts.last_ack_at, facts.last_byte_at);
  // What follows from other facts in the usual case becomes 0, or the same number in each message
  // of a connection: so these hardly cost anything once compressed.
  out.Number(static_cast<uint32_t>(facts.first_seq - facts.flow_offset));
  out.Number(facts.flow_offset);
  out.Number(facts.ack_then.value_or(0));
  out.Number(facts.last_ack ? static_cast<uint32_t>(*facts.last_ack - UsualLastAck(facts)) : 0);
  out.Number(facts.wire_bytes);
  out.Less(facts.wire_bytes, facts.acked_bytes);
  out.Number(facts.copies);
  out.Number(facts.body_bytes);
  out.Less(facts.body_bytes, facts.body_stored_bytes);
  out.Less(facts.declared_bytes.value_or(facts.body_bytes), facts.body_bytes);
  out.Number(static_cast<uint64_t>(facts.framing));
  out.Number(facts.version_major);
  out.Number(facts.version_minor);
  out.Number(facts.status);
  out.Number(facts.flags);
  out.Number(extents);
  out.Number(head_bytes);
  out.Number(trailer_bytes);
  out.Number(facts.gaps.size());
  for (const MessageGap& gap : facts.gaps) {
    out.Number(static_cast<uint64_t>(gap.part));
    out.Number(gap.body_offset);
    out.Number(gap.flow_offset);
    out.Number(gap.length);
    out.Difference(gap.revealed_at, base);
    out.Number(static_cast<uint64_t>(gap.cause));
  }
}

void WriteSideClose(FactsWriter& out, const SideClose& side, TimeNs base) {
  out.Number((side.fin_at ? 1U : 0U) | (side.rst_at ? 2U : 0U));
  out.Difference(side.fin_at.value_or(base), base);
  out.Number(side.fin_seq);
  out.Difference(side.rst_at.value_or(base), base);
  out.Number(side.rst_seq);
  out.Number(side.payload_bytes);
  out.Number(side.gap_bytes);
}

}  // namespace

void EntryEncoder::Message(const MessageRecord& message, FrameBuffer& out) {
  {
    FactsWriter facts(scratch_, message.facts.gaps.size() * kGapFactsBytes);
    facts.Number(message.id);
    facts.Number(message.connection);
    WriteMessageFacts(facts, message.facts, message.extents, message.head.size(),
                      message.trailers.size());
  }
  AppendEntry(EntryKind::kMessage, scratch_,
              message.head.size() + message.trailers.size() + message.body_rest.size(), out);
  out.Append(message.head);
  out.Append(message.trailers);
  out.Append(message.body_rest);
}

void EntryEncoder::Extent(MessageId id, uint32_t index, Bytes bytes, FrameBuffer& out) {
  {
    FactsWriter facts(scratch_, 0);
    facts.Number(id);
    facts.Number(index);
  }
  AppendEntry(EntryKind::kExtent, scratch_, bytes.size(), out);
  out.Append(bytes);
}

void EntryEncoder::Facts(MessageId id, const MessageFacts& message_facts, Bytes trailers,
                         uint32_t extents, FrameBuffer& out) {
  {
    FactsWriter facts(scratch_, message_facts.gaps.size() * kGapFactsBytes);
    facts.Number(id);
    facts.Number(0);
    WriteMessageFacts(facts, message_facts, extents, 0, trailers.size());
  }
  AppendEntry(EntryKind::kMessageFacts, scratch_, trailers.size(), out);
  out.Append(trailers);
}

void EntryEncoder::Exchange(const ExchangeRecord& exchange, FrameBuffer& out) {
  size_t payload = exchange.method.size() + exchange.target.size() + exchange.host.size();
  {
    FactsWriter facts(scratch_, exchange.interim.size() * kInterimFactsBytes);
    facts.Number(exchange.number);
    facts.Number(exchange.connection);
    facts.Number((exchange.has_request ? kPartRequest : 0) |
                 (exchange.has_response ? kPartResponse : 0));
    facts.Signed(exchange.began_at);
    facts.Signed(exchange.latency_ns);
    facts.Number(exchange.status);
    facts.Number(exchange.flags);
    facts.Number(exchange.method.size());
    facts.Number(exchange.target.size());
    facts.Number(exchange.host.size());
    facts.Number(exchange.interim.size());
    for (const InterimResponse& interim : exchange.interim) {
      facts.Difference(interim.at, exchange.began_at);
      facts.Number(interim.status);
      facts.Number(interim.head.size());
      payload += interim.head.size();
    }
  }
  AppendEntry(EntryKind::kExchange, scratch_, payload, out);
  out.Append(AsBytes(exchange.method));
  out.Append(AsBytes(exchange.target));
  out.Append(AsBytes(exchange.host));
  for (const InterimResponse& interim : exchange.interim) {
    out.Append(AsBytes(interim.head));
  }
}

void EntryEncoder::Connection(const ConnectionRecord& connection, FrameBuffer& out) {
  {
    FactsWriter facts(scratch_, connection.interface.size() +
                                    connection.encapsulation.size() * kEncapsulationFactsBytes);
    facts.Number(connection.number);
    facts.Raw(connection.client.address.bytes);
    facts.Number(connection.client.port);
    facts.Raw(connection.server.address.bytes);
    facts.Number(connection.server.port);
    facts.Number((connection.client_isn ? 1U : 0U) | (connection.server_isn ? 2U : 0U) |
                 (connection.handshake_ns ? 4U : 0U));
    facts.Number(connection.client_isn.value_or(0));
    facts.Number(connection.server_isn.value_or(0));
    facts.Signed(connection.handshake_ns.value_or(0));
    facts.Signed(connection.opened_at);
    facts.Difference(connection.closed_at, connection.opened_at);
    facts.Number(static_cast<uint64_t>(connection.close_cause));
    facts.Number(static_cast<uint64_t>(connection.protocol));
    facts.Number(connection.flags);
    WriteSideClose(facts, connection.client_close, connection.opened_at);
    WriteSideClose(facts, connection.server_close, connection.opened_at);
    facts.Number(connection.interface.size());
    facts.Raw(AsBytes(connection.interface));
    facts.Number(connection.encapsulation.size());
    for (const EncapsulationId& id : connection.encapsulation) {
      facts.Number(static_cast<uint64_t>(id.kind));
      facts.Number(id.id);
    }
  }
  AppendEntry(EntryKind::kConnection, scratch_, 0, out);
}

void EntryEncoder::Loss(const LossRecord& loss, FrameBuffer& out) {
  {
    FactsWriter facts(scratch_, 0);
    facts.Number(static_cast<uint64_t>(loss.cause));
    facts.Signed(loss.from);
    facts.Difference(loss.until, loss.from);
    facts.Number((loss.connection ? 1U : 0U) | (loss.exact ? 2U : 0U));
    facts.Number(loss.connection.value_or(0));
    facts.Number(loss.packets);
    facts.Number(loss.bytes);
    facts.Number(loss.of_bytes);
  }
  AppendEntry(EntryKind::kLoss, scratch_, 0, out);
}

void EntryEncoder::Sentinel(const SentinelRecord& sentinel, FrameBuffer& out) {
  const std::array texts = {AsBytes(sentinel.key_id), AsBytes(sentinel.audience),
                            AsBytes(sentinel.nonce), AsBytes(sentinel.purpose),
                            AsBytes(sentinel.detail)};
  size_t payload = 0;
  {
    FactsWriter facts(scratch_, 0);
    facts.Number(sentinel.exchange);
    facts.Number(static_cast<uint64_t>(sentinel.verdict));
    facts.Signed(sentinel.at);
    facts.Signed(sentinel.sent_at);
    for (const Bytes text : texts) {
      facts.Number(text.size());
      payload += text.size();
    }
  }
  AppendEntry(EntryKind::kSentinel, scratch_, payload, out);
  for (const Bytes text : texts) {
    out.Append(text);
  }
}

void EntryEncoder::Watermark(const WatermarkRecord& watermark, FrameBuffer& out) {
  {
    FactsWriter facts(scratch_, 0);
    facts.Signed(watermark.at);
    facts.Difference(watermark.requests_through, watermark.at);
    facts.Difference(watermark.answers_through, watermark.at);
    for (const Hold& hold : {watermark.requests_hold, watermark.answers_hold}) {
      facts.Number(static_cast<uint64_t>(hold.cause));
      facts.Number(hold.exchange);
    }
  }
  AppendEntry(EntryKind::kWatermark, scratch_, 0, out);
}

void EntryEncoder::Link(const ResultLink& link, FrameBuffer& out) {
  const std::array texts = {AsBytes(link.source_recorder), AsBytes(link.target), AsBytes(link.wait),
                            AsBytes(link.source_outcome), AsBytes(link.target_outcome)};
  size_t payload = 0;
  {
    FactsWriter facts(scratch_, 0);
    facts.Number(link.exchange);
    facts.Number(link.source_attempt);
    facts.Number(link.source_exchange);
    facts.Number(link.first_item);
    facts.Number(link.items);
    facts.Number(link.tries);
    facts.Number(link.parts);
    facts.Signed(link.lag_ns);
    facts.Signed(link.wait_ns);
    for (const Bytes text : texts) {
      facts.Number(text.size());
      payload += text.size();
    }
  }
  AppendEntry(EntryKind::kResultLink, scratch_, payload, out);
  for (const Bytes text : texts) {
    out.Append(text);
  }
}

}  // namespace trafrec::store
