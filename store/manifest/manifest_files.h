#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/crypto/hash.h"
#include "store/manifest/manifest.h"

// Where manifests lie, in the folder of their attempt: NNNNNN.manifest.json for each sealed
// segment, NNNNNN.tombstone.json where retention deleted the segment, and head.json, which names
// the newest manifest.

namespace trafrec::store {

inline constexpr const char* kHeadName = "head.json";
std::string ManifestName(uint32_t segment);
std::string TombstoneName(uint32_t segment);

/// Numbers of the segments that have such a file, ascending.
Result<std::vector<uint32_t>> ListManifests(const std::filesystem::path& attempt_directory);
Result<std::vector<uint32_t>> ListTombstones(const std::filesystem::path& attempt_directory);
/// Retention deleted that segment, or is about to.
bool HasTombstone(const std::filesystem::path& attempt_directory, uint32_t segment);

struct StoredManifest {
  Document document;
  Manifest manifest;
};
Result<StoredManifest> ReadManifest(const std::filesystem::path& attempt_directory,
                                    uint32_t segment);

/// The newest manifest of an attempt. Whoever cuts the tail of the chain must alter it.
struct Head {
  uint32_t segment = 0;
  crypto::Digest hash{};

  friend bool operator==(const Head&, const Head&) = default;
};
/// kNotFound if there is none; kCorrupt if it is not to the byte what WriteHead writes.
Result<Head> ReadHead(const std::filesystem::path& attempt_directory);
Status WriteHead(const std::filesystem::path& attempt_directory, const Head& head);

/// Says that a segment was deleted on purpose. Its manifest stays, and with it counts and hashes.
struct Tombstone {
  std::string log_id;
  std::string recorder;
  uint32_t attempt = 0;
  uint32_t segment = 0;
  TimeNs deleted_at = 0;
  std::string reason;
  uint64_t bytes = 0;
  crypto::Digest manifest{};  ///< hash of the segment's manifest
};
Document DocumentOf(const Tombstone& tombstone);

struct StoredTombstone {
  Document document;
  Tombstone tombstone;
};
Result<StoredTombstone> ReadTombstone(const std::filesystem::path& attempt_directory,
                                      uint32_t segment);

}  // namespace trafrec::store
