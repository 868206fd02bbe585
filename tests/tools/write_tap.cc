// Loaded into a program before its libraries: copies all bytes that it hands to the kernel, for
// whatever file, to the end of the file named by WRITE_TAP. So nothing that was written escapes,
// though it was deleted or overwritten afterwards.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdlib>

namespace {

void Copy(const void* bytes, size_t size) {
  static const int kFile = [] {
    const char* name = getenv("WRITE_TAP");
    return name == nullptr ? -1 : open(name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  }();
  if (kFile >= 0 && syscall(SYS_write, kFile, bytes, size) != static_cast<long>(size)) {
    abort();
  }
}

void Copy(const iovec* pieces, int count) {
  for (int i = 0; i < count; ++i) {
    Copy(pieces[i].iov_base, pieces[i].iov_len);
  }
}

template <typename Function>
Function* Next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t write(int file, const void* bytes, size_t size) {
  static auto* const kNext = Next<decltype(write)>("write");
  Copy(bytes, size);
  return kNext(file, bytes, size);
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
  static auto* const kNext = Next<decltype(pwrite)>("pwrite");
  Copy(bytes, size);
  return kNext(file, bytes, size, at);
}

ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) {
  static auto* const kNext = Next<decltype(pwrite64)>("pwrite64");
  Copy(bytes, size);
  return kNext(file, bytes, size, at);
}

ssize_t writev(int file, const iovec* pieces, int count) {
  static auto* const kNext = Next<decltype(writev)>("writev");
  Copy(pieces, count);
  return kNext(file, pieces, count);
}

ssize_t pwritev(int file, const iovec* pieces, int count, off_t at) {
  static auto* const kNext = Next<decltype(pwritev)>("pwritev");
  Copy(pieces, count);
  return kNext(file, pieces, count, at);
}

}  // extern "C"
