// Live capture on libpcap.
//
// libpcap's TPACKET_V3 ring is used without its immediate mode: the kernel hands over blocks of
// many packets, after 50 ms at the latest. The handle is non-blocking and waited for with poll(),
// because pcap_dispatch itself may wait for ever on a silent interface, and because Stop() must
// wake it from a signal handler.
//
// On loopback each packet passes twice, going out and coming in. There the socket is told to leave
// out the outgoing one, before it takes room in the ring. On `any` that would also drop what this
// machine sends on its other interfaces; there libpcap leaves out loopback's outgoing copies when
// it reads the ring (its linux_check_direction), and a test holds it to that.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstring>
#include <filesystem>

#include "capture/limits.h"
#include "capture/network_interfaces.h"
#include "capture/packet_filter.h"
#include "capture/packet_source.h"
#include "capture/stop_event.h"

namespace trafrec::capture {
namespace {

using Clock = std::chrono::steady_clock;

struct ClosePcap {
  void operator()(pcap_t* handle) const { pcap_close(handle); }
};
using PcapHandle = std::unique_ptr<pcap_t, ClosePcap>;

constexpr auto kLiveTimeout = std::chrono::milliseconds(limits::kLiveTimeoutMs);
/// After Stop(): what the kernel had by then comes within a block's timeout; a busy wire ends it by
/// the packets' own times, and this by all means.
constexpr auto kStopGrace = 2 * kLiveTimeout;
constexpr auto kStopDeadline = std::chrono::seconds(1);

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

Error NoSuchInterface(const std::string& interface) {
  std::vector<std::string> names = InterfaceNames();
  names.emplace_back("any");
  return {ErrorCode::kNotFound,
          fmt::format("cannot capture on {}: there is no such interface", interface),
          fmt::format("one of these: {}", fmt::join(names, ", "))};
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

/// libpcap's own number to the one of files; on Linux they differ for raw IP alone.
uint16_t LinkTypeOf(int dlt) {
  constexpr uint16_t kLinkTypeRaw = 101;
  return dlt == DLT_RAW ? kLinkTypeRaw : static_cast<uint16_t>(dlt);
}

class LiveSource : public PacketSource {
 public:
  explicit LiveSource(const LiveOptions& options)
      : options_(options), any_(options.interface == "any") {}

  Status Open() {
    if (!any_ && InterfaceIndex(options_.interface) == 0) {
      return std::unexpected(NoSuchInterface(options_.interface));
    }
    loopback_ = !any_ && IsLoopback(options_.interface);
    loopback_index_ = InterfaceIndex("lo");
    own_address_ = any_ ? std::nullopt : AddressOf(options_.interface);
    TRY(Activate());
    if (any_) {
      // Version 2 of the cooked header names the interface. Without it, version 1 does.
      pcap_set_datalink(handle_.get(), DLT_LINUX_SLL2);
    }
    link_type_ = LinkTypeOf(pcap_datalink(handle_.get()));
    TRY(SetFilter());
    if (loopback_) {
      TRY(IgnoreOutgoing());
    }
    interface_drops_seen_ = InterfaceDrops(options_.interface);
    return {};
  }

  Result<bool> Next(PacketBatch& batch) override {
    batch.Clear();
    TRY(Wait());
    offsets_.clear();
    batch_ = &batch;
    const int count = pcap_dispatch(handle_.get(), static_cast<int>(limits::kBatchPackets),
                                    &OnPacket, reinterpret_cast<u_char*>(this));
    // The storage moved while it grew; now it stays.
    for (size_t i = 0; i < batch.packets.size(); ++i) {
      batch.packets[i].bytes = Bytes(batch.storage).subspan(offsets_[i].at, offsets_[i].length);
    }
    batch.bytes = batch.storage.size() + batch.packets.size() * sizeof(reassembly::Packet);
    bytes_read_.fetch_add(batch.storage.size(), std::memory_order_relaxed);
    if (count < 0 && count != PCAP_ERROR_BREAK) {
      return Fail(ErrorCode::kIo, fmt::format("capturing on {} failed: {}", options_.interface,
                                              Words(handle_.get(), count)));
    }
    return !(stop_.is_set() && Stopped(batch));
  }

  void Stop() override { stop_.Set(); }
  bool live() const override { return true; }
  std::string InterfaceName(uint16_t /*interface*/) const override { return options_.interface; }

  SourceDrops drops() override {
    pcap_stat now{};
    if (pcap_stats(handle_.get(), &now) == 0) {
      drops_.kernel += static_cast<uint32_t>(now.ps_drop - kernel_drops_seen_);
      kernel_drops_seen_ = now.ps_drop;
    }
    // ps_ifdrop is part of these, and there only while promiscuous.
    const uint64_t interface_drops = InterfaceDrops(options_.interface);
    if (interface_drops > interface_drops_seen_) {
      drops_.interface += interface_drops - interface_drops_seen_;
    }
    interface_drops_seen_ = interface_drops;
    return drops_;
  }

  std::vector<SourceWarning> TakeWarnings() override { return {}; }
  uint64_t bytes_read() const override { return bytes_read_.load(std::memory_order_relaxed); }
  uint64_t bytes_total() const override { return 0; }

 private:
  Status Activate() {
    std::array<char, PCAP_ERRBUF_SIZE> words{};
    handle_.reset(pcap_create(options_.interface.c_str(), words.data()));
    if (handle_ == nullptr) {
      return Fail(ErrorCode::kIo,
                  fmt::format("cannot capture on {}: {}", options_.interface, words.data()));
    }
    pcap_set_snaplen(handle_.get(), options_.snaplen);
    pcap_set_buffer_size(handle_.get(),
                         static_cast<int>(std::min<size_t>(options_.ring_bytes, INT_MAX)));
    pcap_set_timeout(handle_.get(), limits::kLiveTimeoutMs);
    pcap_set_promisc(handle_.get(), loopback_ || any_ ? 0 : 1);
    if (pcap_set_tstamp_precision(handle_.get(), PCAP_TSTAMP_PRECISION_NANO) == 0) {
      fraction_ns_ = 1;
    }
    const int status = pcap_activate(handle_.get());
    if (status < 0) {
      return std::unexpected(ActivationError(options_.interface, status, handle_.get()));
    }
    if (pcap_setnonblock(handle_.get(), 1, words.data()) != 0) {
      return Fail(ErrorCode::kIo,
                  fmt::format("cannot capture on {}: {}", options_.interface, words.data()));
    }
    return {};
  }

  Status SetFilter() {
    std::string words;
    if (options_.filter.Untagged().empty()) {
      return {};
    }
    for (const std::string& expression :
         {options_.filter.Expression(), options_.filter.Untagged()}) {
      bpf_program program{};
      if (pcap_compile(handle_.get(), &program, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) == 0) {
        const int status = pcap_setfilter(handle_.get(), &program);
        pcap_freecode(&program);
        if (status == 0) {
          return {};
        }
      }
      words = pcap_geterr(handle_.get());
    }
    return std::unexpected(BadFilter(options_.filter, words));
  }

  Status IgnoreOutgoing() {
    const int on = 1;
    const int fd = pcap_get_selectable_fd(handle_.get());
    if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) == 0) {
      return {};
    }
    // Before Linux 4.20.
    if (pcap_setdirection(handle_.get(), PCAP_D_IN) == 0) {
      return {};
    }
    return Fail(ErrorCode::kIo, fmt::format("cannot leave out outgoing packets on {}: {}",
                                            options_.interface, pcap_geterr(handle_.get())));
  }

