#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "store/manifest/manifest.h"

// What manifests and the summary write alike.

namespace trafrec::store::json {

nlohmann::ordered_json TimeOrNull(const std::optional<TimeNs>& time);
nlohmann::ordered_json TextOrNull(const std::string& text);
nlohmann::ordered_json Of(const SegmentCounts& counts);
nlohmann::ordered_json Of(const std::vector<LossTotal>& losses);
nlohmann::ordered_json Of(const Marks& marks);

}  // namespace trafrec::store::json
