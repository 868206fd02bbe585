#include "tools/spread_json.h"

namespace trafrec::tools {

void AppendSpread(JsonAppender& json, const Histogram& histogram) {
  json.Number("min", histogram.least());
  json.Number("p50", histogram.Quantile(0.5));
  json.Number("p90", histogram.Quantile(0.9));
  json.Number("p99", histogram.Quantile(0.99));
  json.Number("p999", histogram.Quantile(0.999));
  json.Number("max", histogram.greatest());
}

void AppendSpread(JsonAppender& json, std::string_view name, const Histogram& histogram) {
  json.Open(name, '{');
  AppendSpread(json, histogram);
  json.Close('}');
}

}  // namespace trafrec::tools
