#pragma once

#include "base/error.h"

namespace trafrec::tools {

/// What the process tells its caller (docs/cli.md, "Exit codes").
enum class ExitCode : int {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,
  kDifferences = 3,    ///< done, and differences or open verdicts were found
  kInterrupted = 130,  ///< a finite job was stopped by the user; the log is sealed
};

constexpr ExitCode ExitCodeOf(const Error& error) {
  switch (error.code) {
    case ErrorCode::kUsage:
      return ExitCode::kUsage;
    case ErrorCode::kInterrupted:
      return ExitCode::kInterrupted;
    default:
      return ExitCode::kFailed;
  }
}

}  // namespace trafrec::tools
