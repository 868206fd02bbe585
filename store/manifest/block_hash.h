#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/error.h"
#include "store/crypto/hash.h"

namespace trafrec::store {

/// A file that is hashed block by block, by several threads at a time. The file must not change.
class BlockHasher {
 public:
  static Result<BlockHasher> Open(const std::filesystem::path& path);
  ~BlockHasher();
  BlockHasher(BlockHasher&& other) noexcept;
  BlockHasher& operator=(BlockHasher&& other) noexcept;

  uint64_t bytes() const { return bytes_; }
  size_t blocks() const;
  /// `buffer` is the caller's, so that a thread can use its own again and again.
  Result<crypto::Digest> Hash(size_t block, std::vector<uint8_t>& buffer) const;

 private:
  BlockHasher(int fd, std::filesystem::path path, uint64_t bytes)
      : fd_(fd), path_(std::move(path)), bytes_(bytes) {}

  int fd_;
  std::filesystem::path path_;
  uint64_t bytes_;
};

/// The digests of all blocks of `file`, in order.
Result<std::vector<crypto::Digest>> HashBlocks(const BlockHasher& file, unsigned threads);

}  // namespace trafrec::store
