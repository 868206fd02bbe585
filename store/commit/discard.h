#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "base/error.h"
#include "store/reader/log_reader_files.h"

namespace trafrec::store {

/// What becomes of the files of attempts that are no part of the log.
enum class Cleanup : uint8_t {
  kKeep,
  kTrash,  ///< moved to LOG/_trash/<recorder>/<attempt>
  kDelete,
};

struct Discarded {
  uint64_t files = 0;
  uint64_t bytes = 0;

  Discarded& operator+=(const Discarded& other);
};

inline constexpr const char* kDiscardedName = "discarded.json";
inline constexpr const char* kTrashName = "_trash";

/// Takes away the files of one attempt. Its folder stays, with discarded.json in it, written first:
/// the number of an attempt is never used again, and what a crash leaves half-done can be seen and
/// called for again. kKeep does nothing.
Result<Discarded> DiscardAttempt(const std::filesystem::path& log, const AttemptKey& attempt,
                                 const std::string& why, Cleanup cleanup);

}  // namespace trafrec::store
