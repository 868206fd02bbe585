#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace trafrec::send::limits {

/// Of an answer's head. nginx and Netty refuse to send more than a tenth of it.
inline constexpr size_t kAnswerHeadBytes = size_t{256} << 10;
/// Of an answer's trailers: a few fields.
inline constexpr size_t kTrailerBytes = size_t{64} << 10;
/// Of an answer's body. Elasticsearch takes 100 MB at most, and gives little more: statistics of
/// 100,000 shards. An answer without an end is cut here.
inline constexpr size_t kAnswerBodyBytes = size_t{128} << 20;
/// Memory taken on the word of a Content-Length alone.
inline constexpr size_t kBelievedBodyBytes = size_t{1} << 20;
/// What is kept of an answer's body for the next one.
inline constexpr size_t kKeptBodyBytes = size_t{64} << 10;
/// Interim answers (1xx) before the answer. A server sends one or two.
inline constexpr size_t kInterimAnswers = 16;

/// What one read takes. 64 connections times 64 KiB fit into a second-level cache, nearly.
inline constexpr size_t kReadBytes = size_t{64} << 10;
/// What is encrypted at a time: four records of TLS.
inline constexpr size_t kEncryptedBytes = size_t{64} << 10;
/// A request may find that many connections closed before its first byte was written.
inline constexpr uint32_t kUnwrittenTries = 3;
/// An idle connection that was silent for longer is looked at before it is written to: the peer may
/// have closed it while the loop was busy elsewhere. Costs a system call.
inline constexpr int64_t kLookAfterIdleNs = kNsPerMs;
/// After a connection could not be opened while others are open, none is tried for that long.
inline constexpr int64_t kOpenAgainNs = 100 * kNsPerMs;
/// How long a body waits for "100 Continue". RFC 9110, section 10.1.1, wants no endless wait; curl
/// waits as long.
inline constexpr int64_t kContinueWaitNs = kNsPerSecond;
/// After that, a name is resolved again.
inline constexpr int64_t kAddressLifeNs = 10 * kNsPerSecond;
/// Exchanges kept for the next ones, so that their memory is not allocated again.
inline constexpr size_t kSpareExchanges = 256;
/// Of a text that is no HTTP, what a message shows.
inline constexpr size_t kShownBytes = 40;
/// A secret of so many bytes stands in an answer because it was sent, and for no other reason.
inline constexpr size_t kSecretBytes = 16;

}  // namespace trafrec::send::limits
