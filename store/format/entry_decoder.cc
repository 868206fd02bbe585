#include <fmt/format.h>

#include "store/format/entry_format.h"
#include "store/format/varint.h"

namespace trafrec::store {
namespace {

/// Reads facts from left to right. Once something is missing or too large, all that follows is 0
/// and ok() is false.
class FactsReader {
 public:
  explicit FactsReader(Bytes facts) : in_(facts.data()), end_(facts.data() + facts.size()) {}

  uint64_t Number() {
    uint64_t value = 0;
    in_ = ok_ ? ReadVarint(in_, end_, &value) : nullptr;
    ok_ = in_ != nullptr;
    return ok_ ? value : 0;
  }
  template <typename T>
  T Small() {
    const uint64_t value = Number();
    ok_ = ok_ && static_cast<T>(value) == value;
    return static_cast<T>(value);
  }
  template <typename T>
  T Enum() {
    return static_cast<T>(Small<uint8_t>());
  }
  int64_t Signed() { return UnZigZag(Number()); }
  int64_t Sum(int64_t base) { return WrappedSum(base, Signed()); }
  uint64_t Less(uint64_t whole) { return whole - static_cast<uint64_t>(Signed()); }

  /// A count of things that take at least `bytes_min` each, so that a lie cannot make us allocate.
  size_t Count(size_t bytes_min) {
    const uint64_t count = Number();
    ok_ = ok_ && count <= static_cast<size_t>(end_ - in_) / bytes_min;
    return ok_ ? static_cast<size_t>(count) : 0;
  }
  Bytes Raw(uint64_t size) {
    ok_ = ok_ && size <= static_cast<size_t>(end_ - in_);
    if (!ok_) {
      return {};
    }
    const Bytes bytes(in_, static_cast<size_t>(size));
    in_ += size;
    return bytes;
  }
  bool ok() const { return ok_; }

