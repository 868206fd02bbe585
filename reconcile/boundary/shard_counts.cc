#include "reconcile/boundary/shard_counts.h"

#include <fmt/format.h>

#include <algorithm>

#include "reconcile/history/index_routings.h"

namespace trafrec::reconcile {

bool ShardCounts::Way::Fits() const {
  return std::ranges::none_of(numbers, [](const auto& each) { return each.second.twice(); });
}

std::vector<ShardCounts::Way>& ShardCounts::WaysOf(const std::string& index) {
  const auto [place, is_new] = ways_.try_emplace(index);
  if (is_new) {
    const CopiedPart* part = backfill_.PartOf(index);
    for (const IndexRouting& routing : RoutingsOf(backfill_.settings, index, backfill_.product,
                                                  part == nullptr ? std::nullopt : part->shards)) {
      place->second.push_back({.routing = routing});
    }
  }
  return place->second;
}

void ShardCounts::Took(const DocumentName& document, int64_t seq_no, int64_t primary_term) {
  for (Way& way : WaysOf(document.index)) {
    if (const auto shard = ShardOf(way.routing, document.id, document.routing)) {
      way.numbers[{*shard, primary_term}].Add(seq_no, primary_term, {});
    }
  }
}

void ShardCounts::Count(const DocumentName& document, int64_t seq_no, Share share,
                        const store::OperationAddress& at) {
  for (Way& way : WaysOf(document.index)) {
    const auto shard = ShardOf(way.routing, document.id, document.routing);
    if (!shard) {
      continue;
    }
    ShardBoundary& boundary = way.shards[*shard];
    if (share == Share::kHeld) {
      ++boundary.held;
      boundary.last_held = std::max(boundary.last_held.value_or(seq_no), seq_no);
    } else if (!IsLeftOut(share) &&
               (!boundary.first_missing || seq_no < boundary.first_missing->seq_no)) {
      boundary.first_missing = {seq_no, at};
    }
  }
}

void ShardCounts::Finish(Boundary& boundary) const {
  for (const auto& [index, ways] : ways_) {
    const auto fits = std::ranges::count_if(ways, &Way::Fits);
    if (fits != 1) {
      boundary.notes.push_back(fmt::format(
          "{}: {}, so its shards are not listed; GET /_cluster/state in recorded "
          "traffic says it",
          index,
          ways.empty() ? "the log does not say how many shards it has"
                       : "the log does not say for certain in which shard a document is"));
      continue;
    }
    for (const auto& [shard, counted] : std::ranges::find_if(ways, &Way::Fits)->shards) {
      ShardBoundary& known = boundary.shards[{index, shard}];
      const std::optional<int64_t> limit = known.limit;
      known = counted;
      known.limit = limit;
    }
  }
}

}  // namespace trafrec::reconcile
