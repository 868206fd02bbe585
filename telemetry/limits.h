#pragma once

#include <cstddef>

// Every bound of telemetry, with its reason.

namespace trafrec::telemetry::limits {

/// Requests that are answered at a time. A monitoring system or two ask each second; more wait in
/// the socket's queue.
inline constexpr unsigned kConnections = 64;
/// Those that wait for that. The kernel may have a lower bound of its own.
inline constexpr int kBacklog = 1'024;
/// A client that is silent, or does not read, for so long is let go: it holds one of the
/// connections.
inline constexpr unsigned kSilentSeconds = 5;
/// Memory of one connection: its request must fit, headers included.
inline constexpr size_t kConnectionBytes = size_t{16} << 10;

}  // namespace trafrec::telemetry::limits
