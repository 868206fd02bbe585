#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "tools/json_object.h"
#include "tools/terminal.h"

namespace trafrec::tools {

/// Something that made a run another one than the log as it was recorded.
struct Amendment {
  std::string what;                  ///< "overlay", "edits", "transforms", "only", "index", …
  std::string value{};               ///< a file, or what was given
  uint64_t entries = 0;              ///< of an overlay
  std::vector<std::string> lines{};  ///< the first of them, in words
  std::string trouble{};             ///< why an overlay's entries cannot be told
};

/// Those of a run, as its ledger has them; none of a folder without a ledger.
Result<std::vector<Amendment>> AmendmentsOf(const std::string& run);

/// The overlay that a run was made with; "" if there was none.
std::string OverlayOf(const std::vector<Amendment>& amendments);

/// For a screen; "" if there are none. `brief`: without the entries of overlays.
std::string AmendmentsText(const std::vector<Amendment>& amendments, size_t width,
                           const Paint& paint, bool brief);

/// `amendments`, into an object that is open.
void AppendAmendments(JsonAppender& json, const std::vector<Amendment>& amendments);

}  // namespace trafrec::tools
