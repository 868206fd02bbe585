#pragma once

#include <string>
#include <string_view>

#include "reconcile/history/tokens.h"
#include "replay/dialect/operation.h"
#include "store/reader/log_reader.h"

// Messages of which the log lacks bytes that were sent: lost on the way to the recorder, not kept
// by it, or behind its snap length. A body may be gone whole, with its head in the log: clients
// send the two apart.

namespace trafrec::reconcile {

/// Whether its sender sent bytes of it that the log does not have. Not of what its sender did not
/// end.
bool HasHole(const store::StoredMessage& message);

/// Bodies as far as they are known. What stands behind a hole would seem to follow what stands
/// before it: two halves of two items may look like one.
void CutAtHoles(store::StoredExchange& exchange);

/// What is known of an operation that lacks its source. `document`: its id, or "".
TokenIndex::Unread UnreadOf(const store::StoredExchange& exchange, const std::string& document,
                            bool answered);

/// Of a request with a hole whose body was cut there: so many bytes of it are unknown. 0: nobody
/// knows, since it has content codings.
uint64_t UnreadBytes(const store::StoredMessage& request);

/// Whether nobody knows what an operation of a request with a hole writes. `body`: its source, or
/// what there is of it.
bool LacksSource(const dialect::Operation& operation, std::string_view body);

}  // namespace trafrec::reconcile
