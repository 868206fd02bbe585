#include "telemetry/exposition.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>

namespace trafrec::telemetry {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

/// Families in the order of their first metric: those of one name must stand together.
class Families {
 public:
  ClientMetric& Add(std::string_view name, std::string_view help, MetricType type,
                    const Labels& labels) {
    auto found = std::ranges::find(families_, name, &MetricFamily::name);
    if (found == families_.end()) {
      families_.push_back(
          {.name = std::string(name), .help = std::string(help), .type = type, .metric = {}});
      found = families_.end() - 1;
    }
    ClientMetric& metric = found->metric.emplace_back();
    for (const auto& [label, value] : labels) {
      metric.label.push_back({label, value});
    }
    return metric;
  }

  void AddValue(std::string_view name, std::string_view help, double value, const Labels& labels) {
    if (name.ends_with("_total")) {
      Add(name, help, MetricType::Counter, labels).counter.value = value;
    } else {
      Add(name, help, MetricType::Gauge, labels).gauge.value = value;
    }
  }

  const std::vector<MetricFamily>& all() const { return families_; }

 private:
  std::vector<MetricFamily> families_;
};

void Fill(ClientMetric::Histogram& histogram, const LagCounts& lags) {
  for (size_t i = 0; i < lags.counts.size(); ++i) {
    histogram.sample_count += lags.counts[i];
    if (i < kLagBoundsNs.size()) {
      histogram.bucket.push_back(
          {histogram.sample_count, static_cast<double>(kLagBoundsNs[i]) / 1e9});
    }
  }
  histogram.sample_sum = static_cast<double>(lags.sum_ns) / 1e9;
}

}  // namespace

std::string Exposition(const Reading& reading) {
  Families families;
  for (const Metric& metric : reading.metrics) {
    families.AddValue(metric.name, metric.help, metric.value, metric.labels);
  }
  for (const LagMetric& metric : reading.lags) {
    Fill(families.Add(metric.name, metric.help, MetricType::Histogram, metric.labels).histogram,
         metric.lags);
  }
  for (const Counter& counter : reading.counters) {
    if (const auto name = NameOfCounter(counter.name)) {
      families.AddValue(name->metric, name->help, static_cast<double>(counter.value), name->labels);
    }
  }
  return prometheus::TextSerializer().Serialize(families.all());
}

}  // namespace trafrec::telemetry
