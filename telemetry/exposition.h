#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/counters.h"
#include "base/lag_histogram.h"
#include "telemetry/counter_names.h"

namespace trafrec::telemetry {

/// One figure beside the accounting. A counter if its name ends in "_total", else a gauge.
struct Metric {
  std::string_view name;
  std::string_view help;
  double value = 0;
  Labels labels{};
};

struct LagMetric {
  std::string_view name;  ///< "…_seconds"
  std::string_view help;
  LagCounts lags;
  Labels labels{};
};

/// What a scrape is answered from. Metrics of one name follow each other.
struct Reading {
  Counters counters;
  std::vector<Metric> metrics;
  std::vector<LagMetric> lags;
};

/// The reading in Prometheus' text format.
std::string Exposition(const Reading& reading);

inline constexpr const char* kExpositionType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace trafrec::telemetry
