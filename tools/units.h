#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace trafrec::tools {

/// "64MiB", "64M" (binary), "1GB" (decimal), "65536". An Error shows the accepted forms.
Result<uint64_t> ParseSize(std::string_view text);
/// "30s", "10m", "1h", "2d", "250ms". An Error shows the accepted forms.
Result<int64_t> ParseDurationMs(std::string_view text);

/// "20%" as 0.2. An Error shows the accepted form.
Result<double> ParsePercent(std::string_view text);

/// "512 B", "20.5 KiB": three digits that matter.
std::string HumanBytes(uint64_t bytes);
/// "512", "20.5K": for columns of a table.
std::string ShortBytes(uint64_t bytes);
/// "0.42 ms", "13 s", "2 h 05 min".
std::string HumanDuration(int64_t ns);
/// "420µs", "3.2ms", "13.1s", "2m05s", "1h02m": at most seven columns.
std::string ShortDuration(int64_t ns);
/// "1,448".
std::string WithCommas(uint64_t value);
/// "1 packet", "1,448 packets".
std::string CountOf(uint64_t value, std::string_view thing, std::string_view things = {});
/// "was", "were": what so many did.
std::string_view Were(uint64_t count);
/// "0.02%"; never "0%" unless nothing.
std::string Percent(uint64_t part, uint64_t whole);

/// "--ring: 'x' is not a size" instead of "'x' is not a size".
template <typename T>
Result<T> Named(const char* option, Result<T> value) {
  if (!value) {
    return Fail(ErrorCode::kUsage, std::string(option) + ": " + value.error().what,
                value.error().remedy);
  }
  return value;
}

}  // namespace trafrec::tools
