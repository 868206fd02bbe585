#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "capture/packet_batch.h"

namespace trafrec::capture {

/// Drops since the source was opened, each kind apart. Accumulated from deltas: pcap_stats is
/// 32-bit and wraps.
struct SourceDrops {
  uint64_t kernel = 0;     ///< the socket's ring was full (ps_drop)
  uint64_t interface = 0;  ///< the interface dropped (ps_ifdrop,
                           ///< /sys/class/net/*/statistics/rx_dropped, rx_missed_errors)
};

/// A warning about the source that is no reason to stop: a file cut in the middle, an unknown
/// block.
struct SourceWarning {
  std::string what;
  bool cut = false;  ///< the file ended inside a packet: what follows is unknown
};

/// What to let through. An empty filter lets everything through.
struct CaptureFilter {
  std::vector<uint16_t> ports;
  std::vector<std::string> hosts;
  std::string bpf;  ///< text in libpcap's language, joined to the others by "and"

  /// What filters packets by their outermost headers, as one BPF expression that also matches
  /// inside VLAN tags; "" for none. With ports it lets through whatever may be a tunnel, and so do
  /// the sources: Packet::ports says which TCP of it is wanted.
  std::string Expression() const;
  /// The same for link types of which libpcap cannot look behind VLAN tags.
  std::string WithoutTags() const;
  /// The filter as it was asked for, without what the others add; for people.
  std::string Plain() const;
};

/// A running live capture got another filter. At some moment within [from, until], wall clock, the
/// kernel changed over between two packets: what `before` let through up to then is given, also
/// what was still queued, and from then on what the new one lets through.
struct FilterChange {
  CaptureFilter before;
  TimeNs from = 0;
  TimeNs until = 0;
};

/// Where packets come from: an interface, or files merged in time order. Used by the capture thread
/// only, but for Stop() and what is said to be thread-safe.
class PacketSource {
 public:
  virtual ~PacketSource() = default;

  /// Fills `batch` (emptied first) with the next packets; live, returns after at most about 50 ms,
  /// then perhaps with none. False at the end of the files, or after Stop(). An Error ends the
  /// capture. Whatever it returns, the packets in the batch are good.
  virtual Result<bool> Next(PacketBatch& batch) = 0;

  /// Makes Next return false soon. Safe from any thread and from a signal handler.
  virtual void Stop() = 0;

  virtual bool live() const = 0;
  /// Names of the interfaces by Packet::interface; grows while files are read. Thread-safe.
  virtual std::string InterfaceName(uint16_t interface) const = 0;
  virtual SourceDrops drops() = 0;
  /// Takes the warnings that have come up since the last call.
  virtual std::vector<SourceWarning> TakeWarnings() = 0;
  /// For a progress bar: bytes of input read and in all; 0 in all where nobody knows (stdin, live).
  /// Thread-safe.
  virtual uint64_t bytes_read() const = 0;
  virtual uint64_t bytes_total() const = 0;

  /// What is let through now. Thread-safe.
  virtual CaptureFilter filter() const = 0;
  /// Live: lets through something else from now on, without losing a packet; may take as long as a
  /// look-up of host names. Needs no right. After an Error the old filter goes on. Thread-safe.
  virtual Result<FilterChange> ChangeFilter(const CaptureFilter& filter) = 0;
};

struct LiveOptions {
  std::string interface;  ///< a name, or "any"
  CaptureFilter filter;
  size_t ring_bytes = size_t{64} << 20;
  int snaplen = 262'144;
};

/// Opens a live capture on libpcap (TPACKET_V3). Needs CAP_NET_RAW. Errors name the interface, the
/// reason and the remedy (existing interfaces, the capability and the command that grants it,
/// libpcap's own words and a caret for a bad filter).
Result<std::unique_ptr<PacketSource>> OpenLive(const LiveOptions& options);

/// Opens capture files (pcap µs/ns in both byte orders, pcapng; .gz and .zst too; "-" is standard
/// input), merged in time order. Every file is opened and its header checked before this returns.
Result<std::unique_ptr<PacketSource>> OpenFiles(const std::vector<std::string>& paths,
                                                const CaptureFilter& filter);

}  // namespace trafrec::capture
