#pragma once

#include <string>

#include "store/overlay/overlay_entry.h"

namespace trafrec::tools {

/// A line each, for a terminal, with its end.
std::string InWords(const store::OverlayEntry& entry);
std::string InWords(const store::Insertion& insertion);

/// An insertion's request, or what a rewrite puts in the place of what was recorded, for a person
/// who asked for that entry; "" if a line says all.
std::string Details(const store::OverlayEntry& entry);
std::string Details(const store::Insertion& insertion);

}  // namespace trafrec::tools
