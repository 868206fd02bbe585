#include "store/reader/operation_address.h"

#include <fmt/format.h>

#include <charconv>

#include "store/reader/exchange_id.h"

namespace trafrec::store {

std::string FormatAddress(const OperationAddress& address) {
  const std::string exchange = FormatExchangeId(address.exchange);
  return address.item ? fmt::format("{}/{}", exchange, *address.item) : exchange;
}

Result<OperationAddress> ParseAddress(std::string_view text) {
  OperationAddress address;
  const size_t slash = text.find('/');
  TRY_ASSIGN(address.exchange, ParseExchangeId(text.substr(0, slash)));
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    uint32_t item = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), item);
    address.item = item;
    if (failure != std::errc() || FormatAddress(address) != text) {
      return Fail(ErrorCode::kUsage, fmt::format("'{}' is no operation of an exchange", text),
                  "the items of a bulk count from 0: web1-0001-2rs/3");
    }
  }
  return address;
}

}  // namespace trafrec::store
