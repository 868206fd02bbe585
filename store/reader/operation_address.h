#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "store/reader/log_reader.h"

namespace trafrec::store {

/// An operation of an exchange (a bulk holds many), or the whole exchange.
struct OperationAddress {
  ExchangeId exchange;
  std::optional<uint32_t> item{};  ///< from 0; nothing: the whole exchange

  friend auto operator<=>(const OperationAddress&, const OperationAddress&) = default;
};

/// "web1-0001-2rs/3", or the exchange's id alone.
std::string FormatAddress(const OperationAddress& address);

/// The inverse. The Error shows what it looks like.
Result<OperationAddress> ParseAddress(std::string_view text);

}  // namespace trafrec::store
