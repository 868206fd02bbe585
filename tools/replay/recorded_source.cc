#include "tools/replay/recorded_source.h"

#include <fmt/format.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <memory>

#include "store/reader/log_servers.h"
#include "tools/replay/url_endpoints.h"

namespace trafrec::tools {

MachineAddresses MachineAddresses::OfThisMachine() {
  std::set<IpAddress> addresses;
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) {
    return MachineAddresses({});  // loopback is known all the same
  }
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(first, freeifaddrs);
  for (const ifaddrs* each = first; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr) {
      continue;
    }
    if (each->ifa_addr->sa_family == AF_INET) {
      const auto* address = reinterpret_cast<const sockaddr_in*>(each->ifa_addr);
      addresses.insert(IpAddress::V4(reinterpret_cast<const uint8_t*>(&address->sin_addr.s_addr)));
    } else if (each->ifa_addr->sa_family == AF_INET6) {
      const auto* address = reinterpret_cast<const sockaddr_in6*>(each->ifa_addr);
      addresses.insert(IpAddress::V6(address->sin6_addr.s6_addr));
    }
  }
  return MachineAddresses(std::move(addresses));
}

bool MachineAddresses::Has(const IpAddress& address) const {
  constexpr size_t kV4 = 12;  // where it begins in its mapped form
  constexpr uint8_t kLoopbackNet = 127;
  if (address.is_v4()) {
    const bool unspecified = std::all_of(address.bytes.begin() + kV4, address.bytes.end(),
                                         [](uint8_t b) { return b == 0; });
    return unspecified || address.bytes[kV4] == kLoopbackNet || addresses_.contains(address);
  }
  const bool begins_with_zeros =
      std::all_of(address.bytes.begin(), address.bytes.end() - 1, [](uint8_t b) { return b == 0; });
  return (begins_with_zeros && address.bytes.back() <= 1) || addresses_.contains(address);
}

bool MachineAddresses::AreOne(const Endpoint& a, const Endpoint& b) const {
  return a == b || (a.port == b.port && Has(a.address) && Has(b.address));
}

TargetAddresses::TargetAddresses(const std::vector<std::string>& urls)
    : machine_(MachineAddresses::OfThisMachine()) {
  for (const std::string& url : urls) {
    targets_.emplace_back(url, EndpointsOf(url));
  }
}

/// What is sent to the source is recorded there, and changes what was to be compared with.
Status TargetAddresses::RefuseSource(const Endpoint& server) const {
  for (const auto& [url, endpoints] : targets_) {
    for (const Endpoint& endpoint : endpoints) {
      if (machine_.AreOne(server, endpoint)) {
        return Fail(ErrorCode::kUsage,
                    fmt::format("{} is the recorded source ({}{})", url, server.ToString(),
                                server == endpoint ? "" : ", an address of this machine, too"),
                    "name another target, or say --allow-source");
      }
    }
  }
  return {};
}

Status RefuseRecordedSource(const store::LogSelection& log, const std::vector<std::string>& urls) {
  TRY_ASSIGN(const std::set<Endpoint> sources, store::ReadServers(log));
  const TargetAddresses targets(urls);
  for (const Endpoint& source : sources) {
    TRY(targets.RefuseSource(source));
  }
  return {};
}

}  // namespace trafrec::tools
