#include "reconcile/translog/generation.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "reconcile/translog/codec_file.h"
#include "reconcile/translog/limits.h"
#include "reconcile/translog/stream_input.h"
#include "store/codec/checksum.h"

namespace trafrec::reconcile {
namespace {

/// Since Elasticsearch 6.5: with the primary term and a checksum of the header.
constexpr uint32_t kVersion = 3;
/// Magic number, name's length and name, version, UUID's length.
constexpr size_t kHeaderBegin = 4 + 1 + 8 + 4 + 4;
constexpr size_t kTermAndChecksum = 8 + 4;
constexpr uint32_t kSizeBytes = 4;
constexpr uint32_t kChecksumBytes = 4;

std::string_view Text(const std::vector<char>& bytes) { return {bytes.data(), bytes.size()}; }

bool ChecksumIsRight(std::string_view bytes) {
  const std::string_view covered = bytes.substr(0, bytes.size() - kChecksumBytes);
  StreamInput checksum(bytes.substr(covered.size()));
  return static_cast<uint32_t>(checksum.Int()) == store::codec::Crc32(0, AsBytes(covered));
}

}  // namespace

/// Appends to the buffer.
bool GenerationReader::Take(size_t bytes) {
  if (bytes > size_ - offset_) {
    return false;
  }
  const size_t had = buffer_.size();
  buffer_.resize(had + bytes);
  file_.read(buffer_.data() + had, static_cast<std::streamsize>(bytes));
  offset_ += static_cast<uint64_t>(file_.gcount());
  return file_.gcount() == static_cast<std::streamsize>(bytes);
}

std::expected<GenerationHeader, std::string> GenerationReader::ReadHeader() {
  buffer_.clear();
  if (!Take(kHeaderBegin)) {
    return std::unexpected("it ends in its header");
  }
  StreamInput begin(Text(buffer_));
  const auto version = ReadCodecHeader(begin, "translog");
  if (!version) {
    return std::unexpected("it does not begin as a translog does");
  }
  if (*version != kVersion) {
    return std::unexpected(fmt::format("its format {} is not known", *version));
  }
  const auto uuid_size = static_cast<uint32_t>(begin.Int());
  if (uuid_size > limits::kTranslogUuidBytes || !Take(uuid_size + kTermAndChecksum)) {
    return std::unexpected("it ends in its header");
  }
  if (!ChecksumIsRight(Text(buffer_))) {
    return std::unexpected("the checksum of its header is wrong");
  }
  StreamInput rest(Text(buffer_).substr(kHeaderBegin));
  GenerationHeader header;
  header.uuid = rest.Bytes(uuid_size);
  header.primary_term = rest.Long();
  return header;
}

GenerationReader::Step GenerationReader::Wrong(Step step, std::string trouble) {
  trouble_ = std::move(trouble);
  return step;
}

GenerationReader::Step GenerationReader::Next() {
  begin_ = offset_;
  if (offset_ == size_) {
    return Step::kEnd;
  }
  buffer_.clear();
  if (!Take(kSizeBytes)) {
    return Wrong(Step::kCut, fmt::format("{} bytes are no operation", size_ - begin_));
  }
  const auto size = static_cast<uint32_t>(StreamInput(Text(buffer_)).Int());
  if (size <= kChecksumBytes || size > limits::kTranslogOperationBytes) {
    return Wrong(Step::kCut, fmt::format("no operation has {} bytes", size));
  }
  buffer_.clear();
  if (!Take(size)) {
    return Wrong(Step::kCut, fmt::format("an operation of {} bytes has only {}", size,
                                         size_ - begin_ - kSizeBytes));
  }
  if (!ChecksumIsRight(Text(buffer_))) {
    return Wrong(Step::kDamage, "the checksum of an operation is wrong");
  }
  const auto read = ReadRecord(Text(buffer_).substr(0, size - kChecksumBytes), texts_);
  if (!read) {
    return Wrong(Step::kDamage, "an operation cannot be read: " + read.error());
  }
  operation_ = *read;
  operation_.offset = begin_;
  return Step::kOperation;
}

}  // namespace trafrec::reconcile
