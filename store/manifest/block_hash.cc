#include "store/manifest/block_hash.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <optional>
#include <utility>

#include "base/parallel.h"
#include "store/manifest/manifest.h"
#include "store/reader_limits.h"

namespace trafrec::store {

Result<BlockHasher> BlockHasher::Open(const std::filesystem::path& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return FailErrno(errno, "cannot read " + path.string());
  }
  struct stat found{};
  if (fstat(fd, &found) != 0) {
    const int failure = errno;
    close(fd);
    return FailErrno(failure, "cannot look at " + path.string());
  }
  return BlockHasher(fd, path, static_cast<uint64_t>(found.st_size));
}

BlockHasher::~BlockHasher() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

BlockHasher::BlockHasher(BlockHasher&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)), bytes_(other.bytes_) {}

BlockHasher& BlockHasher::operator=(BlockHasher&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

size_t BlockHasher::blocks() const { return (bytes_ + kBlockBytes - 1) / kBlockBytes; }

Result<crypto::Digest> BlockHasher::Hash(size_t block, std::vector<uint8_t>& buffer) const {
  const uint64_t begin = block * kBlockBytes;
  const uint64_t length = std::min(kBlockBytes, bytes_ - begin);
  buffer.resize(limits::kHashReadBytes);
  crypto::Sha256 sha256;
  for (uint64_t done = 0; done < length;) {
    const ssize_t count =
        pread(fd_, buffer.data(), std::min<uint64_t>(buffer.size(), length - done),
              static_cast<off_t>(begin + done));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return FailErrno(count == 0 ? EIO : errno, "cannot read " + path_.string());
    }
    sha256.Update(Bytes(buffer).first(static_cast<size_t>(count)));
    done += static_cast<uint64_t>(count);
  }
  return sha256.Finish();
}

Result<std::vector<crypto::Digest>> HashBlocks(const BlockHasher& file, unsigned threads) {
  std::vector<crypto::Digest> digests(file.blocks());
  std::mutex mutex;
  std::optional<Error> error;
  ParallelFor(digests.size(), threads, [&](size_t block) {
    static thread_local std::vector<uint8_t> buffer;
    if (Result<crypto::Digest> digest = file.Hash(block, buffer)) {
      digests[block] = *digest;
    } else {
      const std::lock_guard lock(mutex);
      error = digest.error();
    }
  });
  if (error) {
    return std::unexpected(*error);
  }
  return digests;
}

}  // namespace trafrec::store
