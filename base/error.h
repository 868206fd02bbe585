#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

namespace trafrec {

/// What kind of failure it is, for code that must react differently. People read `Error::what`.
enum class ErrorCode : uint8_t {
  kUsage,        ///< the command line or a file given by the user is wrong (exit code 2)
  kNotFound,     ///< a file, interface, log or exchange that does not exist
  kPermission,   ///< the operating system refused a right
  kInUse,        ///< a recorder name, lock or run that another process holds
  kNoSpace,      ///< disk or quota full; the only error that a live recording survives by waiting
  kIo,           ///< any other failing system call
  kCorrupt,      ///< bytes on disk that contradict their checksum or the format
  kUnsupported,  ///< a newer format version, an unknown link type, a codec that is not built in
  kInterrupted,  ///< the user asked to stop
};

/// A failure as a sentence for the person at the keyboard: `what` names the thing and the reason
/// ("cannot capture on eth0: permission denied"), `remedy` says what to do about it and may be
/// empty.
struct Error {
  ErrorCode code = ErrorCode::kIo;
  std::string what;
  std::string remedy;
};

template <typename T>
using Result = std::expected<T, Error>;

/// `Result<void>` under a name that reads well in signatures.
using Status = std::expected<void, Error>;

[[nodiscard]] inline std::unexpected<Error> Fail(ErrorCode code, std::string what,
                                                 std::string remedy = {}) {
  return std::unexpected(Error{code, std::move(what), std::move(remedy)});
}

/// "what: strerror(errno_value)" with the code that fits errno (EACCES, ENOENT, ENOSPC, …).
[[nodiscard]] std::unexpected<Error> FailErrno(int errno_value, const std::string& what,
                                               std::string remedy = {});

}  // namespace trafrec

#define TRAFREC_JOIN_INNER(a, b) a##b
#define TRAFREC_JOIN(a, b) TRAFREC_JOIN_INNER(a, b)

/// `TRY(call());` returns the Error of a failed Status or Result to the caller.
#define TRY(expression)                                    \
  if (auto try_result = (expression); !try_result) {       \
    return std::unexpected(std::move(try_result).error()); \
  }                                                        \
  static_assert(true)

/// `TRY_ASSIGN(auto file, Open(path));` binds the value, or returns the Error to the caller.
#define TRY_ASSIGN(declaration, expression) \
  TRY_ASSIGN_INNER(TRAFREC_JOIN(try_value_, __LINE__), declaration, expression)
#define TRY_ASSIGN_INNER(temporary, declaration, expression) \
  auto temporary = (expression);                             \
  if (!temporary) {                                          \
    return std::unexpected(std::move(temporary).error());    \
  }                                                          \
  declaration = std::move(*temporary)
