#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/error.h"
#include "capture/pcap_handle.h"

namespace trafrec::capture {

/// How a live handle is opened.
struct LiveHandleOptions {
  std::string interface;  ///< a name, or "any"
  int snaplen = 0;
  size_t ring_bytes = 0;
  bool promiscuous = false;
};

/// A handle that captures already: without a filter, with times in nanoseconds where the kernel has
/// them, and on `any` with version 2 of the cooked header where there is one, as it names the
/// interface. Needs CAP_NET_RAW. Errors name the interface, the reason and the remedy.
Result<PcapHandle> ActivateLive(const LiveHandleOptions& options);

/// The sentence for an interface that does not exist, with those that do.
Error NoSuchInterface(const std::string& interface);

}  // namespace trafrec::capture
