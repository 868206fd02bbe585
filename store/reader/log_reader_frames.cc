// FrameCache: frames out of segments, checked and taken apart.

#include <fmt/format.h>

#include <algorithm>

#include "store/format/frame_format.h"
#include "store/reader/log_reader_load.h"
#include "store/reader_limits.h"

namespace trafrec::store {
namespace {

std::unexpected<Error> InFrame(const AttemptKey& attempt, uint32_t segment, int64_t frame,
                               const Error& error) {
  return Fail(error.code,
              fmt::format("frame {} of {}/{}/{:06}: {}", frame, attempt.recorder,
                          AttemptDirectoryName(attempt.attempt), segment, error.what),
              error.remedy.empty() ? "trafrec verify LOG names all that is damaged" : error.remedy);
}

}  // namespace

Status FrameCache::Decode(const AttemptKey& attempt, uint32_t segment, int64_t frame,
                          DecodedFrame& decoded) {
  Result<FrameHeader> header;
  const Status visited =
      files_.With(attempt, segment, [&](SegmentConnection& connection) -> Status {
        TRY_ASSIGN(db::Statement * statement,
                   connection.Prepared("SELECT data FROM frame WHERE id=?"));
        TRY_ASSIGN(const bool row, statement->Bind(0, frame).Step());
        if (!row) {
          return InFrame(attempt, segment, frame, {ErrorCode::kCorrupt, "it is not there", {}});
        }
        stored_.Clear();
        stored_.Append(statement->Blob(0));
        statement->Reset();
        header = UnpackFrame(stored_.bytes(), zstd_, decoded.raw, connection.cipher(), frame);
        return {};
      });
  TRY(visited);
  if (!header) {
    return InFrame(attempt, segment, frame, header.error());
  }
  Bytes rest = decoded.raw.bytes();
  decoded.entries.reserve(std::min<size_t>(header->entry_count, rest.size()));
  while (!rest.empty()) {
    const Result<EntryView> entry = TakeEntry(rest);
    if (!entry) {
      return InFrame(attempt, segment, frame, entry.error());
    }
    decoded.entries.push_back(*entry);
  }
  return {};
}

Result<const DecodedFrame*> FrameCache::Frame(const AttemptKey& attempt, uint32_t segment,
                                              int64_t frame) {
  const auto known = std::ranges::find_if(kept_, [&](const Kept& kept) {
    return kept.frame == frame && kept.segment == segment && kept.attempt == attempt;
  });
  if (known != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, known);
    return kept_.front().decoded.get();
  }
  // The memory of the frame that leaves serves the one that comes.
  std::unique_ptr<DecodedFrame> decoded;
  while (!kept_.empty() &&
         (kept_bytes_ >= limits::kFrameCacheBytes || kept_.size() >= limits::kFrameCacheFrames)) {
    decoded = std::move(kept_.back().decoded);
    kept_bytes_ -= decoded->raw.capacity();
    kept_.pop_back();
  }
  if (decoded == nullptr) {
    decoded = std::make_unique<DecodedFrame>();
  }
  decoded->entries.clear();
  TRY(Decode(attempt, segment, frame, *decoded));
  kept_bytes_ += decoded->raw.capacity();
  kept_.push_front({attempt, segment, frame, std::move(decoded)});
  return kept_.front().decoded.get();
}

Result<EntryView> FrameCache::Entry(const AttemptKey& attempt, uint32_t segment, int64_t frame,
                                    uint32_t entry, EntryKind kind) {
  TRY_ASSIGN(const DecodedFrame* decoded, Frame(attempt, segment, frame));
  if (entry >= decoded->entries.size() || decoded->entries[entry].kind != kind) {
    return InFrame(attempt, segment, frame,
                   {ErrorCode::kCorrupt,
                    fmt::format("entry {} is not what the segment's rows say", entry),
                    {}});
  }
  return decoded->entries[entry];
}

}  // namespace trafrec::store
