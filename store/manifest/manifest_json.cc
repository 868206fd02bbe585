#include "store/manifest/manifest_json.h"

#include <nlohmann/json.hpp>

namespace trafrec::store::json {

using Json = nlohmann::ordered_json;

Json TimeOrNull(const std::optional<TimeNs>& time) {
  return time ? Json(FormatTime(*time)) : Json();
}

Json TextOrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json Of(const SegmentCounts& counts) {
  return {{"exchanges", counts.exchanges},     {"messages", counts.messages},
          {"connections", counts.connections}, {"frames", counts.frames},
          {"entries", counts.entries},         {"raw_bytes", counts.raw_bytes},
          {"watermarks", counts.watermarks}};
}

Json Of(const std::vector<LossTotal>& losses) {
  Json array = Json::array();
  for (const LossTotal& loss : losses) {
    array.push_back({{"cause", LossCauseName(loss.cause)},
                     {"rows", loss.rows},
                     {"from", FormatTime(loss.from)},
                     {"until", FormatTime(loss.until)},
                     {"packets", loss.packets},
                     {"bytes", loss.bytes},
                     {"of_bytes", loss.of_bytes},
                     {"exact", loss.exact}});
  }
  return array;
}

Json Of(const Marks& marks) {
  // A mark of 0 says nothing.
  const auto time = [](TimeNs mark) { return mark == 0 ? Json() : Json(FormatTime(mark)); };
  return {{"exchanges_below", marks.exchanges_below},
          {"requests_through", time(marks.requests_through)},
          {"answers_through", time(marks.answers_through)}};
}

}  // namespace trafrec::store::json
