#include "capture/live_handle.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <climits>
#include <filesystem>

#include "capture/limits.h"
#include "capture/network_interfaces.h"

namespace trafrec::capture {
namespace {

std::string Words(pcap_t* handle, int status) {
  const std::string words = pcap_geterr(handle);
  return words.empty() ? pcap_statustostr(status) : words;
}

Error NoPermission(const std::string& interface) {
  std::error_code ignored;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", ignored);
  return {
      ErrorCode::kPermission,
      fmt::format("cannot capture on {}: permission denied (CAP_NET_RAW is missing)", interface),
      fmt::format("sudo setcap cap_net_raw+ep {}, or run as root; --read FILE needs no right",
                  self.string())};
}

Error ActivationError(const std::string& interface, int status, pcap_t* handle) {
  switch (status) {
    case PCAP_ERROR_NO_SUCH_DEVICE:
      return NoSuchInterface(interface);
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
      return NoPermission(interface);
    case PCAP_ERROR_IFACE_NOT_UP:
      return {ErrorCode::kIo, fmt::format("cannot capture on {}: the interface is down", interface),
              fmt::format("sudo ip link set {} up", interface)};
    default:
      return {ErrorCode::kIo,
              fmt::format("cannot capture on {}: {}", interface, Words(handle, status)), ""};
  }
}

}  // namespace

Error NoSuchInterface(const std::string& interface) {
  std::vector<std::string> names = InterfaceNames();
  names.emplace_back("any");
  return {ErrorCode::kNotFound,
          fmt::format("cannot capture on {}: there is no such interface", interface),
          fmt::format("one of these: {}", fmt::join(names, ", "))};
}

Result<PcapHandle> ActivateLive(const LiveHandleOptions& options) {
  std::array<char, PCAP_ERRBUF_SIZE> words{};
  PcapHandle handle(pcap_create(options.interface.c_str(), words.data()));
  if (handle == nullptr) {
    return Fail(ErrorCode::kIo,
                fmt::format("cannot capture on {}: {}", options.interface, words.data()));
  }
  pcap_set_snaplen(handle.get(), options.snaplen);
  pcap_set_buffer_size(handle.get(),
                       static_cast<int>(std::min<size_t>(options.ring_bytes, INT_MAX)));
  pcap_set_timeout(handle.get(), limits::kLiveTimeoutMs);
  pcap_set_promisc(handle.get(), options.promiscuous ? 1 : 0);
  pcap_set_tstamp_precision(handle.get(), PCAP_TSTAMP_PRECISION_NANO);
  const int status = pcap_activate(handle.get());
  if (status < 0) {
    return std::unexpected(ActivationError(options.interface, status, handle.get()));
  }
  if (options.interface == "any") {
    pcap_set_datalink(handle.get(), DLT_LINUX_SLL2);
  }
  if (pcap_setnonblock(handle.get(), 1, words.data()) != 0) {
    return Fail(ErrorCode::kIo,
                fmt::format("cannot capture on {}: {}", options.interface, words.data()));
  }
  return handle;
}

}  // namespace trafrec::capture
