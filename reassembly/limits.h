#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

// Every bound of reassembly, with its reason. Options may change those that a user has a reason to
// change.

namespace trafrec::reassembly::limits {

/// All that reassembly buffers, over all connections. A quarter of a small machine's GiB.
inline constexpr size_t kGlobalBytes = size_t{256} << 20;
/// Behind one hole of one flow: more than any receive window Linux grants by default (tcp_rmem, 6
/// MiB), so that an honest hole is filled or acknowledged before.
inline constexpr size_t kFlowBufferedBytes = size_t{8} << 20;
/// Connections at one time; with 256 B an idle flow they cost 256 MiB at most.
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
/// IP fragments under reassembly: bytes over all, and how long they wait (RFC 8200 says 60 s; Linux
/// 30 s).
inline constexpr size_t kFragmentBytes = size_t{4} << 20;
inline constexpr int64_t kFragmentTimeoutNs = 30 * kNsPerSecond;
/// A head (start line and fields, or trailers). Node allows 16 KiB, nginx 32 KiB; the largest
/// honest ones seen are below 256 KiB.
inline constexpr size_t kHeadBytes = size_t{1} << 20;
/// Body bytes held before they go to the log as an extent.
inline constexpr size_t kExtentBytes = size_t{256} << 10;
/// Bytes of a connection that look like no protocol we know, before we stop looking for HTTP in it.
inline constexpr size_t kProbeBytes = size_t{64} << 10;
/// Requests of one connection that wait for their answers (pipelining).
inline constexpr size_t kPipelined = 10'000;
/// A request that waited this long is written as an open row.
inline constexpr int64_t kOpenRowNs = kNsPerSecond;
/// A finished exchange waits this long for the ACK of its last byte (delayed ACKs take up to 500
/// ms, RFC 1122).
inline constexpr int64_t kSettleNs = kNsPerSecond;
/// Bytes of finished exchanges that wait for that ACK; more, and the oldest are written without it.
inline constexpr size_t kSettlingBytes = size_t{32} << 20;

}  // namespace trafrec::reassembly::limits
