#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "reconcile/history/history.h"

namespace trafrec::reconcile {

/// All that answers and requests of the log say of an index, the later ones first.
IndexSettings SettingsOf(const History& history, const std::string& index);

IndexSettings SettingsOf(std::span<const IndexSettings> said, const std::string& index);

/// How the index may place its documents: one way, or two where nobody says which product it is;
/// none where the number of its shards is not known.
std::vector<IndexRouting> RoutingsOf(const History& history, const std::string& index);
/// `shards`: so many it has, if `said` does not say.
std::vector<IndexRouting> RoutingsOf(std::span<const IndexSettings> said, const std::string& index,
                                     std::optional<VersionId> product,
                                     std::optional<uint32_t> shards = {});

/// As new indices have it, and as 6.8 does.
inline VersionId LateProduct() { return VersionId::Elasticsearch(7, 0, 0); }
inline VersionId EarlyProduct() { return VersionId::Elasticsearch(6, 8, 0); }

}  // namespace trafrec::reconcile
