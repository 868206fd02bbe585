#include "tools/host_addresses.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "tools/shell_quote.h"
#include "tools/terminal.h"

namespace trafrec::tools {
namespace {

/// An address or a network of either family, whole or in part: libpcap reads those itself, and
/// takes 10.1 for another one than the resolver does.
bool IsNumeric(const std::string& host) {
  return host.find_first_of(":/") != std::string::npos ||
         host.find_first_not_of("0123456789.") == std::string::npos;
}

Result<std::vector<std::string>> LookUp(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int failure = getaddrinfo(host.c_str(), nullptr, &hints, &found); failure != 0) {
    const char* const why = failure == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(failure);
    return Fail(
        ErrorCode::kUsage,
        fmt::format("no address is known of the host '{}': {}", EscapeForTerminal(host), why),
        "look with: getent ahosts " + ShellQuoted(host) + "; or give its address");
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  std::vector<std::string> addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(each->ai_addr, each->ai_addrlen, text.data(), text.size(), nullptr, 0,
                    NI_NUMERICHOST) == 0) {
      addresses.emplace_back(text.data());
    }
  }
  return addresses;
}

}  // namespace

Result<std::vector<std::string>> AddressesOf(const std::vector<std::string>& hosts) {
  std::vector<std::string> all;
  for (const std::string& host : hosts) {
    std::vector<std::string> addresses = {host};
    if (!IsNumeric(host)) {
      TRY_ASSIGN(addresses, LookUp(host));
    }
    // An address given twice makes the filter longer, and lets nothing more through.
    std::ranges::copy_if(addresses, std::back_inserter(all), [&all](const std::string& address) {
      return std::ranges::find(all, address) == all.end();
    });
  }
  return all;
}

}  // namespace trafrec::tools
