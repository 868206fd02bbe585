#include "base/error.h"

#include <cerrno>
#include <cstring>

namespace trafrec {
namespace {

ErrorCode CodeOf(int errno_value) {
  switch (errno_value) {
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::kPermission;
    case ENOENT:
    case ENODEV:
    case ENOTDIR:
      return ErrorCode::kNotFound;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return ErrorCode::kNoSpace;
    case EWOULDBLOCK:
    case EBUSY:
    case EADDRINUSE:
      return ErrorCode::kInUse;
    default:
      return ErrorCode::kIo;
  }
}

}  // namespace

std::unexpected<Error> FailErrno(int errno_value, const std::string& what, std::string remedy) {
  return Fail(CodeOf(errno_value), what + ": " + std::strerror(errno_value), std::move(remedy));
}

}  // namespace trafrec
