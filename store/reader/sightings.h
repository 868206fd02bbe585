#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "store/reader/log_reader.h"

// Sightings: what several recorders, or several starts of one, saw of one exchange.

namespace trafrec::store {

/// Perhaps the same connection: ports and known addresses are equal, and it is not so that one
/// initial sequence number agrees and the other does not. Never interface, tunnel or content.
bool SameConnection(const ExchangeRow& one, const ExchangeRow& other);
/// One exchange: the same connection, and the same first byte of the request. Where one recorder
/// missed the request or cannot prove where it began, the first byte of the response says it.
bool SameExchange(const ExchangeRow& one, const ExchangeRow& other);

/// What is taken from which sighting.
struct MergeChoice {
  std::optional<size_t> request;
  std::optional<size_t> response;
  /// Several have the message, none has the whole of it: they may complete each other.
  bool request_in_pieces = false;
  bool response_in_pieces = false;
  std::optional<size_t> pair;  ///< has both: says how they belong together
  bool disagree = false;       ///< about which answer it was
};

/// `sightings` are of one exchange, in the order of their ids, at least one.
MergeChoice ChooseParts(const std::vector<ExchangeRow>& sightings);

/// The whole: what anybody saw is seen, what is missing is what all missed.
ExchangeRow MergeRows(std::vector<ExchangeRow> sightings);

/// The same with heads and bodies, each as LogReader::Load gives it.
StoredExchange MergeStored(std::vector<StoredExchange> sightings);

}  // namespace trafrec::store
