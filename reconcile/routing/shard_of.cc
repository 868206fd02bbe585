#include <algorithm>
#include <bit>

#include "reconcile/routing/index_routing.h"
#include "reconcile/routing/limits.h"

namespace trafrec::reconcile {
namespace {

/// MurmurHash3_x86_32 (Austin Appleby, public domain), fed with units of 16 bits: two make one of
/// its blocks, and one is what may be left over.
class UnitHash {
 public:
  void Add(uint32_t unit) {
    if (units_++ % 2 == 0) {
      half_ = unit;
      return;
    }
    hash_ ^= Scrambled(half_ | unit << 16);
    hash_ = std::rotl(hash_, 13) * 5 + 0xe6546b64;
  }

  int32_t Finish() const {
    uint32_t hash = units_ % 2 == 0 ? hash_ : hash_ ^ Scrambled(half_);
    hash ^= units_ * 2;
    hash = (hash ^ hash >> 16) * 0x85ebca6b;
    hash = (hash ^ hash >> 13) * 0xc2b2ae35;
    return static_cast<int32_t>(hash ^ hash >> 16);
  }

 private:
  static uint32_t Scrambled(uint32_t block) {
    return std::rotl(block * 0xcc9e2d51, 15) * 0x1b873593;
  }

  uint32_t hash_ = 0;
  uint32_t half_ = 0;
  uint32_t units_ = 0;
};

/// Takes one character off the front. Nothing for overlong forms, surrogates and cut ones.
std::optional<uint32_t> TakeCharacter(std::string_view& utf8) {
  const auto lead = static_cast<uint8_t>(utf8.front());
  const int more = lead < 0x80 ? 0 : lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || utf8.size() <= static_cast<size_t>(more)) {
    return std::nullopt;
  }
  static constexpr uint32_t kLeast[] = {0, 0x80, 0x800, 0x1'0000};
  uint32_t character = more == 0 ? lead : lead & (0x3f >> more);
  for (int i = 1; i <= more; ++i) {
    const auto next = static_cast<uint8_t>(utf8[i]);
    if ((next & 0xc0) != 0x80) {
      return std::nullopt;
    }
    character = character << 6 | (next & 0x3f);
  }
  utf8.remove_prefix(more + 1);
  const bool surrogate = character >= 0xd800 && character < 0xe000;
  if (character < kLeast[more] || character > 0x10'ffff || surrogate) {
    return std::nullopt;
  }
  return character;
}

/// As Java's floorMod: never negative.
uint32_t FloorMod(int32_t value, uint32_t by) {
  const int64_t rest = int64_t{value} % int64_t{by};
  return static_cast<uint32_t>(rest < 0 ? rest + by : rest);
}

/// OpenSearch's versions have this bit, so that they stand above all of Elasticsearch's.
constexpr uint32_t kOpenSearchMark = 0x0800'0000;

}  // namespace

std::optional<int32_t> RoutingHash(std::string_view utf8) {
  UnitHash hash;
  while (!utf8.empty()) {
    const auto character = TakeCharacter(utf8);
    if (!character) {
      return std::nullopt;
    }
    if (*character >= 0x1'0000) {
      hash.Add(0xd800 + ((*character - 0x1'0000) >> 10));
      hash.Add(0xdc00 + (*character & 0x3ff));
    } else {
      hash.Add(*character);
    }
  }
  return hash.Finish();
}

std::optional<uint32_t> ShardOf(const IndexRouting& index, std::string_view id,
                                std::string_view routing) {
  if (!index.valid() || (index.partition_size > 1 && routing.empty())) {
    return std::nullopt;
  }
  const auto id_hash = RoutingHash(id);
  const auto hash = routing.empty() ? id_hash : RoutingHash(routing);
  if (!hash || !id_hash) {
    return std::nullopt;
  }
  const uint32_t offset = FloorMod(*id_hash, index.partition_size);
  // Java's sum wraps around.
  const auto moved = static_cast<int32_t>(static_cast<uint32_t>(*hash) + offset);
  return FloorMod(moved, index.routing_shards) / (index.routing_shards / index.shards);
}

VersionId VersionId::Elasticsearch(uint32_t major, uint32_t minor, uint32_t revision) {
  return {major * 1'000'000 + minor * 10'000 + revision * 100 + 99};
}

VersionId VersionId::OpenSearch(uint32_t major, uint32_t minor, uint32_t revision) {
  return {Elasticsearch(major, minor, revision).value ^ kOpenSearchMark};
}

bool VersionId::SplitsByDefault() const { return value >= 7'000'000; }

bool VersionId::StreamsBulks() const { return value >= 8'160'000 && value < kOpenSearchMark; }

uint32_t DefaultRoutingShards(uint32_t shards, VersionId created) {
  if (!created.SplitsByDefault() || shards == 0 || shards > INT32_MAX / 2) {
    return shards;
  }
  // Doubled as often as it stays at or below 1,024, and at least once.
  const int doublings = 10 - std::bit_width(shards - 1);
  return shards << std::max(doublings, 1);
}

IndexRouting Resized(const IndexRouting& source, uint32_t shards, VersionId created,
                     std::optional<uint32_t> asked) {
  IndexRouting made{shards, source.routing_shards, source.partition_size};
  if (source.shards == 1) {
    made.routing_shards = asked.value_or(DefaultRoutingShards(shards, created));
  }
  return made;
}

std::optional<IndexRouting> FittingRouting(uint32_t shards, uint32_t partition_size,
                                           std::span<const PlacedDocument> documents) {
  if (shards == 1) {
    return IndexRouting{};
  }
  std::optional<IndexRouting> found;
  for (uint64_t count = shards; shards > 0 && count <= limits::kRoutingShards; count += shards) {
    const IndexRouting tried{shards, static_cast<uint32_t>(count), partition_size};
    const bool fits = std::ranges::all_of(documents, [&](const PlacedDocument& document) {
      return ShardOf(tried, document.id, document.routing) == document.shard;
    });
    if (fits && found) {
      return std::nullopt;
    }
    found = fits ? std::optional(tried) : found;
  }
  return found;
}

}  // namespace trafrec::reconcile
