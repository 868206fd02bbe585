#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

// Every bound of capture, with its reason.

namespace trafrec::capture::limits {

/// A batch is full at either. Large enough that its hand-over (a lock, a wake-up) costs nothing per
/// packet, small enough that both threads find it in their caches.
inline constexpr size_t kBatchPackets = 512;
inline constexpr size_t kBatchBytes = size_t{256} << 10;
/// Emptied batches that are kept for reuse: as many as are under way while both threads keep up. A
/// burst takes more; they go back to the heap, or the memory of the worst moment would be kept.
inline constexpr size_t kSpareBatchesMax = 16;
/// A part of a file that is mapped at one time. Behind the reader windows are unmapped, so that a
/// large file does not count as our memory; smaller ones cost more system calls (measured: 1 MiB
/// +10%, 256 KiB +80% on a file in the page cache).
inline constexpr size_t kMappedWindowBytes = size_t{4} << 20;
/// Mapped windows whose loss is told in a sentence: those of a thousand files and the ring. Beyond,
/// a file that is cut while it is read ends the process without one.
inline constexpr size_t kGuardedMappings = 4096;
/// A buffer of a pipe or of a compressed file.
inline constexpr size_t kStreamWindowBytes = size_t{1} << 20;
inline constexpr size_t kCompressedBytes = size_t{128} << 10;
/// Captured bytes of one packet. libpcap's own snaplen ends at 256 KiB; more than this is a damaged
/// length.
inline constexpr size_t kPacketBytes = size_t{16} << 20;
/// A pcapng block that must be looked at as a whole: a packet and its options.
inline constexpr size_t kBlockBytes = kPacketBytes + (size_t{1} << 20);
/// Interfaces with names of their own. Packet::interface has 16 bits.
inline constexpr size_t kInterfaces = 65'535;
/// Of one kind of warning, what one file may say: a damaged file must not fill the terminal.
inline constexpr int kWarningsPerFile = 5;
/// Live: the kernel hands over a block that is not full after that time, and Next returns.
inline constexpr int kLiveTimeoutMs = 50;
/// Live: a recorder that lets others go first takes its share again when a queue is so full: there
/// is room for the rest while it catches up;
inline constexpr double kBackgroundFill = 0.125;
/// when a thread with work has not gone round for so long, or packets come so late: a fast wire
/// fills the kernel's ring in two of these;
inline constexpr int64_t kBackgroundStandstillMs = 200;
/// until none of these has been so for a time: waves of traffic are not met by changing to and fro.
inline constexpr int64_t kBackgroundCalmMs = 1'000;
/// Live: a packet can be this old before the capture thread sees it (a block's timeout, a busy
/// machine). Silence is believed only up to so long ago.
inline constexpr int64_t kLiveLatenessNs = 250 * kNsPerMs;
/// Live: so many times at which other ports were asked for are told apart, for packets that wait
/// since then; of what is older, any of its ports counts. Who changes filters does so by hand.
inline constexpr size_t kPortEpochs = 64;
/// Live: no packet lies in the kernel's ring for so long, but that of a process that stood still.
inline constexpr int64_t kQueuedPacketMs = 10'000;
/// Of the socket that makes filters, which gets no packets: libpcap takes one block.
inline constexpr size_t kFilterSocketRingBytes = size_t{256} << 10;
/// Between capture and reassembly when files are read. A file has no bursts to absorb; less keeps
/// packets in the cache and mapped pages few.
inline constexpr size_t kFileRingBytes = size_t{16} << 20;
/// Packets between two ticks of reassembly. Counted, not timed: a file's records must not depend on
/// threads.
inline constexpr uint32_t kTickPackets = 256;

/// Connections and hosts whose traffic is counted while somebody watches: some hundred times what a
/// screen shows, so that what is forgotten is not what would be shown.
inline constexpr size_t kWatchedKeys = 4'096;
inline constexpr size_t kTalkersShown = 40;
/// Exchanges whose messages have come and whose end has not, while somebody watches.
inline constexpr size_t kWatchedExchanges = 65'536;
/// Open connections whose addresses are at hand; of more, numbers are shown.
inline constexpr size_t kNamedConnections = 16'384;

}  // namespace trafrec::capture::limits
