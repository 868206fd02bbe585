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
//
// The filter goes to the kernel past libpcap (kernel_filter.cc says why). What the ring took before
// the first one was attached is judged here, by the packets' times.

#include <fmt/format.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>
#include <mutex>

#include "base/stop_event.h"
#include "capture/kernel_filter.h"
#include "capture/limits.h"
#include "capture/live_handle.h"
#include "capture/network_interfaces.h"
#include "capture/packet_filter.h"
#include "capture/packet_source.h"
#include "capture/port_history.h"

namespace trafrec::capture {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLiveTimeout = std::chrono::milliseconds(limits::kLiveTimeoutMs);
/// After Stop(): what the kernel had by then comes within a block's timeout; a busy wire ends it by
/// the packets' own times, and this by all means.
constexpr auto kStopGrace = 2 * kLiveTimeout;
constexpr auto kStopDeadline = std::chrono::seconds(1);

/// libpcap's own number to the one of files; on Linux they differ for raw IP alone.
uint16_t LinkTypeOf(int dlt) {
  constexpr uint16_t kLinkTypeRaw = 101;
  return dlt == DLT_RAW ? kLinkTypeRaw : static_cast<uint16_t>(dlt);
}

class LiveSource : public PacketSource {
 public:
  explicit LiveSource(const LiveOptions& options)
      : options_(options),
        any_(options.interface == "any"),
        filter_(options.filter),
        ports_(options.filter.ports) {}

  Status Open() {
    if (!any_ && InterfaceIndex(options_.interface) == 0) {
      return std::unexpected(NoSuchInterface(options_.interface));
    }
    loopback_ = !any_ && IsLoopback(options_.interface);
    loopback_index_ = InterfaceIndex("lo");
    own_address_ = any_ ? std::nullopt : AddressOf(options_.interface);
    TRY_ASSIGN(compiler_, KernelFilterCompiler::Open(options_.interface, options_.snaplen));
    TRY_ASSIGN(judge_, PacketFilter::Make(filter_));
    const Result<KernelProgram> program = compiler_->Compile(filter_);
    if (!program && program.error().code != ErrorCode::kUnsupported) {
      return std::unexpected(program.error());
    }
    TRY_ASSIGN(handle_, ActivateLive({.interface = options_.interface,
                                      .snaplen = options_.snaplen,
                                      .ring_bytes = options_.ring_bytes,
                                      .promiscuous = !loopback_ && !any_}));
    if (program) {
      TRY(AttachToSocket(*program, pcap_fileno(handle_.get())));
      judged_until_ = WallClockNow();
    }
    link_type_ = LinkTypeOf(pcap_datalink(handle_.get()));
    if (pcap_get_tstamp_precision(handle_.get()) == PCAP_TSTAMP_PRECISION_NANO) {
      fraction_ns_ = 1;
    }
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
    ports_.Forget(Clock::now());
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
                                              pcap_geterr(handle_.get())));
    }
    return !(stop_.is_set() && Stopped(batch));
  }

  void Stop() override { stop_.Set(); }
  bool live() const override { return true; }
  std::string InterfaceName(uint16_t /*interface*/) const override { return options_.interface; }

  CaptureFilter filter() const override {
    const std::lock_guard lock(filter_mutex_);
    return filter_;
  }

  Result<FilterChange> ChangeFilter(const CaptureFilter& filter) override {
    TRY_ASSIGN(const KernelProgram program, compiler_->Compile(filter));
    const std::lock_guard lock(filter_mutex_);
    const auto hold = ports_.Hold();
    FilterChange change{.before = filter_, .from = WallClockNow()};
    // Where the kernel had no filter: what comes from now on is not the old one's any more.
    judged_until_ = std::min(judged_until_.load(), change.from);
    TRY(AttachToSocket(program, pcap_fileno(handle_.get())));
    change.until = WallClockNow();
    ports_.Change(hold, filter.ports, change.from, change.until);
    filter_ = filter;
    return change;
  }

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
    reassembly::Packet packet{
        .at = header.ts.tv_sec * kNsPerSecond + header.ts.tv_usec * fraction_ns_,
        .bytes = bytes,
        .wire_bytes = header.len,
        .link_type = link_type_,
        .interface = 0,
        .outgoing = IsOutgoing(bytes)};
    if (packet.at <= judged_until_.load(std::memory_order_relaxed) && !judge_->Matches(packet)) {
      return;
    }
    const WantedPorts& ports = ports_.At(packet.at);
    packet.ports = ports.get();
    if (ports && (batch_->windows.empty() || batch_->windows.back() != ports)) {
      batch_->windows.push_back(ports);
    }
    batch_->packets.push_back(packet);
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
  std::unique_ptr<KernelFilterCompiler> compiler_;
  PcapHandle handle_;
  mutable std::mutex filter_mutex_;
  CaptureFilter filter_;
  PortHistory ports_;
  std::unique_ptr<PacketFilter> judge_;  // by the first filter
  /// Of packets up to this time; of all, if the kernel could not run the first filter.
  std::atomic<TimeNs> judged_until_{std::numeric_limits<TimeNs>::max()};
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
