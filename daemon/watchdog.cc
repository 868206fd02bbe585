#include "daemon/watchdog.h"

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>

namespace trafrec::daemon {
namespace {

std::optional<int64_t> NumberIn(const char* variable) {
  const char* const text = std::getenv(variable);
  if (text == nullptr) {
    return std::nullopt;
  }
  int64_t number = 0;
  const char* const end = text + std::strlen(text);
  const auto [read, error] = std::from_chars(text, end, number);
  return error == std::errc() && read == end && number > 0 ? std::optional(number) : std::nullopt;
}

}  // namespace

std::optional<std::chrono::microseconds> WatchdogLimit() {
  const std::optional<int64_t> limit = NumberIn("WATCHDOG_USEC");
  const bool for_us = NumberIn("WATCHDOG_PID").value_or(getpid()) == getpid();
  return limit && for_us ? std::optional(std::chrono::microseconds(*limit)) : std::nullopt;
}

bool Watchdog::MayReassure(std::span<const uint64_t> turns) {
  bool moved = told_at_.empty() || told_at_.size() == turns.size();
  for (size_t i = 0; moved && i < told_at_.size(); ++i) {
    moved = turns[i] != told_at_[i];
  }
  if (moved) {
    told_at_.assign(turns.begin(), turns.end());
  }
  return moved;
}

}  // namespace trafrec::daemon
