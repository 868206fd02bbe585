#pragma once

#include <array>
#include <cstdint>

#include "base/counters.h"
#include "store/format/flags.h"

namespace trafrec::reassembly {

/// What the HTTP layer counts (docs/accounting.md). Each is incremented where the thing happens;
/// the wholes are counted apart from their parts, so that a part that is forgotten shows as a
/// broken sum.
struct HttpCounts {
  // Connections, when they close, by what they carried (index: store::Protocol).
  uint64_t connections = 0;
  uint64_t connections_open = 0;
  std::array<uint64_t, 7> connections_closed{};

  uint64_t proxy_headers = 0;  ///< before the first message of a connection

  // Bytes of chunks, by fate.
  uint64_t bytes = 0;
  uint64_t pending_bytes = 0;  ///< in heads that are not complete yet
  uint64_t head_bytes = 0;
  uint64_t body_bytes = 0;
  uint64_t framing_bytes = 0;  ///< chunk sizes and line ends
  uint64_t trailer_bytes = 0;
  uint64_t between_bytes = 0;  ///< stray line ends between messages
  uint64_t proxy_header_bytes = 0;
  uint64_t opaque_bytes = 0;   ///< after 101 and CONNECT, and of other protocols
  uint64_t skipped_bytes = 0;  ///< passed over while looking for the next start
  uint64_t unread_bytes = 0;   ///< captured bytes of HTTP connections that loss rows speak of
  uint64_t gap_bytes = 0;
  uint64_t gap_message_bytes = 0;
  uint64_t gap_outside_bytes = 0;

  uint64_t messages_started = 0;
  uint64_t messages_put = 0;
  uint64_t messages_shed_reads = 0;
  uint64_t messages_shed_mutations = 0;
  uint64_t messages_in_flight = 0;
  uint64_t bodies_shed = 0;     ///< of messages that were put
  uint64_t shed_for_space = 0;  ///< messages and bodies of these, while the disk was nearly full
  uint64_t interim_responses = 0;
  uint64_t interim_left_out =
      0;  ///< of these, beyond limits::kInterim, or of no exchange that was seen

  uint64_t exchanges = 0;
  uint64_t exchanges_paired = 0;
  uint64_t exchanges_request_only = 0;
  uint64_t exchanges_response_only = 0;
  uint64_t exchanges_shed = 0;
  uint64_t exchanges_in_flight = 0;
  /// By store::Flag, of exchanges put. Those that only imports set stay 0.
  std::array<uint64_t, static_cast<size_t>(store::Flag::kBodyRefused) + 1> exchange_flags{};
  uint64_t exchanges_incomplete = 0;  ///< put with any of store::kIncompleteFlags
  uint64_t open_rows = 0;
  uint64_t starts_refused = 0;  ///< looked like a message while resynchronising, but did not fit
  uint64_t evictions = 0;
  uint64_t steps = 0;  ///< of work, so that tests can hold it to a bound

  void AddTo(Counters& counters) const;
};

}  // namespace trafrec::reassembly
