#include "store/format/entry_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "store/format/varint.h"

namespace trafrec::store {
namespace {

constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr uint64_t kAll = std::numeric_limits<uint64_t>::max();
constexpr uint32_t kAll32 = std::numeric_limits<uint32_t>::max();

EntryView Only(const FrameBuffer& raw) {
  Bytes rest = raw.bytes();
  const EntryView entry = TakeEntry(rest).value();
  EXPECT_TRUE(rest.empty());
  return entry;
}

/// Times and counts as far apart as they can be.
MessageFacts ExtremeFacts() {
  MessageFacts facts;
  facts.first_byte_at = kLeast;
  facts.last_byte_at = kMost;
  facts.last_copy_at = -1;
  facts.first_seq = kAll32;
  facts.flow_offset = kAll;
  facts.ack_then = kAll32;
  facts.wire_bytes = 1;
  facts.acked_bytes = kAll;
  facts.last_ack = 0;
  facts.last_ack_at = kMost;
  facts.copies = kAll;
  facts.body_bytes = kAll;
  facts.body_stored_bytes = 1;
  facts.declared_bytes = 0;
  facts.framing = Framing::kOpaque;
  facts.version_major = 255;
  facts.version_minor = 254;
  facts.status = 65535;
  facts.flags = kAll;
  facts.gaps = {{MessageGap::Part::kFraming, kAll, kAll - 1, kAll - 2, kMost, GapCause::kTimeout},
                {MessageGap::Part::kHead, 0, 1, 2, kLeast, GapCause::kAcknowledged}};
  return facts;
}

void ExpectSameFacts(const MessageFacts& a, const MessageFacts& b) {
  EXPECT_EQ(a.first_byte_at, b.first_byte_at);
  EXPECT_EQ(a.last_byte_at, b.last_byte_at);
  EXPECT_EQ(a.last_copy_at, b.last_copy_at);
  EXPECT_EQ(a.first_seq, b.first_seq);
  EXPECT_EQ(a.flow_offset, b.flow_offset);
  EXPECT_EQ(a.ack_then, b.ack_then);
  EXPECT_EQ(a.wire_bytes, b.wire_bytes);
  EXPECT_EQ(a.acked_bytes, b.acked_bytes);
  EXPECT_EQ(a.last_ack, b.last_ack);
  EXPECT_EQ(a.last_ack_at, b.last_ack_at);
  EXPECT_EQ(a.copies, b.copies);
  EXPECT_EQ(a.body_bytes, b.body_bytes);
  EXPECT_EQ(a.body_stored_bytes, b.body_stored_bytes);
  EXPECT_EQ(a.declared_bytes, b.declared_bytes);
  EXPECT_EQ(a.framing, b.framing);
  EXPECT_EQ(a.version_major, b.version_major);
  EXPECT_EQ(a.version_minor, b.version_minor);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.flags, b.flags);
  ASSERT_EQ(a.gaps.size(), b.gaps.size());
  for (size_t i = 0; i < a.gaps.size(); ++i) {
    EXPECT_EQ(a.gaps[i].part, b.gaps[i].part);
    EXPECT_EQ(a.gaps[i].body_offset, b.gaps[i].body_offset);
    EXPECT_EQ(a.gaps[i].flow_offset, b.gaps[i].flow_offset);
    EXPECT_EQ(a.gaps[i].length, b.gaps[i].length);
    EXPECT_EQ(a.gaps[i].revealed_at, b.gaps[i].revealed_at);
    EXPECT_EQ(a.gaps[i].cause, b.gaps[i].cause);
  }
}

TEST(EntryFormat, MessageComesBackWithExtremeFacts) {
  MessageRecord message;
  message.id = kAll;
  message.connection = kAll - 1;
  message.facts = ExtremeFacts();
  message.head = AsBytes("head");
  message.body_rest = AsBytes("the body");
  message.trailers = AsBytes("trailer");
  message.extents = kAll32;
  FrameBuffer raw;
  EntryEncoder().Message(message, raw);
  const MessageEntry decoded = DecodeMessage(Only(raw)).value();
  EXPECT_EQ(decoded.id, message.id);
  EXPECT_EQ(decoded.connection, message.connection);
  EXPECT_EQ(decoded.extents, message.extents);
  EXPECT_EQ(AsText(decoded.head), "head");
  EXPECT_EQ(AsText(decoded.body), "the body");
  EXPECT_EQ(AsText(decoded.trailers), "trailer");
  ExpectSameFacts(decoded.facts, message.facts);
}

TEST(EntryFormat, AbsentFactsStayAbsent) {
  FrameBuffer raw;
  EntryEncoder().Message(MessageRecord(), raw);
  const MessageEntry decoded = DecodeMessage(Only(raw)).value();
  ExpectSameFacts(decoded.facts, MessageFacts());
}

TEST(EntryFormat, FactsUpdateComesBack) {
  FrameBuffer raw;
  EntryEncoder().Facts(7, ExtremeFacts(), AsBytes("late: 1\r\n"), 3, raw);
  const EntryView entry = Only(raw);
  EXPECT_EQ(entry.kind, EntryKind::kMessageFacts);
  const MessageEntry decoded = DecodeMessage(entry).value();
  EXPECT_EQ(decoded.id, 7U);
  EXPECT_EQ(decoded.extents, 3U);
  EXPECT_EQ(AsText(decoded.trailers), "late: 1\r\n");
  ExpectSameFacts(decoded.facts, ExtremeFacts());
}

TEST(EntryFormat, ExtentComesBack) {
  FrameBuffer raw;
  EntryEncoder().Extent(kAll, kAll32, AsBytes("bytes"), raw);
  const ExtentEntry decoded = DecodeExtent(Only(raw)).value();
  EXPECT_EQ(decoded.id, kAll);
  EXPECT_EQ(decoded.index, kAll32);
  EXPECT_EQ(AsText(decoded.body), "bytes");
}

TEST(EntryFormat, ExchangeComesBackWithInterimAnswers) {
  ExchangeRecord exchange{kAll,   kAll - 1, true,  false,
                          kMost,  kLeast,   65535, "M-SEARCH",
                          "/a?b", "host",   kAll,  {{kLeast, 103, "early"}, {kMost, 100, ""}}};
  FrameBuffer raw;
  EntryEncoder().Exchange(exchange, raw);
  const ExchangeRecord decoded = DecodeExchange(Only(raw)).value();
  EXPECT_EQ(decoded.number, exchange.number);
  EXPECT_EQ(decoded.connection, exchange.connection);
  EXPECT_TRUE(decoded.has_request);
  EXPECT_FALSE(decoded.has_response);
  EXPECT_EQ(decoded.began_at, kMost);
  EXPECT_EQ(decoded.latency_ns, kLeast);
  EXPECT_EQ(decoded.status, 65535);
  EXPECT_EQ(decoded.method, "M-SEARCH");
  EXPECT_EQ(decoded.target, "/a?b");
  EXPECT_EQ(decoded.host, "host");
  EXPECT_EQ(decoded.flags, kAll);
  ASSERT_EQ(decoded.interim.size(), 2U);
  EXPECT_EQ(decoded.interim[0].at, kLeast);
  EXPECT_EQ(decoded.interim[0].status, 103);
  EXPECT_EQ(decoded.interim[0].head, "early");
  EXPECT_EQ(decoded.interim[1].at, kMost);
}

TEST(EntryFormat, ConnectionComesBack) {
  ConnectionRecord connection;
  connection.number = kAll;
  connection.client.address.bytes.fill(0xff);
  connection.client.port = 65535;
  connection.server.port = 1;
  connection.server_isn = kAll32;
  connection.interface = "eth0";
  connection.encapsulation = {{EncapsulationId::Kind::kVlan, 5},
                              {EncapsulationId::Kind::kVxlan, kAll32}};
  connection.opened_at = kMost;
  connection.closed_at = kLeast;
  connection.handshake_ns = -5;
  connection.close_cause = CloseCause::kEvicted;
  connection.protocol = Protocol::kNoData;
  connection.client_close = {kLeast, kAll32, std::nullopt, 0, kAll, kAll - 1};
  connection.server_close = {std::nullopt, 0, kMost, 9, 1, 2};
  connection.flags = kAll;
  FrameBuffer raw;
  EntryEncoder().Connection(connection, raw);
  const ConnectionRecord decoded = DecodeConnection(Only(raw)).value();
  EXPECT_EQ(decoded.number, kAll);
  EXPECT_EQ(decoded.client, connection.client);
  EXPECT_EQ(decoded.server, connection.server);
  EXPECT_EQ(decoded.client_isn, std::nullopt);
  EXPECT_EQ(decoded.server_isn, kAll32);
  EXPECT_EQ(decoded.interface, "eth0");
  EXPECT_EQ(decoded.encapsulation, connection.encapsulation);
  EXPECT_EQ(decoded.opened_at, kMost);
  EXPECT_EQ(decoded.closed_at, kLeast);
  EXPECT_EQ(decoded.handshake_ns, -5);
  EXPECT_EQ(decoded.close_cause, CloseCause::kEvicted);
  EXPECT_EQ(decoded.protocol, Protocol::kNoData);
  EXPECT_EQ(decoded.client_close.fin_at, kLeast);
  EXPECT_EQ(decoded.client_close.fin_seq, kAll32);
  EXPECT_EQ(decoded.client_close.rst_at, std::nullopt);
  EXPECT_EQ(decoded.client_close.payload_bytes, kAll);
  EXPECT_EQ(decoded.client_close.gap_bytes, kAll - 1);
  EXPECT_EQ(decoded.server_close.rst_at, kMost);
  EXPECT_EQ(decoded.server_close.rst_seq, 9U);
  EXPECT_EQ(decoded.flags, kAll);
}

TEST(EntryFormat, LossComesBack) {
  const LossRecord loss{LossCause::kCutFile, kLeast, kMost, kAll, kAll - 1, kAll - 2, true};
  FrameBuffer raw;
  EntryEncoder().Loss(loss, raw);
  const LossRecord decoded = DecodeLoss(Only(raw)).value();
  EXPECT_EQ(decoded.cause, LossCause::kCutFile);
  EXPECT_EQ(decoded.from, kLeast);
  EXPECT_EQ(decoded.until, kMost);
  EXPECT_EQ(decoded.connection, kAll);
  EXPECT_EQ(decoded.packets, kAll - 1);
  EXPECT_EQ(decoded.bytes, kAll - 2);
  EXPECT_TRUE(decoded.exact);
}

TEST(EntryFormat, FactsOfANewerVersionBehindTheKnownOnesAreSkipped) {
  FrameBuffer raw;
  EntryEncoder().Extent(7, 1, AsBytes("bytes"), raw);
  EntryView entry = Only(raw);
  std::string facts(AsText(entry.facts));
  facts += "\x01\x02\x03";
  entry.facts = AsBytes(facts);
  EXPECT_EQ(DecodeExtent(entry)->id, 7U);
}

TEST(EntryFormat, CutFactsAreDamageNotZeros) {
  MessageRecord message;
  message.facts = ExtremeFacts();
  FrameBuffer raw;
  EntryEncoder().Message(message, raw);
  const EntryView whole = Only(raw);
  for (size_t size = 0; size < whole.facts.size(); ++size) {
    EntryView cut = whole;
    cut.facts = whole.facts.first(size);
    EXPECT_FALSE(DecodeMessage(cut).has_value()) << "after " << size << " bytes";
  }
}

TEST(EntryFormat, CountThatCannotBeTrueTakesNoMemory) {
  // An exchange's facts up to the count of interim answers, which claims 2^60.
  uint8_t facts[64] = {};
  uint8_t* end = WriteVarint(facts + 10, uint64_t{1} << 60);
  const EntryView entry{EntryKind::kExchange, Bytes(facts, end), {}};
  EXPECT_FALSE(DecodeExchange(entry).has_value());
}

TEST(EntryFormat, EntryLongerThanItsFrameIsDamage) {
  FrameBuffer raw;
  EntryEncoder().Extent(7, 1, AsBytes("bytes"), raw);
  for (size_t size = 0; size < raw.size(); ++size) {
    Bytes rest = raw.bytes().first(size);
    EXPECT_FALSE(TakeEntry(rest).has_value()) << "after " << size << " bytes";
  }
}

TEST(Varint, NumbersOfEveryLengthComeBack) {
  for (int bits = 0; bits <= 64; ++bits) {
    const uint64_t value = bits == 64 ? kAll : (uint64_t{1} << bits) - 1;
    uint8_t bytes[kVarintBytesMax];
    const uint8_t* const end = WriteVarint(bytes, value);
    EXPECT_EQ(static_cast<size_t>(end - bytes), VarintSize(value));
    uint64_t read = 0;
    EXPECT_EQ(ReadVarint(bytes, end, &read), end);
    EXPECT_EQ(read, value);
  }
}

TEST(Varint, NumberOfMoreThan64BitsIsRefused) {
  const uint8_t bytes[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02};
  uint64_t read = 0;
  EXPECT_EQ(ReadVarint(bytes, bytes + sizeof(bytes), &read), nullptr);
}

}  // namespace
}  // namespace trafrec::store
