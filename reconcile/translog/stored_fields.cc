// Lucene's stored fields. Documents stand one behind the other in chunks. A chunk says of each how
// many fields it has and how long it is, and is compressed as a whole: first some bytes that all
// blocks may repeat, then blocks of one size. A chunk that became too long is cut into slices, each
// compressed like a chunk. The counts are packed bit by bit (Lucene 8), or as numbers of 8, 16 or
// 32 bits, of which 128 lie across each other in words of 64 (Lucene 9).

#include "reconcile/translog/stored_fields.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <utility>

#include "reconcile/translog/codec_file.h"
#include "reconcile/translog/limits.h"
#include "reconcile/translog/lz4_block.h"
#include "reconcile/translog/stream_input.h"

namespace trafrec::reconcile {
namespace {

constexpr uint32_t kVersion8 = 3;
constexpr uint32_t kVersion9 = 1;
/// As long is a slice.
constexpr size_t kSliceBytes = 81'920;
/// Documents of a chunk.
constexpr uint32_t kMostDocuments = 4'096;
constexpr uint32_t kTypeBits = 3;
constexpr uint32_t kText = 0;
constexpr uint32_t kBytes = 1;

using Numbers = std::vector<uint32_t>;

/// Each has `bits`, without room between them.
Numbers PackedNumbers(StreamInput& input, uint32_t count) {
  const uint32_t bits = input.VariableInt();
  if (bits == 0) {
    return Numbers(count, input.VariableInt());
  }
  Numbers numbers;
  uint64_t held = 0;
  uint32_t held_bits = 0;
  while (bits < 32 && input.ok() && numbers.size() < count) {
    while (held_bits < bits) {
      held = held << 8 | input.Byte();
      held_bits += 8;
    }
    held_bits -= bits;
    numbers.push_back(static_cast<uint32_t>(held >> held_bits & ((uint64_t{1} << bits) - 1)));
  }
  return numbers;
}

uint64_t LowFirst(StreamInput& input, uint32_t bytes) {
  uint64_t value = 0;
  for (uint32_t i = 0; i < bytes; ++i) {
    value |= uint64_t{input.Byte()} << 8 * i;
  }
  return value;
}

Numbers NumbersOf9(StreamInput& input, uint32_t count) {
  constexpr uint32_t kBlock = 128;
  const uint32_t bits = input.Byte();
  if (bits == 0) {
    return Numbers(count, input.VariableInt());
  }
  Numbers numbers;
  if (bits != 8 && bits != 16 && bits != 32) {
    return numbers;
  }
  const uint32_t in_word = 64 / bits;
  const uint32_t words = kBlock / in_word;
  while (input.ok() && count - numbers.size() >= kBlock) {
    std::array<uint32_t, kBlock> block{};
    for (uint32_t word = 0; word < words; ++word) {
      const uint64_t value = LowFirst(input, 8);
      for (uint32_t i = 0; i < in_word; ++i) {
        block[i * words + word] =
            static_cast<uint32_t>(value >> (64 - bits * (i + 1)) & ((uint64_t{1} << bits) - 1));
      }
    }
    numbers.insert(numbers.end(), block.begin(), block.end());
  }
  while (input.ok() && numbers.size() < count) {
    numbers.push_back(static_cast<uint32_t>(LowFirst(input, bits / 8)));
  }
  return numbers;
}

/// `size` bytes that were compressed together.
bool AppendTogether(StreamInput& input, size_t size, std::string& out) {
  if (size == 0) {
    return true;
  }
  const size_t shared_bytes = input.VariableInt();
  const size_t block_bytes = input.VariableInt();
  input.VariableInt();  // how long the shared ones are, compressed
  if (!input.ok() || block_bytes == 0 || shared_bytes > size) {
    return false;
  }
  for (size_t at = shared_bytes; at < size && input.ok(); at += block_bytes) {
    input.VariableInt();  // the same of a block
  }
  std::string shared;
  if (!AppendLz4Block(input, shared_bytes, shared)) {
    return false;
  }
  out += shared;
  for (size_t at = shared_bytes; at < size; at += block_bytes) {
    std::string block = shared;
    if (!AppendLz4Block(input, std::min(block_bytes, size - at), block)) {
      return false;
    }
    out.append(block, shared_bytes);
  }
  return true;
}

class Reading {
 public:
  Reading(std::string_view file, bool low_first)
      : input_(file.substr(0, file.size() - std::min(file.size(), kCodecFooterBytes))),
        low_first_(low_first) {}

  std::expected<std::vector<StoredDocument>, std::string> Run() {
    const auto version = ReadIndexHeader(
        input_, low_first_ ? "Lucene90StoredFieldsFastData" : "Lucene87StoredFieldsFastData");
    if (version != (low_first_ ? kVersion9 : kVersion8)) {
      return std::unexpected("the format of its stored fields is not known");
    }
    while (input_.left() > 0) {
      if (!Chunk() || !input_.ok()) {
        return std::unexpected("its stored fields are damaged");
      }
    }
    return std::move(documents_);
  }

 private:
  bool Chunk() {
    const uint32_t first = input_.VariableInt();
    const uint32_t token = input_.VariableInt();
    const uint32_t count = token >> (low_first_ ? 2 : 1);
    if (!input_.ok() || count == 0 || count > kMostDocuments) {
      return false;
    }
    const auto numbers = [&] {
      return count == 1   ? Numbers{input_.VariableInt()}
             : low_first_ ? NumbersOf9(input_, count)
                          : PackedNumbers(input_, count);
    };
    const Numbers fields = numbers();
    const Numbers lengths = numbers();
    if (!input_.ok() || fields.size() != count || lengths.size() != count) {
      return false;
    }
    size_t size = 0;
    for (const uint32_t length : lengths) {
      size += length;
    }
    std::string chunk;
    if (size > limits::kIndexStateBytes || !AppendChunk((token & 1) != 0, size, chunk)) {
      return false;
    }
    size_t at = 0;
    for (uint32_t i = 0; i < count; ++i) {
      Document(first + i, fields[i], std::string_view(chunk).substr(at, lengths[i]));
      at += lengths[i];
    }
    return true;
  }

  bool AppendChunk(bool sliced, size_t size, std::string& chunk) {
    while (chunk.size() < size) {
      const size_t left = size - chunk.size();
      if (!AppendTogether(input_, sliced ? std::min(left, kSliceBytes) : left, chunk)) {
        return false;
      }
    }
    return true;
  }

  void Document(uint32_t number, uint32_t fields, std::string_view bytes) {
    StreamInput input(bytes);
    const uint32_t type = input.VariableInt() & ((1U << kTypeBits) - 1);
    if (fields > 0 && (type == kText || type == kBytes)) {
      const std::string_view value = input.SizedBytes();
      if (input.ok()) {
        documents_.push_back({number, std::string(value)});
      }
    }
  }

  StreamInput input_;
  const bool low_first_;
  std::vector<StoredDocument> documents_;
};

}  // namespace

std::expected<std::vector<StoredDocument>, std::string> ReadStoredFields(std::string_view file,
                                                                         bool low_first) {
  if (!CodecFooterIsRight(file)) {
    return std::unexpected("the checksum of its stored fields is wrong");
  }
  return Reading(file, low_first).Run();
}

}  // namespace trafrec::reconcile
