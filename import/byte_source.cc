#include "import/byte_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>

#include "import/limits.h"

namespace trafrec::import {
namespace {

constexpr std::atomic<bool> kNeverStops = false;
constexpr int kStopLookMs = 200;

Result<int> OpenDescriptor(const std::string& path) {
  if (path != "-") {
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    return descriptor >= 0 ? Result<int>(descriptor)
                           : FailErrno(errno, "cannot read " + path, "check the path");
  }
  const int descriptor = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
  if (descriptor >= 0 && isatty(descriptor) == 1) {
    close(descriptor);
    return Fail(ErrorCode::kUsage, "standard input is a terminal, not a recording",
                "pipe one in: zcat requests.gor.gz | trafrec import - -l LOG");
  }
  return descriptor >= 0 ? Result<int>(descriptor) : FailErrno(errno, "cannot read standard input");
}

}  // namespace

Result<std::unique_ptr<ByteSource>> ByteSource::Open(const std::string& path,
                                                     const std::atomic<bool>& stop) {
  const std::string name = path == "-" ? "standard input" : path;
  TRY_ASSIGN(const int descriptor, OpenDescriptor(path));
  struct stat facts{};
  const int failed = fstat(descriptor, &facts);
  const uint64_t total =
      failed == 0 && S_ISREG(facts.st_mode) ? static_cast<uint64_t>(facts.st_size) : 0;
  std::unique_ptr<ByteSource> source(new ByteSource(name, descriptor, total, stop));
  if (failed == 0 && S_ISDIR(facts.st_mode)) {
    return Fail(ErrorCode::kUsage, name + " is a directory, not a recording",
                "name the files in it: trafrec import " + name + "/* -l LOG");
  }
  return source;
}

std::unique_ptr<ByteSource> ByteSource::OfText(std::string text) {
  std::unique_ptr<ByteSource> source(new ByteSource("text", -1, text.size(), kNeverStops));
  source->buffer_.assign(text.begin(), text.end());
  source->end_ = text.size();
  source->buffer_.resize(text.size() + kPadding);
  source->raw_bytes_read_ = text.size();
  source->begun_ = source->ended_ = true;
  return source;
}

ByteSource::~ByteSource() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

Result<std::string_view> ByteSource::Want(size_t bytes) {
  while (end_ - at_ < bytes && !ended_) {
    MakeRoom(std::max(bytes - (end_ - at_), limits::kReadBytes));
    TRY(Fill());
  }
  return std::string_view(reinterpret_cast<const char*>(buffer_.data()) + at_, end_ - at_);
}

void ByteSource::Skip(size_t bytes) {
  at_ += bytes;
  offset_ += bytes;
}

/// What is needed of the window moves to the front only when that is the smaller part.
void ByteSource::MakeRoom(size_t bytes) {
  if (buffer_.size() >= end_ + bytes + kPadding) {
    return;
  }
  if (at_ > 0 && at_ >= end_ - at_) {
    std::memmove(buffer_.data(), buffer_.data() + at_, end_ - at_);
    end_ -= at_;
    at_ = 0;
  }
  if (buffer_.size() < end_ + bytes + kPadding) {
    buffer_.resize(std::max(end_ + bytes + kPadding, buffer_.size() + buffer_.size() / 2));
  }
}

Status ByteSource::Fill() {
  if (decompressor_) {
    return FillDecompressed();
  }
  const std::span<uint8_t> room(buffer_.data() + end_, buffer_.size() - kPadding - end_);
  TRY_ASSIGN(const size_t got, Read(room));
  end_ += got;
  ended_ = raw_ended_;
  if (begun_ || (end_ - at_ < sizeof(uint32_t) && !raw_ended_)) {
    return {};
  }
  begun_ = true;
  const Bytes first(buffer_.data() + at_, std::min(end_ - at_, sizeof(uint32_t)));
  const store::StreamFormat format = store::StreamFormatOf(first);
  if (format != store::StreamFormat::kPlain) {
    decompressor_ = store::StreamDecompressor::Make(format);
    raw_.assign(buffer_.begin() + static_cast<ptrdiff_t>(at_),
                buffer_.begin() + static_cast<ptrdiff_t>(end_));
    raw_end_ = raw_.size();
    raw_.resize(std::max(raw_.size(), limits::kReadBytes));
    end_ = at_;
    ended_ = false;
  }
  return {};
}

Status ByteSource::FillDecompressed() {
  while (true) {
    const std::span<uint8_t> room(buffer_.data() + end_, buffer_.size() - kPadding - end_);
    const auto step = decompressor_->Run(Bytes(raw_.data() + raw_at_, raw_end_ - raw_at_), room);
    if (!step) {
      damage_ = step.error().what;
      ended_ = true;
      return {};
    }
    raw_at_ += step->consumed;
    end_ += step->produced;
    if (step->produced > 0) {
      return {};
    }
    if (step->consumed > 0) {
      continue;
    }
    if (raw_ended_) {
      damage_ = decompressor_->at_boundary() ? "" : "its compressed data end in the middle";
      ended_ = true;
      return {};
    }
    std::memmove(raw_.data(), raw_.data() + raw_at_, raw_end_ - raw_at_);
    raw_end_ -= raw_at_;
    raw_at_ = 0;
    TRY_ASSIGN(const size_t got, Read(std::span(raw_).subspan(raw_end_)));
    raw_end_ += got;
  }
}

Result<size_t> ByteSource::Read(std::span<uint8_t> room) {
  while (true) {
    if (stop_.load(std::memory_order_relaxed)) {
      return Fail(ErrorCode::kInterrupted, "interrupted while reading " + name_);
    }
    // A signal may come between the look at `stop` and the wait: so it is not endless.
    pollfd waiting{descriptor_, POLLIN, 0};
    if (poll(&waiting, 1, kStopLookMs) == 0) {
      continue;
    }
    const ssize_t got = read(descriptor_, room.data(), room.size());
    if (got >= 0) {
      raw_ended_ = got == 0;
      raw_bytes_read_ += static_cast<uint64_t>(got);
      return static_cast<size_t>(got);
    }
    if (errno != EINTR) {
      return FailErrno(errno, "cannot read " + name_);
    }
  }
}

}  // namespace trafrec::import