 private:
  const uint8_t* in_;
  const uint8_t* end_;
  bool ok_ = true;
};

std::unexpected<Error> Damaged(const char* kind) {
  return Fail(ErrorCode::kCorrupt,
              fmt::format("the facts of {} are cut or contradict their payload", kind));
}

/// Takes `size` bytes off the front of `payload`; false if there are not so many.
bool Take(Bytes& payload, uint64_t size, Bytes* taken) {
  if (size > payload.size()) {
    return false;
  }
  *taken = payload.first(static_cast<size_t>(size));
  payload = payload.subspan(static_cast<size_t>(size));
  return true;
}

bool Take(Bytes& payload, uint64_t size, std::string* taken) {
  Bytes bytes;
  if (!Take(payload, size, &bytes)) {
    return false;
  }
  taken->assign(AsText(bytes));
  return true;
}

template <typename T>
std::optional<T> If(bool present, T value) {
  return present ? std::optional<T>(value) : std::nullopt;
}

void ReadGaps(FactsReader& in, MessageFacts& facts) {
  facts.gaps.resize(in.Count(6));
  for (MessageGap& gap : facts.gaps) {
    gap.part = in.Enum<MessageGap::Part>();
    gap.body_offset = in.Number();
    gap.flow_offset = in.Number();
    gap.length = in.Number();
    gap.revealed_at = in.Sum(facts.first_byte_at);
    gap.cause = in.Enum<GapCause>();
  }
}

void ReadSideClose(FactsReader& in, SideClose& side, TimeNs base) {
  const uint64_t present = in.Number();
  side.fin_at = If(present & 1, in.Sum(base));
  side.fin_seq = in.Small<uint32_t>();
  side.rst_at = If(present & 2, in.Sum(base));
  side.rst_seq = in.Small<uint32_t>();
  side.payload_bytes = in.Number();
  side.gap_bytes = in.Number();
}

}  // namespace

Result<EntryView> TakeEntry(Bytes& rest) {
  const uint8_t* const end = rest.data() + rest.size();
  uint64_t length = 0;
  const uint8_t* in = ReadVarint(rest.data(), end, &length);
  if (in == nullptr || length < 2 || length > static_cast<size_t>(end - in)) {
    return Fail(ErrorCode::kCorrupt, "an entry is longer than its frame");
  }
  const uint8_t* const entry_end = in + length;
  EntryView entry;
  entry.kind = static_cast<EntryKind>(*in++);
  uint64_t facts_length = 0;
  in = ReadVarint(in, entry_end, &facts_length);
  if (in == nullptr || facts_length > static_cast<size_t>(entry_end - in)) {
    return Fail(ErrorCode::kCorrupt, "the facts of an entry are longer than the entry");
  }
  entry.facts = Bytes(in, static_cast<size_t>(facts_length));
  entry.payload = Bytes(in + facts_length, entry_end);
  rest = Bytes(entry_end, end);
  return entry;
}

Result<MessageEntry> DecodeMessage(const EntryView& entry) {
  FactsReader in(entry.facts);
  MessageEntry message;
  MessageFacts& facts = message.facts;
  message.id = in.Number();
  message.connection = in.Number();
  const uint64_t present = in.Number();
  facts.first_byte_at = in.Signed();
  facts.last_byte_at = in.Sum(facts.first_byte_at);
  facts.last_copy_at = in.Sum(facts.last_byte_at);
  facts.last_ack_at = in.Sum(facts.last_byte_at);
  const auto flow_start = in.Small<uint32_t>();
  facts.flow_offset = in.Number();
  facts.first_seq = static_cast<uint32_t>(flow_start + facts.flow_offset);
  facts.ack_then = If(present & 1, in.Small<uint32_t>());
  const auto last_ack = in.Small<uint32_t>();
  facts.wire_bytes = in.Number();
  facts.acked_bytes = in.Less(facts.wire_bytes);
  facts.last_ack = If(present & 2, static_cast<uint32_t>(UsualLastAck(facts) + last_ack));
  facts.copies = in.Number();
  facts.body_bytes = in.Number();
  facts.body_stored_bytes = in.Less(facts.body_bytes);
  facts.declared_bytes = If(present & 4, facts.body_bytes + static_cast<uint64_t>(in.Signed()));
  facts.framing = in.Enum<Framing>();
  facts.version_major = in.Small<uint8_t>();
  facts.version_minor = in.Small<uint8_t>();
  facts.status = in.Small<uint16_t>();
  facts.flags = in.Number();
  message.extents = in.Small<uint32_t>();
  const uint64_t head_bytes = in.Number();
  const uint64_t trailer_bytes = in.Number();
  ReadGaps(in, facts);
  Bytes payload = entry.payload;
  if (!in.ok() || !Take(payload, head_bytes, &message.head) ||
      !Take(payload, trailer_bytes, &message.trailers)) {
    return Damaged("a message");
  }
  message.body = payload;
  return message;
}

Result<ExtentEntry> DecodeExtent(const EntryView& entry) {
  FactsReader in(entry.facts);
  ExtentEntry extent;
  extent.id = in.Number();
  extent.index = in.Small<uint32_t>();
  extent.body = entry.payload;
  if (!in.ok()) {
    return Damaged("an extent");
  }
  return extent;
}

Result<ExchangeRecord> DecodeExchange(const EntryView& entry) {
  FactsReader in(entry.facts);
  ExchangeRecord exchange;
  exchange.number = in.Number();
  exchange.connection = in.Number();
  const uint64_t parts = in.Number();
  exchange.has_request = (parts & kPartRequest) != 0;
  exchange.has_response = (parts & kPartResponse) != 0;
  exchange.began_at = in.Signed();
  exchange.latency_ns = in.Signed();
  exchange.status = in.Small<uint16_t>();
  exchange.flags = in.Number();
  const uint64_t method_bytes = in.Number();
  const uint64_t target_bytes = in.Number();
  const uint64_t host_bytes = in.Number();
  Bytes payload = entry.payload;
  bool whole = Take(payload, method_bytes, &exchange.method) &&
               Take(payload, target_bytes, &exchange.target) &&
               Take(payload, host_bytes, &exchange.host);
  exchange.interim.resize(in.Count(3));
  for (InterimResponse& interim : exchange.interim) {
    interim.at = in.Sum(exchange.began_at);
    interim.status = in.Small<uint16_t>();
    whole = Take(payload, in.Number(), &interim.head) && whole;
  }
  if (!in.ok() || !whole) {
    return Damaged("an exchange");
  }
  return exchange;
}

Result<ConnectionRecord> DecodeConnection(const EntryView& entry) {
  FactsReader in(entry.facts);
  ConnectionRecord connection;
  const auto read_endpoint = [&](Endpoint& endpoint) {
    if (const Bytes address = in.Raw(endpoint.address.bytes.size()); !address.empty()) {
      std::memcpy(endpoint.address.bytes.data(), address.data(), address.size());
    }
    endpoint.port = in.Small<uint16_t>();
  };
  connection.number = in.Number();
  read_endpoint(connection.client);
  read_endpoint(connection.server);
  const uint64_t present = in.Number();
  connection.client_isn = If(present & 1, in.Small<uint32_t>());
  connection.server_isn = If(present & 2, in.Small<uint32_t>());
  connection.handshake_ns = If(present & 4, in.Signed());
  connection.opened_at = in.Signed();
  connection.closed_at = in.Sum(connection.opened_at);
  connection.close_cause = in.Enum<CloseCause>();
  connection.protocol = in.Enum<Protocol>();
  connection.flags = in.Number();
  ReadSideClose(in, connection.client_close, connection.opened_at);
  ReadSideClose(in, connection.server_close, connection.opened_at);
  connection.interface = AsText(in.Raw(in.Number()));
  connection.encapsulation.resize(in.Count(2));
  for (EncapsulationId& id : connection.encapsulation) {
    id.kind = in.Enum<EncapsulationId::Kind>();
    id.id = in.Small<uint32_t>();
  }
  if (!in.ok()) {
    return Damaged("a connection");
  }
  return connection;
}

Result<LossRecord> DecodeLoss(const EntryView& entry) {
  FactsReader in(entry.facts);
  LossRecord loss;
  loss.cause = in.Enum<LossCause>();
  loss.from = in.Signed();
  loss.until = in.Sum(loss.from);
  const uint64_t bits = in.Number();
  loss.connection = If(bits & 1, in.Number());
  loss.exact = (bits & 2) != 0;
  loss.packets = in.Number();
  loss.bytes = in.Number();
  loss.of_bytes = in.Number();
  if (!in.ok()) {
    return Damaged("a loss");
  }
  return loss;
}

Result<SentinelRecord> DecodeSentinel(const EntryView& entry) {
  FactsReader in(entry.facts);
  SentinelRecord sentinel;
  sentinel.exchange = in.Number();
  sentinel.verdict = in.Enum<SentinelVerdict>();
  sentinel.at = in.Signed();
  sentinel.sent_at = in.Signed();
  Bytes payload = entry.payload;
  bool whole = true;
  for (std::string* text : {&sentinel.key_id, &sentinel.audience, &sentinel.nonce,
                            &sentinel.purpose, &sentinel.detail}) {
    whole = Take(payload, in.Number(), text) && whole;
  }
  if (!in.ok() || !whole) {
    return Damaged("a sentinel");
  }
  return sentinel;
}

Result<WatermarkRecord> DecodeWatermark(const EntryView& entry) {
  FactsReader in(entry.facts);
  WatermarkRecord watermark;
  watermark.at = in.Signed();
  watermark.requests_through = in.Sum(watermark.at);
  watermark.answers_through = in.Sum(watermark.at);
  for (Hold* hold : {&watermark.requests_hold, &watermark.answers_hold}) {
    hold->cause = in.Enum<HoldCause>();
    hold->exchange = in.Number();
  }
  if (!in.ok()) {
    return Damaged("a watermark");
  }
  return watermark;
}

Result<ResultLink> DecodeResultLink(const EntryView& entry) {
  FactsReader in(entry.facts);
  ResultLink link;
  link.exchange = in.Number();
  link.source_attempt = in.Small<uint32_t>();
  link.source_exchange = in.Number();
  link.first_item = in.Small<uint32_t>();
  link.items = in.Small<uint32_t>();
  link.tries = in.Small<uint32_t>();
  link.parts = in.Small<uint32_t>();
  link.lag_ns = in.Signed();
  link.wait_ns = in.Signed();
  Bytes payload = entry.payload;
  bool whole = true;
  for (std::string* text : {&link.source_recorder, &link.target, &link.wait, &link.source_outcome,
                            &link.target_outcome}) {
    whole = Take(payload, in.Number(), text) && whole;
  }
  if (!in.ok() || !whole) {
    return Damaged("a result's link");
  }
  return link;
}

}  // namespace trafrec::store
