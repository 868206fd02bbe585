#include "capture/network_interfaces.h"

#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/file_descriptor.h"

namespace trafrec::capture {
namespace {

/// Asks the kernel about an interface; false if it does not answer.
bool Ask(unsigned long request, const std::string& name, ifreq& answer) {
  if (name.size() >= sizeof(answer.ifr_name)) {
    return false;
  }
  std::memset(&answer, 0, sizeof(answer));
  std::memcpy(answer.ifr_name, name.data(), name.size());
  const FileDescriptor socket_fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  return ioctl(socket_fd.get(), request, &answer) == 0;
}

// Files, not sockets: a recorder that has given up its rights can open no socket any more.
constexpr const char* kInterfaces = "/sys/class/net";

uint64_t ReadNumber(const std::string& interface, const std::string& name) {
  std::ifstream file(std::string(kInterfaces) + "/" + interface + "/" + name);
  uint64_t value = 0;
  file >> value;
  return file ? value : 0;
}

}  // namespace

std::vector<std::string> InterfaceNames() {
  std::vector<std::string> names;
  if (struct if_nameindex* const list = if_nameindex(); list != nullptr) {
    for (const struct if_nameindex* entry = list; entry->if_index != 0; ++entry) {
      names.emplace_back(entry->if_name);
    }
    if_freenameindex(list);
  }
  return names;
}

unsigned InterfaceIndex(const std::string& name) { return if_nametoindex(name.c_str()); }

bool IsLoopback(const std::string& name) {
  ifreq answer;
  return Ask(SIOCGIFFLAGS, name, answer) && (answer.ifr_flags & IFF_LOOPBACK) != 0;
}

std::optional<MacAddress> AddressOf(const std::string& name) {
  ifreq answer;
  if (!Ask(SIOCGIFHWADDR, name, answer)) {
    return std::nullopt;
  }
  MacAddress address;
  std::memcpy(address.data(), answer.ifr_hwaddr.sa_data, address.size());
  if (address == MacAddress{}) {
    return std::nullopt;
  }
  return address;
}

uint64_t InterfaceDrops(const std::string& name) {
  if (name == "any") {
    uint64_t sum = 0;
    std::error_code failure;
    for (std::filesystem::directory_iterator entries(kInterfaces, failure), end;
         !failure && entries != end; entries.increment(failure)) {
      const std::string interface = entries->path().filename();
      sum += ReadNumber(interface, "type") == ARPHRD_LOOPBACK ? 0 : InterfaceDrops(interface);
    }
    return sum;
  }
  return ReadNumber(name, "statistics/rx_dropped") +
         ReadNumber(name, "statistics/rx_missed_errors") +
         ReadNumber(name, "statistics/rx_fifo_errors");
}

}  // namespace trafrec::capture
