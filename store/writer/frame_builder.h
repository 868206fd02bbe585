#pragma once

#include <cstddef>
#include <memory>

#include "store/format/entry_format.h"
#include "store/format/frame.h"
#include "store/format/records.h"

namespace trafrec::store {

/// Puts records into a frame: one copy of their bytes, and the row of each. Owns the frame under
/// construction; one thread. Knows nothing of queues: the caller decides when a frame is cut.
class FrameBuilder {
 public:
  explicit FrameBuilder(std::unique_ptr<Frame> frame) : frame_(std::move(frame)) {
    frame_->Clear();
  }

  void Connection(const ConnectionRecord& connection);
  /// `now`: packet time, because an extent has no time of its own.
  void Extent(MessageId id, uint32_t index, Bytes bytes, TimeNs now);
  void Message(const MessageRecord& message);
  void Facts(MessageId id, const MessageFacts& facts, Bytes trailers, uint32_t extents);
  void Exchange(const ExchangeRecord& exchange);
  void Loss(const LossRecord& loss);
  void Sentinel(const SentinelRecord& sentinel);
  void Watermark(const WatermarkRecord& watermark);
  /// `at`: when its exchange began, because it has no time of its own.
  void Link(ResultLink link, TimeNs at);

  /// An entry of a kind that has no row.
  void Unknown() { ++frame_->entries; }

  bool empty() const { return frame_->entries == 0; }
  size_t raw_bytes() const { return frame_->bytes.size() - kFrameHeaderBytes; }
  Frame& frame() { return *frame_; }

  /// Gives the frame away and begins another one in `next`.
  std::unique_ptr<Frame> Cut(std::unique_ptr<Frame> next);

 private:
  /// Index of the entry that was just encoded.
  uint32_t CountEntry(TimeNs first, TimeNs last);
  void MessageRow(MessageId id, const MessageFacts& facts, uint32_t extents, size_t head_bytes,
                  bool update);

  EntryEncoder encoder_;
  std::unique_ptr<Frame> frame_;
};

}  // namespace trafrec::store
