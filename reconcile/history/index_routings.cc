#include "reconcile/history/index_routings.h"

#include <algorithm>

namespace trafrec::reconcile {

IndexSettings SettingsOf(const History& history, const std::string& index) {
  IndexSettings known{.name = index};
  for (const IndexSettings& settings : history.settings) {
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
  const IndexSettings settings = SettingsOf(history, index);
  const std::vector<VersionId> products =
      history.product ? std::vector{*history.product} : std::vector{LateProduct(), EarlyProduct()};
  std::vector<IndexRouting> routings;
  for (const VersionId product : products) {
    const auto known = RoutingOf(settings, product);
    if (known && std::ranges::find(routings, known->routing) == routings.end()) {
      routings.push_back(known->routing);
    }
  }
  return routings;
}

}  // namespace trafrec::reconcile
