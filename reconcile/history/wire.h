#pragma once

#include <string>

#include "reconcile/history/facts.h"
#include "store/reader/log_reader.h"

namespace trafrec::reconcile {

struct WireRules {
  /// An acknowledgement comes within it (RFC 9293, section 3.8.6.3: 500 ms at most; Linux, Windows
  /// and BSD: 200 ms at most).
  TimeNs ack_delay_ns = 250 * kNsPerMs;
  /// The recorder saw everything until then.
  TimeNs captured_until = 0;
};

/// Whether the wire alone proves that a request was not carried out by a server that acts on whole
/// requests only, and why in words. There are two cases and no more: its sender ended it before its
/// end; or nobody acknowledged it, not even when it was sent again, although the connection was
/// open. A whole request that was reset or closed, acknowledged or not, proves nothing.
WireProof WireProofOf(const store::StoredExchange& exchange, const WireRules& rules,
                      std::string& words);

/// Whether a connection may have had exchanges after that time.
bool GoesOn(const store::ConnectionRecord& connection, TimeNs after);

/// When that side ended its flow, by FIN or RST; the greatest time: it did not.
TimeNs EndOf(const store::SideClose& side);

}  // namespace trafrec::reconcile
