#include "reconcile/boundary/placing.h"

#include <algorithm>

#include "reconcile/history/index_routings.h"

namespace trafrec::reconcile {
namespace {

constexpr TimeNs kNever = std::numeric_limits<TimeNs>::max();

}  // namespace

Placing::Placing(const Backfill& backfill, const ShardLimits& limits)
    : backfill_(backfill), limits_(limits) {
  for (const IndexSettings& settings : backfill_.settings) {
    if (const auto known =
            RoutingOf(SettingsOf(backfill_.settings, settings.name), backfill_.product)) {
      routings_[settings.name] = known->routing;
    }
  }
}

const std::string& Placing::IndexBehind(const std::string& name) const {
  const auto behind = aliases_.find(name);
  return behind == aliases_.end() ? name : behind->second;
}

Where Placing::Of(const dialect::Key& key, const dialect::Outcome& outcome) {
  Where where{.index = outcome.index};
  if (outcome.index.empty()) {
    where.index = IndexBehind(key.name);
  } else if (outcome.index != key.name) {
    aliases_[key.name] = outcome.index;
  }
  where.part = backfill_.PartOf(where.index);
  if (where.part == nullptr) {
    return where;
  }
  const auto routing = routings_.find(where.index);
  const std::string& id = key.id.empty() ? outcome.id : key.id;
  if (routing != routings_.end() && !id.empty()) {
    where.shard = ShardOf(routing->second, id, key.routing);
  }
  where.in_until = where.part->began - margin_ns_;
  where.out_from = std::min(where.part->ended + (where.part->ended == kNever ? 0 : margin_ns_),
                            PassedAt(where.index, where.shard));
  return where;
}

/// From when on the shard, or each shard of the index, was past what the copy can hold.
TimeNs Placing::PassedAt(const std::string& index, std::optional<uint32_t> shard) const {
  TimeNs passed = 0;
  bool any = false;
  for (auto at = limits_.lower_bound({index, shard.value_or(0)});
       at != limits_.end() && at->first.first == index && (!shard || at->first.second == *shard);
       ++at) {
    const auto found = passed_at_.find(at->first);
    passed = std::max(passed, found == passed_at_.end() ? kNever : found->second + margin_ns_);
    any = true;
  }
  return any ? passed : kNever;
}

std::optional<int64_t> Placing::LimitOf(const Where& where) const {
  const auto found = where.shard ? limits_.find({where.index, *where.shard}) : limits_.end();
  return found == limits_.end() ? std::nullopt : std::optional(found->second);
}

void Placing::NotePassed(const Where& where, int64_t number, TimeNs done) {
  const std::optional<int64_t> limit = LimitOf(where);
  if (limit && number > *limit) {
    const auto [place, is_new] = passed_at_.try_emplace({where.index, *where.shard}, done);
    place->second = std::min(place->second, done);
  }
}

Where Placing::OfAny(const dialect::Operation& operation) {
  if (operation.kind != dialect::Kind::kByQuery && operation.kind != dialect::Kind::kReindex &&
      operation.kind != dialect::Kind::kIndexAdmin) {
    return {};
  }
  for (const dialect::Key& key : operation.keys) {
    if (!key.write || key.scope != dialect::Scope::kIndex) {
      continue;
    }
    Where where = Of(key, {});
    if (where.part != nullptr) {
      return where;
    }
    for (const auto& [shard, limit] : limits_) {
      if (dialect::NameFits(key.name, shard.first)) {
        return Of({.name = shard.first}, {});
      }
    }
  }
  return {};
}

}  // namespace trafrec::reconcile
