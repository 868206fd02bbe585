#pragma once

#include <cstddef>

// Every bound of redaction, with its reason.

namespace trafrec::reassembly::limits {

/// A body that redaction must look into is held until it has ended, and again when it is decoded;
/// what is larger is withheld. Clients of Elasticsearch cut their bulks at 5 to 15 MB.
inline constexpr size_t kRedactedBodyBytes = size_t{16} << 20;
/// Nesting of a JSON body; Elasticsearch's own parser refuses more.
inline constexpr size_t kJsonDepth = 1'000;
/// Pointers of --redact-json and their tokens together: each is compared with every member's name.
inline constexpr size_t kPointerTokens = 1'000;
/// Tokens of values that were seen lately, so that a client's header is hashed once: as many as a
/// busy service has clients at a time.
inline constexpr size_t kKnownTokens = 4'096;
/// A longer value is seldom seen twice, and would take their memory.
inline constexpr size_t kKnownValueBytes = 2'048;

}  // namespace trafrec::reassembly::limits
