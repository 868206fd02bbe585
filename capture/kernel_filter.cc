// Another filter for a socket that captures.
//
// pcap_setfilter on the capturing handle loses packets: so that none is read that the new filter
// would not have taken, libpcap first attaches one that takes nothing, empties the socket's queue,
// and only then attaches the new one. It also judges what is in the ring again, by the new filter.
// The kernel itself replaces a socket's filter in one step, between two packets. So the program
// goes to the kernel by SO_ATTACH_FILTER, and libpcap makes it only.
//
// What the kernel runs is not what pcap_compile makes: on `any` offsets count from another place,
// and VLAN tags lie beside the packet. libpcap puts that right while it attaches a program. So it
// attaches to a second handle, from which the program is read back. That handle's socket is bound
// to a protocol that no card delivers: packets do not pass it, and cost nothing. Rejected: to do
// libpcap's rewriting once more here; to compile on the capturing handle, which is another
// thread's.

#include "capture/kernel_filter.h"

#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "capture/limits.h"
#include "capture/live_handle.h"
#include "capture/packet_filter.h"

namespace trafrec::capture {
namespace {

/// A kind of frame that only cards speak of to their drivers.
constexpr uint16_t kNoPacketsProtocol = ETH_P_CONTROL;

Status Silence(int socket) {
  sockaddr_ll bound{};
  socklen_t length = sizeof(bound);
  auto* const address = reinterpret_cast<sockaddr*>(&bound);
  if (getsockname(socket, address, &length) != 0) {
    return FailErrno(errno, "cannot ask where the socket of filters is bound");
  }
  bound.sll_family = AF_PACKET;
  bound.sll_protocol = htons(kNoPacketsProtocol);
  if (bind(socket, address, sizeof(bound)) != 0) {
    return FailErrno(errno, "cannot bind the socket of filters to no packets");
  }
  return {};
}

/// Empty if the socket has none.
Result<KernelProgram> ProgramOf(int socket) {
  socklen_t instructions = 0;
  if (getsockopt(socket, SOL_SOCKET, SO_GET_FILTER, nullptr, &instructions) != 0) {
    return FailErrno(errno, "cannot ask the kernel for the length of a filter");
  }
  KernelProgram program(instructions);
  if (!program.empty() &&
      getsockopt(socket, SOL_SOCKET, SO_GET_FILTER, program.data(), &instructions) != 0) {
    return FailErrno(errno, "cannot read a filter back from the kernel");
  }
  return program;
}

}  // namespace

Result<std::unique_ptr<KernelFilterCompiler>> KernelFilterCompiler::Open(
    const std::string& interface, int snaplen) {
  TRY_ASSIGN(PcapHandle handle, ActivateLive({.interface = interface,
                                              .snaplen = snaplen,
                                              .ring_bytes = limits::kFilterSocketRingBytes}));
  TRY(Silence(pcap_fileno(handle.get())));
  return std::unique_ptr<KernelFilterCompiler>(new KernelFilterCompiler(std::move(handle)));
}

Result<KernelProgram> KernelFilterCompiler::Compile(const CaptureFilter& filter) {
  const std::lock_guard lock(mutex_);
  if (filter.Plain().empty()) {
    return KernelProgram();
  }
  std::string words;
  for (const std::string& expression : {filter.Expression(), filter.WithoutTags()}) {
    bpf_program compiled{};
    if (pcap_compile(handle_.get(), &compiled, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
      words = pcap_geterr(handle_.get());
      continue;
    }
    const int status = pcap_setfilter(handle_.get(), &compiled);
    pcap_freecode(&compiled);
    if (status != 0) {
      words = pcap_geterr(handle_.get());
      continue;
    }
    TRY_ASSIGN(KernelProgram program, ProgramOf(pcap_fileno(handle_.get())));
    if (program.empty()) {
      return Fail(ErrorCode::kUnsupported, "the kernel cannot run this filter: it is too long",
                  "a shorter one: fewer ports, hosts or networks");
    }
    return program;
  }
  return std::unexpected(BadFilter(filter, words));
}

Status AttachToSocket(const KernelProgram& program, int socket) {
  if (program.empty()) {
    const int ignored = 0;
    if (setsockopt(socket, SOL_SOCKET, SO_DETACH_FILTER, &ignored, sizeof(ignored)) != 0 &&
        errno != ENOENT) {
      return FailErrno(errno, "cannot take the filter off the capture");
    }
    return {};
  }
  // The kernel copies it.
  const sock_fprog given{.len = static_cast<unsigned short>(program.size()),
                         .filter = const_cast<sock_filter*>(program.data())};
  if (setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &given, sizeof(given)) != 0) {
    return FailErrno(errno, "cannot give the capture a filter");
  }
  return {};
}

}  // namespace trafrec::capture
