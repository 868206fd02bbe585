#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/codec/zstd_codec.h"
#include "store/format/entry_format.h"
#include "store/format/frame_buffer.h"
#include "store/manifest/manifest_files.h"
#include "store/reader/log_reader.h"
#include "store/reader/log_reader_files.h"
#include "store/reader/log_reader_rows.h"

namespace trafrec::store {

/// A frame's entries, decompressed and checked.
struct DecodedFrame {
  FrameBuffer raw;
  std::vector<EntryView> entries;  // borrowed from raw
};

/// Decoded frames of a log, the last used ones kept.
class FrameCache {
 public:
  explicit FrameCache(SegmentFiles& files) : files_(files) {}

  /// An entry of the kind that the caller's row promises. Borrowed until the next call.
  Result<EntryView> Entry(const AttemptKey& attempt, uint32_t segment, int64_t frame,
                          uint32_t entry, EntryKind kind);

 private:
  struct Kept {
    AttemptKey attempt;
    uint32_t segment;
    int64_t frame;
    std::unique_ptr<DecodedFrame> decoded;
  };

  Result<const DecodedFrame*> Frame(const AttemptKey& attempt, uint32_t segment, int64_t frame);
  Status Decode(const AttemptKey& attempt, uint32_t segment, int64_t frame, DecodedFrame& decoded);

  SegmentFiles& files_;
  codec::ZstdDecompressor zstd_;
  FrameBuffer stored_;
  std::list<Kept> kept_;  // the one used last is the first
  size_t kept_bytes_ = 0;
};

/// Takes an exchange's entries together: its messages may lie in several frames and segments.
class ExchangeLoader {
 public:
  explicit ExchangeLoader(SegmentFiles& files) : files_(files), frames_(files) {}

  Result<StoredExchange> Load(const ExchangeRow& row);

 private:
  /// What the log's segments say of one message.
  struct MessageParts {
    MessageId id = 0;
    uint32_t segment = 0;  ///< of the message entry
    int64_t frame = 0;
    uint32_t entry = 0;
    uint32_t facts_segment = 0;  ///< 0: the message entry's facts are the newest
    int64_t facts_frame = 0;
    uint32_t facts_entry = 0;
    uint32_t extents = 0;
  };
  struct ExtentPlace {
    uint32_t segment = 0;
    int64_t frame = 0;
    uint32_t entry = 0;
  };
  Result<MessageParts> FindParts(const ExchangeRow& row, Side side);
  Status LookForNewerFacts(const ExchangeRow& row, MessageParts& parts);
  Result<bool> LookBack(const ExchangeRow& row, MessageParts& parts);
  Result<std::vector<ExtentPlace>> FindExtents(const AttemptKey& attempt, uint32_t segment,
                                               MessageId id, uint32_t count);
  Result<StoredMessage> LoadMessage(const ExchangeRow& row, Side side);
  /// Takes one that is gone with an earlier segment out of what is `shown`.
  Status PutMessage(const ExchangeRow& row, Side side, ExchangeRow& shown,
                    std::optional<StoredMessage>& message);
  Status AppendExtents(const AttemptKey& attempt, MessageId id,
                       const std::vector<ExtentPlace>& places, size_t from, size_t to,
                       std::string& body);
  Result<ConnectionRecord> LoadConnection(const AttemptKey& attempt, const ExchangeRow& row);

  /// Where one connection's record was decoded from.
  struct ConnectionKey {
    AttemptKey attempt;
    uint32_t segment;
    int64_t frame;
    uint32_t entry;

    friend auto operator<=>(const ConnectionKey&, const ConnectionKey&) = default;
  };

  SegmentFiles& files_;
  FrameCache frames_;
  std::map<ConnectionKey, ConnectionRecord> connections_;
  std::map<std::pair<AttemptKey, uint32_t>, MessageId> least_ids_;  // of what came later
};

}  // namespace trafrec::store
