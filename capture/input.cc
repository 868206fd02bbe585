// Files are mapped in windows, not as a whole: the pages of a window that nobody holds any more are
// given back, so that the recorder's memory does not grow with the file. Measured on a file in the
// page cache, windows take a third of the CPU time of read() into recycled buffers. The price is
// that the bytes of a window can vanish, when somebody cuts the file (file_mapping.h); the size is
// asked for again at each window, which leaves only the windows in flight.

#include "capture/input.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/file_descriptor.h"
#include "capture/file_mapping.h"
#include "capture/limits.h"
#include "capture/stream_input.h"
#include "store/codec/stream_decompressor.h"

namespace trafrec::capture {
namespace {

class MappedInput : public Input {
 public:
  MappedInput(std::string name, FileDescriptor file, uint64_t file_bytes)
      : Input(std::move(name)), file_(std::move(file)), file_bytes_(file_bytes) {}

  uint64_t raw_bytes_read() const override { return offset_; }
  uint64_t raw_bytes_total() const override { return file_bytes_; }

 protected:
  Result<State> Refill(size_t bytes, bool /*may_wait*/) override {
    struct stat facts{};
    if (fstat(file_.get(), &facts) == 0) {
      file_bytes_ = static_cast<uint64_t>(facts.st_size);
    }
    if (file_bytes_ < mapped_end_) {
      return std::unexpected(FileMapping::LossOf(name_));
    }
    const uint64_t left = file_bytes_ > offset_ ? file_bytes_ - offset_ : 0;
    if (skip_ > left) {
      skip_ -= left;
      offset_ += left;
      at_ = end_ = nullptr;
      return State::kEnd;
    }
    offset_ += skip_;
    skip_ = 0;
    if (offset_ >= file_bytes_) {
      at_ = end_ = nullptr;
      return State::kEnd;
    }
    TRY(Map(bytes));
    return available() >= bytes ? State::kReady : State::kEnd;
  }

 private:
  /// A window that begins at the page of offset_ and holds `bytes`, if the file does.
  Status Map(size_t bytes) {
    const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
    const uint64_t begin = offset_ / page * page;
    const uint64_t wanted = std::max<uint64_t>(limits::kMappedWindowBytes, offset_ - begin + bytes);
    const auto length = static_cast<size_t>(std::min(file_bytes_ - begin, wanted));
    TRY_ASSIGN(auto mapping, FileMapping::Map(file_.get(), begin, length, name_));
    at_ = mapping->data() + (offset_ - begin);
    end_ = mapping->data() + length;
    owner_ = std::move(mapping);
    mapped_end_ = begin + length;
    return {};
  }

  FileDescriptor file_;
  uint64_t file_bytes_;
  uint64_t mapped_end_ = 0;  ///< of the last window, in the file
};

bool CanBeMapped(int fd) {
  void* const address = mmap(nullptr, 1, PROT_READ, MAP_PRIVATE, fd, 0);
  if (address == MAP_FAILED) {
    return false;
  }
  munmap(address, 1);
  return true;
}

const char* OpenRemedy(int errno_value) {
  switch (errno_value) {
    case ENOENT:
      return "check the path; a name that holds blanks or stars wants quotes";
    case EACCES:
      return "read it as a user who may, or change its mode: chmod +r";
    case EMFILE:
      return "allow more open files: ulimit -n 65536";
    default:
      return "";
  }
}

Result<FileDescriptor> OpenDescriptor(const std::string& path) {
  if (path == "-") {
    const int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) {
      return FailErrno(errno, "cannot read standard input");
    }
    if (isatty(fd) == 1) {
      close(fd);
      return Fail(ErrorCode::kUsage, "standard input is a terminal, not a capture",
                  "pipe one in: tcpdump -w - … | trafrec record --read - …");
    }
    return FileDescriptor(fd);
  }
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return FailErrno(errno, "cannot read " + path, OpenRemedy(errno));
  }
  return FileDescriptor(fd);
}

}  // namespace

Result<std::unique_ptr<Input>> OpenInput(const std::string& path, const StopEvent& stop) {
  const std::string name = path == "-" ? "standard input" : path;
  TRY_ASSIGN(FileDescriptor file, OpenDescriptor(path));
  struct stat facts{};
  if (fstat(file.get(), &facts) != 0) {
    return FailErrno(errno, "cannot read " + name);
  }
  if (S_ISDIR(facts.st_mode)) {
    return Fail(ErrorCode::kUsage, name + " is a directory, not a capture",
                "name the files in it: --read " + name + "/FILE");
  }
  const bool regular = S_ISREG(facts.st_mode);
  const bool at_start = regular && lseek(file.get(), 0, SEEK_CUR) == 0;
  if (at_start && facts.st_size > 0) {
    std::array<uint8_t, 4> first{};
    const ssize_t got = pread(file.get(), first.data(), first.size(), 0);
    if (got < 0) {
      return FailErrno(errno, "cannot read " + name);
    }
    const Bytes first_bytes(first.data(), static_cast<size_t>(got));
    if (store::StreamFormatOf(first_bytes) == store::StreamFormat::kPlain &&
        CanBeMapped(file.get())) {
      return std::make_unique<MappedInput>(name, std::move(file),
                                           static_cast<uint64_t>(facts.st_size));
    }
  }
  if (S_ISFIFO(facts.st_mode)) {
    // Fewer, larger reads; where it is refused the pipe only stays slower.
    fcntl(file.get(), F_SETPIPE_SZ, static_cast<int>(limits::kStreamWindowBytes));
  }
  const auto total = regular ? static_cast<uint64_t>(facts.st_size) : 0;
  auto input = std::make_unique<StreamInput>(name, std::move(file), total, stop);
  TRY_ASSIGN(const Input::State state, input->Want(1, true));
  if (state == Input::State::kEnd && input->damage().empty()) {
    return Fail(ErrorCode::kUsage, name + " is empty, not a capture",
                "look at what should have written it; record -i INTERFACE captures by itself");
  }
  return input;
}

}  // namespace trafrec::capture
