#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace trafrec::patterns {

/// What a request does to the server. Unknown: the request was not seen, or cannot be read.
enum class Kind : uint8_t { kMutation = 0, kQuery = 1, kUnknown = 2 };
inline constexpr size_t kKinds = 3;

/// One exchange, as the analysis sees it.
struct Observation {
  TimeNs began_at = 0;
  Kind kind = Kind::kUnknown;
  uint16_t status = 0;                   ///< 0: no answer was seen
  bool open = false;                     ///< still waiting for its answer where the log ends
  bool incomplete = false;               ///< something of it is missing
  std::optional<int64_t> latency_ns{};   ///< last byte of the request to first of the answer
  std::optional<int64_t> duration_ns{};  ///< first byte of the request to first of the answer
  uint64_t operations = 1;               ///< writes that a mutation carries: the items of a bulk
  uint64_t request_bytes = 0;            ///< bodies only
  uint64_t response_bytes = 0;
  std::string shape{};  ///< method and folded target; empty: cannot be read
  std::string api{};    ///< "bulk"; empty: none that is known
  std::vector<std::string> indices{};
  std::string client{};  ///< address without port; empty: cannot be read
  std::string user_agent{};
};

}  // namespace trafrec::patterns
