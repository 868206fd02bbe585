#pragma once

#include <cstddef>

// Every bound of control, with its reason.

namespace trafrec::control::limits {

/// A request with its line end. The longest thing in one is a filter, and libpcap takes minutes for
/// one of a hundred kilobytes.
inline constexpr size_t kRequestBytes = size_t{8} << 10;
/// Nesting of a request's JSON: nothing needs more, and a parser recurses.
inline constexpr int kRequestDepth = 4;
/// An answer, as far as a client believes one: a status takes a few kilobytes.
inline constexpr size_t kAnswerBytes = size_t{1} << 20;
/// Clients at one time: a few people and a monitor. Who comes then is told so.
inline constexpr size_t kClients = 16;
/// A client that has begun a request sends the rest, and takes its answer, within this time.
inline constexpr int kClientPatienceMs = 5'000;
/// A client that asks nothing is let go after this time, so that forgotten ones take no place.
inline constexpr int kIdleClientMs = 60'000;
/// A path of a socket (sun_path, with its NUL).
inline constexpr size_t kSocketPathBytes = 107;
/// control.json.
inline constexpr size_t kControlFileBytes = size_t{64} << 10;
/// Sockets of one name that run side by side, before a new one gives up.
inline constexpr int kNamesTried = 8;

}  // namespace trafrec::control::limits
