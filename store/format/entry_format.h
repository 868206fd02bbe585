#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/error.h"
#include "store/format/frame_buffer.h"
#include "store/format/records.h"
#include "store/format/result_link.h"
#include "store/format/sentinel_record.h"

// Entries: what a frame's raw bytes consist of. An entry is
//   varint length of what follows · kind byte · varint length of the facts · facts · payload
// so that a reader skips kinds it does not know, and facts that were added behind those it knows.
// docs/segment_format.md is normative.

namespace trafrec::store {

enum class EntryKind : uint8_t {
  kMessage = 1,
  kExtent = 2,
  kMessageFacts = 3,
  kExchange = 4,
  kConnection = 5,
  kLoss = 6,
  kSentinel = 7,
  kWatermark = 8,
  kResultLink = 9,
};

/// Which messages of an exchange there are; bits of exchange.parts and of the exchange entry.
inline constexpr unsigned kPartRequest = 1;
inline constexpr unsigned kPartResponse = 2;
/// In the row only: a message of it (or an extent) lies in an earlier segment.
inline constexpr unsigned kPartContinues = 4;
/// In the row only: an earlier segment has a row of it, which this one replaces.
inline constexpr unsigned kPartReplaces = 8;

/// The ACK number that acknowledges exactly `acked_bytes`: what last_ack nearly always is. The
/// entry holds only the difference.
constexpr uint32_t UsualLastAck(const MessageFacts& facts) {
  return static_cast<uint32_t>(facts.first_seq + facts.acked_bytes);
}

/// Encodes records as entries, one copy of their bytes. Holds scratch for the facts.
class EntryEncoder {
 public:
  void Message(const MessageRecord& message, FrameBuffer& out);
  void Extent(MessageId id, uint32_t index, Bytes bytes, FrameBuffer& out);
  void Facts(MessageId id, const MessageFacts& facts, Bytes trailers, uint32_t extents,
             FrameBuffer& out);
  void Exchange(const ExchangeRecord& exchange, FrameBuffer& out);
  void Connection(const ConnectionRecord& connection, FrameBuffer& out);
  void Loss(const LossRecord& loss, FrameBuffer& out);
  void Sentinel(const SentinelRecord& sentinel, FrameBuffer& out);
  void Watermark(const WatermarkRecord& watermark, FrameBuffer& out);
  void Link(const ResultLink& link, FrameBuffer& out);

 private:
  FrameBuffer scratch_;
};

/// One entry, not yet decoded. Borrowed from the frame's raw bytes, as are all spans below.
struct EntryView {
  EntryKind kind{};
  Bytes facts;
  Bytes payload;
};

/// Takes the first entry off `rest`.
Result<EntryView> TakeEntry(Bytes& rest);

/// Of kMessage and of kMessageFacts (whose head and body are empty, and connection 0).
struct MessageEntry {
  MessageId id = 0;
  ConnectionNumber connection = 0;
  MessageFacts facts;
  uint32_t extents = 0;
  Bytes head;
  Bytes trailers;
  Bytes body;
};

struct ExtentEntry {
  MessageId id = 0;
  uint32_t index = 0;
  Bytes body;
};

// Each fails with kCorrupt if the facts are cut or their lengths contradict the payload.
Result<MessageEntry> DecodeMessage(const EntryView& entry);
Result<ExtentEntry> DecodeExtent(const EntryView& entry);
Result<ExchangeRecord> DecodeExchange(const EntryView& entry);
Result<ConnectionRecord> DecodeConnection(const EntryView& entry);
Result<LossRecord> DecodeLoss(const EntryView& entry);
Result<SentinelRecord> DecodeSentinel(const EntryView& entry);
Result<WatermarkRecord> DecodeWatermark(const EntryView& entry);
Result<ResultLink> DecodeResultLink(const EntryView& entry);

}  // namespace trafrec::store
