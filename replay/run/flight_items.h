#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "replay/ledger/records.h"
#include "replay/run/window.h"

// What an item of a flight is about.

namespace trafrec::replay {

ledger::Address AddressOf(const Flight& flight, const guard::Item& item);

const dialect::Operation& OperationOf(const Flight& flight, const guard::Item& item);

/// The document that an item is about; null: none.
const dialect::Key* DocumentOf(const Flight& flight, const guard::Item& item);

/// The index of its document: the real one, if the source told what stands behind the request's
/// name, so that what an alias wrote is known to whoever names the index.
std::string_view IndexOf(const Flight& flight, const guard::Item& item, const dialect::Key& key);

/// What it touches, by the source's names and by those of what is sent, whatever the order is.
std::vector<dialect::Key> TouchedBy(const Flight& flight, const guard::Item& item);

/// The document or path at the target that it writes, the first of several, hashed; 0: none.
uint64_t WrittenBy(const Flight& flight, const guard::Item& item);

/// Whether the plan's own request can go out in place of a copy: each copy is the same, and nobody
/// asks for it before the answer is there.
bool MayLend(const Flight& flight);

/// The source carried it out, and the target refused it.
bool RefusedHereAlone(const guard::Item& item);

/// Under which its last copy went out.
std::optional<ledger::Condition> ConditionOf(const guard::Item& item);

}  // namespace trafrec::replay
