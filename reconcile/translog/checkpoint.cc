#include "reconcile/translog/checkpoint.h"

#include <fmt/format.h>

#include <bit>

#include "reconcile/translog/codec_file.h"
#include "reconcile/translog/stream_input.h"

namespace trafrec::reconcile {
namespace {

/// Elasticsearch 6.4 and later, OpenSearch 1: numbers with the high byte first.
constexpr uint32_t kHighByteFirst = 3;
/// OpenSearch 2 and later, as Lucene 9 writes numbers.
constexpr uint32_t kLowByteFirst = 4;

constexpr size_t kBodyBytes = 7 * 8 + 4;

/// The numbers of a checkpoint's body, in one of two byte orders.
class Body {
 public:
  Body(std::string_view bytes, bool low_byte_first)
      : input_(bytes), low_byte_first_(low_byte_first) {}

  int64_t Long() {
    const int64_t value = input_.Long();
    return low_byte_first_ ? std::byteswap(value) : value;
  }
  uint64_t Count() { return static_cast<uint64_t>(Long()); }
  uint32_t Int() {
    const auto value = static_cast<uint32_t>(input_.Int());
    return low_byte_first_ ? std::byteswap(value) : value;
  }

 private:
  StreamInput input_;
  bool low_byte_first_;
};

}  // namespace

std::expected<TranslogCheckpoint, std::string> ReadCheckpoint(std::string_view bytes) {
  StreamInput input(bytes);
  const auto version = ReadCodecHeader(input, "ckp");
  if (!version) {
    return std::unexpected("it does not begin as a checkpoint does");
  }
  if (*version != kHighByteFirst && *version != kLowByteFirst) {
    return std::unexpected(fmt::format("its format {} is not known", *version));
  }
  if (input.left() != kBodyBytes + kCodecFooterBytes) {
    return std::unexpected(fmt::format("it has {} bytes", bytes.size()));
  }
  if (!CodecFooterIsRight(bytes)) {
    return std::unexpected("its checksum is wrong");
  }
  Body body(input.Bytes(kBodyBytes), *version == kLowByteFirst);
  TranslogCheckpoint checkpoint;
  checkpoint.offset = body.Count();
  checkpoint.operations = body.Int();
  checkpoint.generation = body.Count();
  checkpoint.min_seq_no = body.Long();
  checkpoint.max_seq_no = body.Long();
  checkpoint.global_checkpoint = body.Long();
  checkpoint.min_generation = body.Count();
  checkpoint.trimmed_above_seq_no = body.Long();
  return checkpoint;
}

}  // namespace trafrec::reconcile
