#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace trafrec::tools {

/// What was taken out of an overlay.
struct TakenOut {
  uint64_t count = 0;
  std::string json;  ///< as list --json prints it, so that import puts it back
};

/// Takes out what `file` says of these exchanges, operations and insertions: all of it, or of these
/// kinds only. All or nothing. kNotFound: of one of them there is nothing; the Error names what is
/// nearest. kUsage: the overlay is for another log than `log_id`.
Result<TakenOut> TakeOut(const std::string& file, const std::optional<std::string>& log_id,
                         const std::vector<std::string>& operations,
                         const std::vector<std::string>& kinds);

}  // namespace trafrec::tools
