#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "store/overlay/overlay_entry.h"

namespace trafrec::tools {

/// The requests of a file, with nothing said of their place: one as it is on the wire (HTTP/1.1;
/// LF will do as a line end; the body is what follows the head), or lines of the NDJSON that export
/// prints, whose answers are left out. "-" is standard input.
Result<std::vector<store::Insertion>> ReadRequests(const std::string& path);

}  // namespace trafrec::tools
