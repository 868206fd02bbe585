#include "store/format/frame.h"

#include <algorithm>

namespace trafrec::store {

void FrameRows::Clear() {
  messages.clear();
  gaps.clear();
  extents.clear();
  exchanges.clear();
  interim.clear();
  connections.clear();
  losses.clear();
  sentinels.clear();
  links.clear();
  watermarks.clear();
  texts.clear();
}

void Frame::Clear() {
  bytes.SetSize(kFrameHeaderBytes);
  entries = 0;
  raw_bytes = 0;
  first_ns = 0;
  last_ns = 0;
  rows.Clear();
  content = {};
  marks = {};
  packets_through = 0;
  sequence = 0;
}

void Frame::CoverTime(TimeNs first, TimeNs last) {
  const bool any = first_ns != 0 || last_ns != 0;
  first_ns = any ? std::min(first_ns, first) : first;
  last_ns = any ? std::max(last_ns, last) : last;
}

void PackFrame(Frame& frame, codec::ZstdCompressor* zstd, FrameBuffer& scratch) {
  PackBytes(frame.bytes, frame.entries, zstd, scratch);
}

}  // namespace trafrec::store
