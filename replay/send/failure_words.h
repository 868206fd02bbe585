#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "replay/send/sent.h"

// What is said of requests that got no answer.

namespace trafrec::send {

/// Why a connection or an exchange ended.
struct Ending {
  Failure kind = Failure::kNone;
  std::string reason;
  std::string remedy;  ///< "": the kind's usual one
};

/// Bytes in quotes, cut, and with dots for what cannot be shown.
std::string Shown(std::string_view bytes);
/// Not more than `most` of them.
std::string Shown(std::string_view bytes, size_t most);

/// The whole sentence: "target 'main' (http://127.0.0.1:9201) …: reason; remedy".
std::string Sentence(std::string_view target, const Ending& ending);

}  // namespace trafrec::send
