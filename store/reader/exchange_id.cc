#include "store/reader/exchange_id.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "store/files/log_layout.h"

namespace trafrec::store {
namespace {

constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";

std::string NumberText(ExchangeNumber number) {
  std::string digits;
  do {
    digits.insert(digits.begin(), kDigits[number % kDigits.size()]);
    number /= kDigits.size();
  } while (number > 0);
  return kDigits[digits.size()] + digits;
}

template <typename T>
std::optional<T> ParseWhole(std::string_view text, int base) {
  T number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

}  // namespace

std::string FormatExchangeId(const ExchangeId& id) {
  return fmt::format("{}-{:04}-{}", id.recorder, id.attempt, NumberText(id.number));
}

Result<ExchangeId> ParseExchangeId(std::string_view text) {
  const auto refused = [&] {
    return Fail(ErrorCode::kUsage, fmt::format("'{}' is not the id of an exchange", text),
                "an id looks like web1-0001-2rs; trafrec show LOG prints them");
  };
  const size_t number_at = text.rfind('-');
  if (number_at == std::string_view::npos || number_at == 0) {
    return refused();
  }
  const size_t attempt_at = text.rfind('-', number_at - 1);
  if (attempt_at == std::string_view::npos || number_at + 2 >= text.size()) {
    return refused();
  }
  const auto attempt =
      ParseWhole<uint32_t>(text.substr(attempt_at + 1, number_at - attempt_at - 1), 10);
  const auto number = ParseWhole<ExchangeNumber>(text.substr(number_at + 2), 36);
  if (!attempt || !number) {
    return refused();
  }
  ExchangeId id{std::string(text.substr(0, attempt_at)), *attempt, *number};
  // An exchange has one id only: other spellings of its numbers are none.
  if (!IsRecorderName(id.recorder) || FormatExchangeId(id) != text) {
    return refused();
  }
  return id;
}

ExchangeId SourceOf(const ResultLink& link) {
  return {link.source_recorder, link.source_attempt, link.source_exchange};
}

}  // namespace trafrec::store
