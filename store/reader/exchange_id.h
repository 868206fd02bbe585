#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "store/reader/log_reader.h"

namespace trafrec::store {

/// "web1-0001-2rs": recorder, attempt in at least four decimal digits, and the number in base 36
/// after one character that counts its digits ('1' to '9', then 'a' …), so that ids of one attempt
/// sort as text in the order of their numbers.
std::string FormatExchangeId(const ExchangeId& id);

/// The inverse. The Error shows what an id looks like.
Result<ExchangeId> ParseExchangeId(std::string_view text);

/// The source's exchange that a result was sent for.
ExchangeId SourceOf(const ResultLink& link);

}  // namespace trafrec::store
