#include "reconcile/history/index_routings.h"

#include <algorithm>

namespace trafrec::reconcile {

IndexSettings SettingsOf(const History& history, const std::string& index) {
  return SettingsOf(history.settings, index);
}

IndexSettings SettingsOf(std::span<const IndexSettings> said, const std::string& index) {
  IndexSettings known{.name = index};
  for (const IndexSettings& settings : said) {
    if (settings.name == index) {
      known.uuid = settings.uuid.empty() ? known.uuid : settings.uuid;
      known.shards = settings.shards ? settings.shards : known.shards;
      known.routing_shards =
          settings.routing_shards ? settings.routing_shards : known.routing_shards;
      known.partition_size =
          settings.partition_size ? settings.partition_size : known.partition_size;
      known.created = settings.created ? settings.created : known.created;
      known.resized = known.resized || settings.resized;
    }
  }
  return known;
}

std::vector<IndexRouting> RoutingsOf(const History& history, const std::string& index) {
  return RoutingsOf(history.settings, index, history.product);
}

std::vector<IndexRouting> RoutingsOf(std::span<const IndexSettings> said, const std::string& index,
                                     std::optional<VersionId> product,
                                     std::optional<uint32_t> shards) {
  IndexSettings settings = SettingsOf(said, index);
  settings.shards = settings.shards ? settings.shards : shards;
  const std::vector<VersionId> products =
      product ? std::vector{*product} : std::vector{LateProduct(), EarlyProduct()};
  std::vector<IndexRouting> routings;
  for (const VersionId each : products) {
    const auto known = RoutingOf(settings, each);
    if (known && std::ranges::find(routings, known->routing) == routings.end()) {
      routings.push_back(known->routing);
    }
  }
  return routings;
}

}  // namespace trafrec::reconcile
