#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trafrec::telemetry {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// What a counter of the accounting is called among metrics.
struct CounterName {
  std::string_view metric;  ///< "trafrec_packets_ignored_total"; a gauge if not "…_total"
  std::string_view help;
  Labels labels;  ///< values of a small set each
};

/// "packets.ignored.udp" is trafrec_packets_ignored_total{reason="udp"}. Nothing for what has no
/// bounded set of names: the numbers behind packets.ignored.<reason>.<number>, which are in the
/// reason's count anyway. docs/metrics.md lists the names.
std::optional<CounterName> NameOfCounter(std::string_view counter);

}  // namespace trafrec::telemetry
