#include <algorithm>
#include <array>
#include <utility>

#include "replay/edit/transform/rules.h"

namespace trafrec::transform {
namespace {

/// Unknown to OpenSearch, which refuses what it does not know; without them it does the same.
constexpr std::array<std::string_view, 7> kRemoved = {
    "force_synthetic_source",    "include_source_on_error", "list_executed_pipelines",
    "min_compatible_shard_node", "require_data_stream",     "types",
    "update_all_types"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kRenamed = {{
    {"_source_exclude", "_source_excludes"},
    {"_source_include", "_source_includes"},
    {"parent", "routing"},
}};

/// APIs of the list of _cat whose `local` only Elasticsearch takes.
constexpr std::array<std::string_view, 4> kNotLocal = {"cat.count", "cat.fielddata", "cat.health",
                                                       "cat.recovery"};

bool Contains(const auto& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

}  // namespace

bool IncludeTypeName(Call& call) {
  return call.EditQuery([](const Call::Parameter& parameter) {
    return parameter.name == "include_type_name" ? std::optional<std::string>("") : std::nullopt;
  });
}

bool RenamedParameters(Call& call) {
  // Who gives both a parent and a routing means the routing.
  const bool routed = call.target().Find("routing").has_value();
  return call.EditQuery([routed](const Call::Parameter& parameter) -> std::optional<std::string> {
    for (const auto& [old_name, new_name] : kRenamed) {
      if (parameter.name == old_name) {
        return new_name == "routing" && routed
                   ? ""
                   : std::string(new_name) + std::string(parameter.after);
      }
    }
    return std::nullopt;
  });
}

bool RemovedParameters(Call& call) {
  const bool not_local = Contains(kNotLocal, call.api());
  return call.EditQuery([not_local](const Call::Parameter& parameter) {
    const std::string& name = parameter.name;
    const bool gone = Contains(kRemoved, name) || (name == "local" && not_local) ||
                      (name == "wait_for_active_shards" && parameter.value == "index-setting");
    return gone ? std::optional<std::string>("") : std::nullopt;
  });
}

}  // namespace trafrec::transform
