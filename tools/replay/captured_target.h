#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/endpoint.h"
#include "base/error.h"
#include "tools/replay/recorded_source.h"

namespace trafrec::tools {

/// What a live recorder says of itself (docs/control.md).
struct RunningCapture {
  std::string interface;
  std::string filter;  ///< in libpcap's language; "" for everything
};

/// Whether it sees what is sent to that endpoint from this machine, as far as can be told without
/// sending: what is sent to one of its own addresses goes over `lo`, all else over another
/// interface.
Result<bool> Sees(const RunningCapture& capture, const MachineAddresses& machine,
                  const Endpoint& target);

/// An Error if a recorder that writes to one of these logs now, on this machine, captures what is
/// sent to one of the URLs: it would be recorded, read, and sent again. Recorders that cannot be
/// asked are left out.
Status RefuseCapturedTarget(const std::vector<std::filesystem::path>& logs,
                            const std::vector<std::string>& urls);

}  // namespace trafrec::tools
