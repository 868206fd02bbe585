#include "store/format/frame.h"

#include <algorithm>
#include <utility>

#include "store/limits.h"

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
  const Bytes raw = frame.bytes.bytes().subspan(kFrameHeaderBytes);
  FrameHeader header;
  header.raw_length = static_cast<uint32_t>(raw.size());
  header.stored_length = header.raw_length;
  header.entry_count = frame.entries;
  if (zstd != nullptr) {
    const auto room =
        static_cast<size_t>(static_cast<double>(raw.size()) * limits::kStoredRatioMax);
    scratch.SetSize(kFrameHeaderBytes + room);
    const size_t stored = zstd->Compress(raw, {scratch.data() + kFrameHeaderBytes, room});
    if (stored > 0) {
      header.codec = FrameCodec::kZstd;
      header.stored_length = static_cast<uint32_t>(stored);
      scratch.SetSize(kFrameHeaderBytes + stored);
      std::swap(frame.bytes, scratch);
    }
  }
  SealFrame(header, {frame.bytes.data(), frame.bytes.size()});
}

}  // namespace trafrec::store
