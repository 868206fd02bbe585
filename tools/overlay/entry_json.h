#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"
#include "store/overlay/overlay_entry.h"

namespace trafrec::tools {

/// One line of NDJSON each (docs/overlay.md), with its end.
void AppendJsonLine(std::string& out, const store::OverlayEntry& entry);
void AppendJsonLine(std::string& out, const store::Insertion& insertion);

/// The inverse.
Result<std::variant<store::OverlayEntry, store::Insertion>> ReadJsonLine(std::string_view line);

}  // namespace trafrec::tools
