#pragma once

#include <pcap/pcap.h>

#include <memory>

namespace trafrec::capture {

struct ClosePcap {
  void operator()(pcap_t* handle) const { pcap_close(handle); }
};
/// libpcap's handle on an interface, or on a file.
using PcapHandle = std::unique_ptr<pcap_t, ClosePcap>;

}  // namespace trafrec::capture
