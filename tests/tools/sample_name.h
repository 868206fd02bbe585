#pragma once

#include <string>

#include "telemetry/counter_names.h"

namespace trafrec::tools {

/// "trafrec_gap_causes_total{cause=\"closed\"}": a counter as a scrape has it, before its value.
inline std::string SampleName(const telemetry::CounterName& name) {
  std::string text(name.metric);
  for (size_t i = 0; i < name.labels.size(); ++i) {
    text += (i == 0 ? "{" : ",") + name.labels[i].first + "=\"" + name.labels[i].second + "\"";
  }
  return text + (name.labels.empty() ? "" : "}");
}

}  // namespace trafrec::tools
