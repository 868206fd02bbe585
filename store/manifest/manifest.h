#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/crypto/hash.h"
#include "store/files/document.h"
#include "store/format/records.h"

// What is known of a sealed segment without opening it. docs/manifest.md is normative.

namespace trafrec::store {

/// Version of manifests, tombstones and the summary. Readers refuse a greater one.
inline constexpr uint64_t kManifestFormat = 1;
/// A segment's file is hashed in pieces of this size, so that a damage can be placed.
inline constexpr uint64_t kBlockBytes = uint64_t{1} << 20;

/// The loss rows of one cause in a segment, taken together.
struct LossTotal {
  LossCause cause = LossCause::kStart;
  uint64_t rows = 0;
  TimeNs from = 0;
  TimeNs until = 0;
  uint64_t packets = 0;
  uint64_t bytes = 0;
  uint64_t of_bytes = 0;
  bool exact = false;  ///< all of them are
};

/// Sums of whole segments; those of an attempt add up.
struct SegmentCounts {
  uint64_t exchanges = 0;  ///< without rows that replace one of an earlier segment
  uint64_t messages = 0;
  uint64_t connections = 0;
  uint64_t frames = 0;
  uint64_t entries = 0;
  uint64_t raw_bytes = 0;
  uint64_t watermarks = 0;  ///< counted sentinels

  SegmentCounts& operator+=(const SegmentCounts& other);
  friend bool operator==(const SegmentCounts&, const SegmentCounts&) = default;
};

struct Manifest {
  std::string log_id;
  std::string recorder;
  uint32_t attempt = 0;
  uint32_t segment = 0;
  // Facts of the attempt, as the segment knew them:
  std::string version;
  std::string source;
  std::string
      job;  ///< what a finite job reads; empty if nobody can say whether another reads the same
  bool live = false;
  TimeNs started_at = 0;
  std::optional<TimeNs> ended_at;
  std::optional<TimeNs> crashed_at;
  std::string error;
  // Its content:
  SegmentCounts counts;
  ExchangeNumber first_exchange = 0;  ///< 0: there is none
  ExchangeNumber last_exchange = 0;
  std::optional<TimeNs> first_at;  ///< least and greatest time of a record
  std::optional<TimeNs> last_at;
  std::vector<LossTotal> losses;
  Marks marks;
  // Its bytes:
  uint64_t bytes = 0;
  std::vector<crypto::Digest> blocks;
  std::optional<crypto::Digest> previous;  ///< hash of the manifest before; none for segment 1
};

/// SHA-256 over the digests of the blocks, one behind the other: names the whole file.
crypto::Digest DigestOfBlocks(const std::vector<crypto::Digest>& blocks);

/// Sums up `total` per cause.
void AddLoss(std::vector<LossTotal>& totals, const LossTotal& total);

/// Not signed yet.
Document DocumentOf(const Manifest& manifest);
/// kCorrupt says what is wrong with it, without naming the file.
Result<Manifest> ParseManifest(const Document& document);

}  // namespace trafrec::store
