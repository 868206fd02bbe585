#pragma once

#include <linux/filter.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/error.h"
#include "capture/packet_source.h"
#include "capture/pcap_handle.h"

namespace trafrec::capture {

/// A filter as the kernel runs it on a packet socket. Empty: it lets everything through.
using KernelProgram = std::vector<sock_filter>;

/// Makes programs for the kernel out of expressions, while another socket captures. Has a packet
/// socket of its own, which gets no packets; so only Open needs CAP_NET_RAW. Thread-safe.
class KernelFilterCompiler {
 public:
  static Result<std::unique_ptr<KernelFilterCompiler>> Open(const std::string& interface,
                                                            int snaplen);

  /// May take long: names of hosts are looked up. A wrong expression is a usage error with a caret;
  /// one that the kernel cannot run is kUnsupported.
  Result<KernelProgram> Compile(const CaptureFilter& filter);

 private:
  explicit KernelFilterCompiler(PcapHandle handle) : handle_(std::move(handle)) {}

  std::mutex mutex_;
  const PcapHandle handle_;
};

/// From the moment it returns the socket takes what `program` lets through; until some moment
/// before, what it took till then. There is no time between, and what is queued stays.
Status AttachToSocket(const KernelProgram& program, int socket);

}  // namespace trafrec::capture
