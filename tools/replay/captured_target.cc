#include "tools/replay/captured_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <utility>

#include "capture/packet_filter.h"
#include "tools/ctl_target.h"
#include "tools/replay/url_endpoints.h"
#include "tools/shell_quote.h"

namespace trafrec::tools {
namespace {

/// A recorder answers within a millisecond, or something is wrong with it.
constexpr auto kTimeout = std::chrono::seconds(2);
constexpr uint16_t kEthernet = 1;  // LINKTYPE_ETHERNET

/// An Ethernet frame with the first segment of a connection to that endpoint, from its own address:
/// a filter that names hosts means servers.
std::vector<uint8_t> FirstPacketTo(const Endpoint& target) {
  constexpr uint8_t kTcp = 6;
  constexpr uint8_t kTtl = 64;
  constexpr size_t kMacBytes = 12;
  constexpr size_t kV4Begin = 12;  // of an IPv4 address in its mapped form
  const bool v4 = target.address.is_v4();
  std::vector<uint8_t> packet(kMacBytes, 0);
  const auto put = [&](std::initializer_list<int> bytes) {
    for (const int byte : bytes) {
      packet.push_back(static_cast<uint8_t>(byte));
    }
  };
  const auto put_address = [&] {
    const auto& bytes = target.address.bytes;
    packet.insert(packet.end(), bytes.begin() + (v4 ? kV4Begin : 0), bytes.end());
  };
  if (v4) {
    put({0x08, 0x00});
    put({0x45, 0, 0, 40, 0, 0, 0, 0, kTtl, kTcp, 0, 0});
  } else {
    put({0x86, 0xdd});
    put({0x60, 0, 0, 0, 0, 20, kTcp, kTtl});
  }
  put_address();
  put_address();
  put({0xc0, 0x00, target.port >> 8, target.port & 0xff});  // from port 49152
  put({0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0xff, 0xff, 0, 0, 0, 0});
  return packet;
}

/// "interface eth0 port 80 …", as the log's segments say it.
std::string InterfaceIn(const std::string& source) {
  constexpr std::string_view kWord = "interface ";
  if (!source.starts_with(kWord)) {
    return {};
  }
  const std::string rest = source.substr(kWord.size());
  return rest.substr(0, rest.find(' '));
}

}  // namespace

Result<bool> Sees(const RunningCapture& capture, const MachineAddresses& machine,
                  const Endpoint& target) {
  const bool loopback = capture.interface == "lo";
  if (capture.interface.empty() ||
      (capture.interface != "any" && loopback != machine.Has(target.address))) {
    return false;
  }
  TRY_ASSIGN(const auto filter,
             capture::PacketFilter::Make({.ports = {}, .hosts = {}, .bpf = capture.filter}));
  const std::vector<uint8_t> packet = FirstPacketTo(target);
  return filter->Matches({.bytes = Bytes(packet.data(), packet.size()),
                          .wire_bytes = static_cast<uint32_t>(packet.size()),
                          .link_type = kEthernet});
}

Status RefuseCapturedTarget(const std::vector<std::filesystem::path>& logs,
                            const std::vector<std::string>& urls) {
  const MachineAddresses machine = MachineAddresses::OfThisMachine();
  for (const std::filesystem::path& log : logs) {
    Result<std::vector<CtlTarget>> running = FindRunning(log.string(), "", kTimeout);
    if (!running) {
      continue;
    }
    for (CtlTarget& recorder : *running) {
      const Result<control::Json> status = recorder.client.Ask({{"command", "status"}}, kTimeout);
      if (!status) {
        continue;
      }
      const RunningCapture capture{.interface = InterfaceIn(control::TextOf(*status, "source")),
                                   .filter = control::TextOf(*status, "filter")};
      for (const std::string& url : urls) {
        for (const Endpoint& endpoint : EndpointsOf(url)) {
          const Result<bool> sees = Sees(capture, machine, endpoint);
          if (sees && *sees) {
            return Fail(ErrorCode::kUsage,
                        fmt::format("{} is captured by recorder '{}', which writes this log now "
                                    "(interface {}, filter: {}): what is sent would come back",
                                    url, recorder.recorder, capture.interface,
                                    capture.filter.empty() ? "none" : capture.filter),
                        "narrow its filter (trafrec ctl " + ShellQuoted(log.string()) +
                            " filter), name another target, or say --allow-source");
          }
        }
      }
    }
  }
  return {};
}

}  // namespace trafrec::tools
