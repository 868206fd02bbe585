#include "store/writer/frame_builder.h"

#include <algorithm>
#include <utility>

#include "store/format/varint.h"

namespace trafrec::store {

uint32_t FrameBuilder::CountEntry(TimeNs first, TimeNs last) {
  frame_->CoverTime(first, last);
  return frame_->entries++;
}

void FrameBuilder::MessageRow(MessageId id, const MessageFacts& facts, uint32_t extents,
                              size_t head_bytes, bool update) {
  FrameRows& rows = frame_->rows;
  rows.messages.push_back({id, CountEntry(facts.first_byte_at, facts.last_byte_at), update,
                           WrappedDifference(facts.last_byte_at, facts.first_byte_at), head_bytes,
                           facts.body_bytes, extents, facts.flags, facts.first_seq,
                           static_cast<uint32_t>(facts.gaps.size())});
  rows.gaps.insert(rows.gaps.end(), facts.gaps.begin(), facts.gaps.end());
}

void FrameBuilder::Connection(const ConnectionRecord& connection) {
  encoder_.Connection(connection, frame_->bytes);
  // An old connection that is closed now belongs to now.
  const TimeNs at = std::max(connection.opened_at, connection.closed_at);
  frame_->rows.connections.push_back({connection, CountEntry(at, at)});
}

void FrameBuilder::Extent(MessageId id, uint32_t index, Bytes bytes, TimeNs now) {
  encoder_.Extent(id, index, bytes, frame_->bytes);
  frame_->rows.extents.push_back({id, index, CountEntry(now, now), bytes.size()});
}

void FrameBuilder::Message(const MessageRecord& message) {
  encoder_.Message(message, frame_->bytes);
  MessageRow(message.id, message.facts, message.extents, message.head.size(), false);
  ++frame_->content.messages;
}

void FrameBuilder::Facts(MessageId id, const MessageFacts& facts, Bytes trailers,
                         uint32_t extents) {
  encoder_.Facts(id, facts, trailers, extents, frame_->bytes);
  MessageRow(id, facts, extents, 0, true);
}

void FrameBuilder::Exchange(const ExchangeRecord& exchange) {
  encoder_.Exchange(exchange, frame_->bytes);
  const uint32_t entry = CountEntry(exchange.began_at, exchange.began_at);
  FrameRows& rows = frame_->rows;
  const unsigned parts =
      (exchange.has_request ? kPartRequest : 0) | (exchange.has_response ? kPartResponse : 0);
  rows.exchanges.push_back(
      {exchange.number, exchange.connection, exchange.began_at, exchange.latency_ns,
       rows.texts.size(), static_cast<uint32_t>(exchange.method.size()),
       static_cast<uint32_t>(exchange.target.size()), static_cast<uint32_t>(exchange.host.size()),
       entry, exchange.status, static_cast<uint8_t>(parts), exchange.flags});
  rows.texts += exchange.method;
  rows.texts += exchange.target;
  rows.texts += exchange.host;
  uint32_t index = 0;
  for (const InterimResponse& interim : exchange.interim) {
    rows.interim.push_back({exchange.number, index++, interim.at, interim.status});
  }
  frame_->content.exchanges += HasFlag(exchange.flags, Flag::kOpen) ? 0 : 1;
}

void FrameBuilder::Loss(const LossRecord& loss) {
  encoder_.Loss(loss, frame_->bytes);
  frame_->rows.losses.push_back({loss, CountEntry(loss.from, loss.until)});
}

void FrameBuilder::Sentinel(const SentinelRecord& sentinel) {
  encoder_.Sentinel(sentinel, frame_->bytes);
  frame_->rows.sentinels.push_back({sentinel, CountEntry(sentinel.at, sentinel.at)});
}

void FrameBuilder::Watermark(const WatermarkRecord& watermark) {
  encoder_.Watermark(watermark, frame_->bytes);
  CountEntry(watermark.at, watermark.at);
  frame_->rows.watermarks.push_back(watermark);
}

void FrameBuilder::Link(ResultLink link, TimeNs at) {
  encoder_.Link(link, frame_->bytes);
  frame_->rows.links.push_back({std::move(link), CountEntry(at, at)});
}

std::unique_ptr<Frame> FrameBuilder::Cut(std::unique_ptr<Frame> next) {
  next->Clear();
  std::unique_ptr<Frame> frame = std::exchange(frame_, std::move(next));
  frame->raw_bytes = static_cast<uint32_t>(frame->bytes.size() - kFrameHeaderBytes);
  frame->content.raw_bytes = frame->raw_bytes;
  return frame;
}

}  // namespace trafrec::store
