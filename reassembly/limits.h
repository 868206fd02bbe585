#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

// Every bound of reassembly, with its reason. Options may change those that a user has a reason to
// change.

namespace trafrec::reassembly::limits {

/// All that reassembly buffers, over all connections. A quarter of a small machine's GiB.
inline constexpr size_t kGlobalBytes = size_t{256} << 20;
/// Less than this is refused: one head of kHeadBytes, twice while it grows, must have room beside
/// other connections.
inline constexpr size_t kGlobalBytesMin = size_t{4} << 20;
/// Behind one hole of one flow: more than any receive window Linux grants by default (tcp_rmem, 6
/// MiB), so that an honest hole is filled or acknowledged before.
inline constexpr size_t kFlowBufferedBytes = size_t{8} << 20;
/// Connections at one time; they cost 256 MiB at most before they carry data, and not twice that
/// while they rest (kRestNs).
inline constexpr size_t kConnections = 1'000'000;
/// Half-open connections at one time: a SYN flood evicts its own first.
inline constexpr size_t kHalfOpen = 65'536;
/// Silence after which a connection is forgotten. Elasticsearch clients keep idle connections for
/// minutes.
inline constexpr int64_t kIdleTimeoutNs = 3600 * kNsPerSecond;
/// A closed connection's late retransmissions are recognised that long (twice the usual TIME-WAIT
/// would be 120 s).
inline constexpr int64_t kClosedLingerNs = 10 * kNsPerSecond;
/// An ACK that was captured before the data it acknowledges (two directions, two queues) is not yet
/// a loss.
inline constexpr int64_t kGapGraceNs = 20 * kNsPerMs;
/// Nested encapsulations of one packet.
inline constexpr int kNesting = 8;
/// Headers of one packet, those that are no encapsulation included: each of the nested ones has
/// Ethernet, LLC or PPP, and IP at most.
inline constexpr int kLayers = 4 * kNesting;
/// Extension headers of one IPv6 packet. RFC 8200 wants each at most once, one twice: 8.
inline constexpr int kIpv6Extensions = 16;
/// Packets larger than that were never on a wire: a host hands such large sends to its card, which
/// cuts them and computes their checksums. 9,216 bytes is the largest frame of usual switches.
inline constexpr size_t kLargestMtuBytes = 9'216;
/// Unknown EtherTypes, protocols and link types that are counted by number, each; the rest
/// together. Honest networks have a handful.
inline constexpr size_t kUnknownNumbers = 64;
/// IP fragments under reassembly: bytes over all, and how long they wait (RFC 8200 says 60 s; Linux
/// 30 s).
inline constexpr size_t kFragmentBytes = size_t{4} << 20;
inline constexpr int64_t kFragmentTimeoutNs = 30 * kNsPerSecond;
/// A head (start line and fields, or trailers). Node allows 16 KiB, nginx 32 KiB; the largest
/// honest ones seen are below 256 KiB.
inline constexpr size_t kHeadBytes = size_t{1} << 20;
/// The longest line of a PROXY header (its specification, section 2.1); the binary form is told by
/// fewer bytes.
inline constexpr size_t kProxyLineBytes = 107;
/// Interim answers (1xx) that are kept of one exchange; a server that sends progress for hours
/// sends more. The first ones are kept, the rest counted.
inline constexpr size_t kInterim = 100;
/// Body bytes held before they go to the log as an extent.
inline constexpr size_t kExtentBytes = size_t{256} << 10;
/// Bytes of a connection that look like no protocol we know, before we stop looking for HTTP in it.
inline constexpr size_t kProbeBytes = size_t{64} << 10;
/// Requests of one connection that wait for their answers (pipelining).
inline constexpr size_t kPipelined = 10'000;
/// Requests of one connection that had their answers perhaps, and wait for what tells which; for no
/// longer than until they are due for an open row. A habit is seen again within a few windows.
inline constexpr size_t kUndecided = 1'024;
/// Bodies of one connection's answers that wait for the same. Below kExtentBytes: none goes to the
/// log before its exchange has a number.
inline constexpr size_t kUndecidedBytes = size_t{128} << 10;
/// A request whose head takes longer than this is written with what there is of it, so that it does
/// not hold the marks. Servers give up after 60 s at most (nginx, Node.js; Apache after 40 s).
inline constexpr int64_t kHeadTimeoutNs = 120 * kNsPerSecond;
/// A request that waited this long is written as an open row.
inline constexpr int64_t kOpenRowNs = kNsPerSecond;
/// A finished exchange waits this long for the ACK of its last byte (delayed ACKs take up to 500
/// ms, RFC 1122).
inline constexpr int64_t kSettleNs = kNsPerSecond;
/// Memory of finished exchanges that wait for that ACK; more, and the oldest are written without
/// it.
inline constexpr size_t kSettlingBytes = size_t{32} << 20;

// The stream tracker's own bounds.

/// Silence after which a connection without a completed handshake or data is forgotten: Linux gives
/// up a SYN after 127 s.
inline constexpr int64_t kHalfOpenTimeoutNs = 130 * kNsPerSecond;
/// A hole that nobody acknowledges, fills or closes. Retransmission backs off to about a minute
/// before a person would call the connection dead.
inline constexpr int64_t kHoleTimeoutNs = 60 * kNsPerSecond;
/// The same when the other direction was never seen, so that no ACK will ever tell. The first two
/// retransmissions (RFC 6298: after 1 s and 2 s more) have had their chance by then.
inline constexpr int64_t kOneSidedHoleTimeoutNs = 3 * kNsPerSecond;
/// Most that a SYN-ACK acknowledges of the flow it answers: the data in its SYN, one segment of the
/// path (RFC 7413). More, and it answers another SYN.
inline constexpr uint64_t kSynDataBytes = 1460;
/// After an RST the connection is kept that long: an injected one is recognised by its supposed
/// sender going on. Longer than a round trip and a first retransmission.
inline constexpr int64_t kResetSettleNs = kNsPerSecond;
/// Farther ahead of what was delivered and acknowledged than this, a segment is not believed at
/// once. Ten times the largest receive window Linux grants by default.
inline constexpr uint64_t kWindowBytes = uint64_t{64} << 20;
/// Numbers that are closer than this are of one connection, however far those of its other flow
/// are: Linux counts its initial numbers on by so much in the second for which it does not use a
/// port again.
inline constexpr uint64_t kReuseBytes = uint64_t{16} << 20;
/// Receive window of a side whose window scale was not seen, and least slack of an ACK for bytes
/// that were not seen.
inline constexpr uint64_t kUnknownWindowBytes = uint64_t{1} << 20;
/// So many segments in a row, each where the one before ended, prove that the flow went on beyond
/// kWindowBytes.
inline constexpr uint8_t kResynchroniseAfter = 3;
/// Further overlay networks in which a connection is seen, and how many networks a SYN is compared
/// in: a packet passes a handful of mirrors, and a recorder listens to a dozen or two. Each network
/// costs every SYN a look-up, a flood's too.
inline constexpr size_t kMirrors = 4;
inline constexpr uint32_t kMirroredNetworks = 32;
/// Mirrors of which one lost the SYN show one connection if a packet's numbers are both that near
/// to where it was so recently: a window of an unscaled kind, and a first retransmission. Two
/// tenants' connections of the same addresses meet that once in ten million times.
inline constexpr uint64_t kMirroredDistanceBytes = uint64_t{512} << 10;
inline constexpr int64_t kMirroredLagNs = kNsPerSecond;
/// A segment that overlaps more buffered pieces than this joins them, so that a second such segment
/// is cheap.
inline constexpr size_t kOverlappedPieces = 8;
/// The part of a segment that the capture cut off is noted in so many places between pieces that
/// are buffered; the rest of it is taken for not captured. For it costs its sender no byte in the
/// capture.
inline constexpr size_t kCutRuns = 16;
/// Silence after which a connection that is in the middle of nothing is kept as a few numbers. To
/// rest and to wake cost about as much as a small exchange, so a client that comes every few
/// seconds should not pay for it; those that spoke within that time are few beside those that rest.
/// Longer than what an exchange still waits for behind its last packet (kSettleNs).
inline constexpr int64_t kRestNs = 10 * kNsPerSecond;
/// What an allocation costs beside its bytes: glibc's header, and rounding up.
inline constexpr size_t kAllocationBytes = 16;
/// What one buffered piece costs beside its bytes: tree node, arrival, allocator.
inline constexpr size_t kPieceBytes = 144;
/// Ring of delivered bytes with which retransmissions are compared: fits the second-level cache.
inline constexpr size_t kRecentRingBytes = size_t{256} << 10;
/// How much of each delivered run it keeps (an Ethernet frame's payload), and how far back a
/// comparison looks.
inline constexpr size_t kRecentRunBytes = 1536;
inline constexpr int kRecentSteps = 64;
/// A start found while resynchronising must end its head within that many bytes: an honest head
/// does, and quoted HTTP must not swallow the real next start.
inline constexpr size_t kTentativeHeadBytes = size_t{64} << 10;
/// The longest method token. The longest registered one has 17 bytes (UPDATEREDIRECTREF).
inline constexpr size_t kMethodBytes = 32;
/// ACKs and copies of one flow that were captured before the bytes they speak of; more, and the
/// oldest are merged or forgotten (they only refine facts).
inline constexpr size_t kAheadFacts = 64;
/// Buffers of finished messages kept for the next ones: enough for the messages under way on some
/// dozen busy connections.
inline constexpr size_t kPooledBytes = size_t{8} << 20;
/// A body's buffer that is larger does not stay with its exchange, but goes to the next large body,
/// while it is still in the cache.
inline constexpr size_t kSmallBufferBytes = size_t{4} << 10;
/// How full the way to the disk is when bodies of answers to reads, bodies of reads, whole reads,
/// and at last mutations are given up (live only). The steps leave room for a burst in between.
inline constexpr double kShedReadAnswerBodies = 0.70;
inline constexpr double kShedReadBodies = 0.80;
inline constexpr double kShedReads = 0.90;
inline constexpr double kShedMutations = 0.98;
/// Shedding that pauses for less than this is one interval, and one loss record.
inline constexpr int64_t kShedPauseNs = kNsPerSecond;
/// Length of the intervals by which the loss estimate is stored: short enough to see a bad minute,
/// long enough to cost nothing.
inline constexpr int64_t kLossIntervalNs = 10 * kNsPerSecond;
/// Silence of both sides after which no answer is outstanding, if the client had all that was sent.
inline constexpr int64_t kQuietNs = kNsPerSecond;

}  // namespace trafrec::reassembly::limits