  Status Wait() {
    std::array<pollfd, 2> waiting{pollfd{pcap_get_selectable_fd(handle_.get()), POLLIN, 0},
                                  pollfd{stop_.fd(), POLLIN, 0}};
    // Once stopped, the event would end each wait at once.
    const nfds_t count = stop_.is_set() ? 1 : 2;
    if (poll(waiting.data(), count, limits::kLiveTimeoutMs) < 0 && errno != EINTR) {
      return FailErrno(errno, "cannot wait for packets on " + options_.interface);
    }
    return {};
  }

  /// After Stop(): has all been read that was on the wire before?
  bool Stopped(const PacketBatch& batch) {
    if (!stopped_at_) {
      stopped_at_ = Clock::now();
      stopped_wall_ = WallClockNow();
    }
    const auto since = Clock::now() - *stopped_at_;
    const bool drained = batch.packets.empty() && since >= kStopGrace;
    const bool passed = !batch.packets.empty() && batch.packets.back().at > stopped_wall_;
    return drained || passed || since >= kStopDeadline;
  }

  static void OnPacket(u_char* self, const pcap_pkthdr* header, const u_char* bytes) {
    reinterpret_cast<LiveSource*>(self)->Add(*header, Bytes(bytes, header->caplen));
  }

  void Add(const pcap_pkthdr& header, Bytes bytes) {
    batch_->packets.push_back(
        {.at = header.ts.tv_sec * kNsPerSecond + header.ts.tv_usec * fraction_ns_,
         .bytes = {},
         .wire_bytes = header.len,
         .link_type = link_type_,
         .interface = 0,
         .outgoing = IsOutgoing(bytes)});
    offsets_.push_back({.at = batch_->storage.size(), .length = bytes.size()});
    batch_->storage.insert(batch_->storage.end(), bytes.begin(), bytes.end());
    if (batch_->storage.size() >= limits::kBatchBytes) {
      pcap_breakloop(handle_.get());
    }
  }

  /// Did this machine send it? Then the card may still have to fill in checksums.
  bool IsOutgoing(Bytes bytes) const {
    constexpr size_t kCookedHeader = 16;
    constexpr size_t kCooked2Header = 20;
    if (loopback_) {
      return true;
    }
    if (link_type_ == DLT_LINUX_SLL2 && bytes.size() >= kCooked2Header) {
      return bytes[10] == PACKET_OUTGOING || LoadBig<uint32_t>(&bytes[4]) == loopback_index_;
    }
    if (link_type_ == DLT_LINUX_SLL && bytes.size() >= kCookedHeader) {
      return LoadBig<uint16_t>(bytes.data()) == PACKET_OUTGOING;
    }
    return own_address_ && link_type_ == DLT_EN10MB && bytes.size() >= 12 &&
           std::memcmp(&bytes[6], own_address_->data(), own_address_->size()) == 0;
  }

  struct Place {
    size_t at;
    size_t length;
  };

  const LiveOptions options_;
  const bool any_;
  bool loopback_ = false;
  unsigned loopback_index_ = 0;
  std::optional<MacAddress> own_address_;
  StopEvent stop_;
  PcapHandle handle_;
  uint16_t link_type_ = 0;
  int64_t fraction_ns_ = kNsPerUs;
  PacketBatch* batch_ = nullptr;  // during pcap_dispatch
  std::vector<Place> offsets_;
  std::atomic<uint64_t> bytes_read_{0};
  SourceDrops drops_;
  uint32_t kernel_drops_seen_ = 0;
  uint64_t interface_drops_seen_ = 0;
  std::optional<Clock::time_point> stopped_at_;
  TimeNs stopped_wall_ = 0;
};

}  // namespace

Result<std::unique_ptr<PacketSource>> OpenLive(const LiveOptions& options) {
  auto source = std::make_unique<LiveSource>(options);
  TRY(source->Open());
  return source;
}

}  // namespace trafrec::capture
