#pragma once

#include <string>
#include <string_view>

#include "replay/send/sent.h"

// What is said of requests that got no answer.

namespace trafrec::send {

/// Bytes in quotes, cut, and with dots for what cannot be shown.
std::string Shown(std::string_view bytes);

/// The whole sentence: "target 'main' (http://127.0.0.1:9201) …: reason; remedy".
std::string Sentence(std::string_view target, Failure kind, std::string_view reason,
                     std::string_view remedy = {});

}  // namespace trafrec::send
