#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "store/format/frame_buffer.h"
#include "store/format/frame_format.h"
#include "store/format/records.h"
#include "store/format/result_link.h"
#include "store/format/sentinel_record.h"

namespace trafrec::store {

/// The rows that index the entries of one frame, in the order of the entries.
struct FrameRows {
  /// Of a message entry, or (`update`) of a facts entry.
  struct Message {
    MessageId id;
    uint32_t entry;
    bool update;
    int64_t span_ns;
    uint64_t head_bytes;
    uint64_t body_bytes;
    uint32_t extents;
    Flags flags;
    uint32_t first_seq;
    uint32_t gap_count;  ///< of the next ones in `gaps`
  };
  struct Extent {
    MessageId message;
    uint32_t index;
    uint32_t entry;
    uint64_t bytes;
  };
  /// Its method, target and host lie one behind the other in `texts`.
  struct Exchange {
    ExchangeNumber number;
    ConnectionNumber connection;
    TimeNs began_ns;
    int64_t latency_ns;
    size_t text_at;
    uint32_t method_bytes;
    uint32_t target_bytes;
    uint32_t host_bytes;
    uint32_t entry;
    uint16_t status;
    uint8_t parts;
    Flags flags;
  };
  struct Interim {
    ExchangeNumber exchange;
    uint32_t index;
    TimeNs at_ns;
    uint16_t status;
  };
  struct Connection {
    ConnectionRecord record;
    uint32_t entry;
  };
  struct Loss {
    LossRecord record;
    uint32_t entry;
  };
  struct Sentinel {
    SentinelRecord record;
    uint32_t entry;
  };
  struct Link {
    ResultLink record;
    uint32_t entry;
  };

  std::vector<Message> messages;
  std::vector<MessageGap> gaps;
  std::vector<Extent> extents;
  std::vector<Exchange> exchanges;
  std::vector<Interim> interim;
  std::vector<Connection> connections;
  std::vector<Loss> losses;
  std::vector<Sentinel> sentinels;
  std::vector<WatermarkRecord> watermarks;
  std::vector<Link> links;
  std::string texts;

  void Clear();
};

/// What of a frame's content the accounting asks for.
struct FrameContent {
  uint64_t messages = 0;   ///< message entries
  uint64_t exchanges = 0;  ///< exchange entries that are not open
  uint64_t raw_bytes = 0;
};

/// A frame on its way from the reassembly thread to the disk: room for the header, then raw
/// entries; once packed, header and stored bytes. Recycled with all its memory.
struct Frame {
  FrameBuffer bytes;
  uint32_t entries = 0;
  uint32_t raw_bytes = 0;  ///< entries' bytes, also after packing
  TimeNs first_ns = 0;     ///< least and greatest time of its records
  TimeNs last_ns = 0;
  FrameRows rows;
  FrameContent content;
  Marks marks;                                     ///< that hold once this frame is stored
  TimeNs packets_through = 0;                      ///< packet time when it was cut
  uint64_t sequence = 0;                           ///< 1, 2, … in the order of cutting
  std::chrono::steady_clock::time_point began_at;  ///< when its first record came

  /// Empties it and leaves room for the header.
  void Clear();
  void CoverTime(TimeNs first, TimeNs last);
};

/// Turns a frame's raw entries into header and stored bytes. `zstd` null: not compressed.
/// `scratch` is exchanged with the frame's buffer.
void PackFrame(Frame& frame, codec::ZstdCompressor* zstd, FrameBuffer& scratch);

}  // namespace trafrec::store
