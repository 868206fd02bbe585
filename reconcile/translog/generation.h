#pragma once

#include <cstdint>
#include <expected>
#include <istream>
#include <string>
#include <vector>

#include "reconcile/translog/operation.h"
#include "reconcile/translog/record.h"

namespace trafrec::reconcile {

/// What a file of a translog begins with.
struct GenerationHeader {
  std::string uuid;  ///< of the translog, not of the index; 22 characters
  int64_t primary_term = 0;
};

/// Reads translog-N.tlog from its beginning to its end: the header, then one operation after the
/// other. Holds one operation at a time. Borrows the stream, which has `size` bytes.
class GenerationReader {
 public:
  GenerationReader(std::istream& file, uint64_t size) : file_(file), size_(size) {}

  /// First and once. Why it is none, if it is none; then nothing can be read.
  std::expected<GenerationHeader, std::string> ReadHeader();

  enum class Step : uint8_t {
    kOperation,
    kDamage,  ///< an operation with its size in order, and nothing else; the next one may be right
    kCut,     ///< what follows is no whole operation; nothing can be read after it
    kEnd,
  };
  Step Next();

  /// After kOperation, until the next call. Without its generation and `synced`.
  const TranslogOperation& operation() const { return operation_; }
  /// After kDamage and kCut: what is wrong.
  const std::string& trouble() const { return trouble_; }
  /// Where the last step began, and where the next one begins.
  uint64_t begin() const { return begin_; }
  uint64_t end() const { return offset_; }

 private:
  bool Take(size_t bytes);
  Step Wrong(Step step, std::string trouble);

  std::istream& file_;
  uint64_t size_;
  uint64_t offset_ = 0;
  uint64_t begin_ = 0;
  std::vector<char> buffer_;
  RecordTexts texts_;
  TranslogOperation operation_;
  std::string trouble_;
};

}  // namespace trafrec::reconcile
