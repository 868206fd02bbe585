#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "store/crypto/signing.h"
#include "store/manifest/manifest_files.h"
#include "store/reader/log_reader.h"
#include "store/reader/log_reader_files.h"

namespace trafrec::store {

/// The manifests of one attempt, and what they prove of each other. What is wrong is a Damage, not
/// an Error: the rest still counts.
class AttemptChain {
 public:
  /// Reads all there is, and checks that every manifest is of this place in this log, follows the
  /// one before, and that head.json names the last one.
  static Result<AttemptChain> Load(const std::filesystem::path& log, const std::string& log_id,
                                   const AttemptKey& attempt, unsigned threads);

  /// Adds a damage for each document that none of these keys has signed.
  void RequireSignatures(std::span<const crypto::VerifyKey> trusted);

  const AttemptKey& attempt() const { return attempt_; }
  /// By the number of their segment; those that can be read and belong here.
  const std::map<uint32_t, StoredManifest>& manifests() const { return manifests_; }
  const std::map<uint32_t, StoredTombstone>& tombstones() const { return tombstones_; }
  const StoredManifest* Find(uint32_t segment) const;
  /// The greatest number of a manifest; 0 if there are none.
  uint32_t last_segment() const { return last_segment_; }
  /// The last one, if it can be read.
  const StoredManifest* newest() const { return Find(last_segment_); }

  const std::vector<Damage>& damages() const { return damages_; }

 private:
  AttemptChain(AttemptKey attempt, std::filesystem::path directory)
      : attempt_(std::move(attempt)), directory_(std::move(directory)) {}

  Status ReadManifests(const std::string& log_id, unsigned threads);
  Status ReadTombstones(const std::string& log_id);
  void CheckOrder();
  void CheckMissing();
  void CheckHead();
  void Report(const std::string& file, std::string what);
  void RequireSignature(const std::string& file, const Document& document,
                        std::span<const crypto::VerifyKey> trusted);

  AttemptKey attempt_;
  std::filesystem::path directory_;
  std::map<uint32_t, StoredManifest> manifests_;
  std::map<uint32_t, StoredTombstone> tombstones_;
  std::vector<uint32_t> numbers_;  // of all manifests that are there
  uint32_t last_segment_ = 0;
  std::vector<Damage> damages_;
};

/// "this segment is missing", "this segment and those up to 000007 are missing".
std::string MissingInWords(std::string_view thing, uint32_t first, uint32_t last);

/// What is wrong with a document's signature, given whom one trusts; nothing if it is right.
std::optional<std::string> SignatureProblem(const Document& document,
                                            std::span<const crypto::VerifyKey> trusted);

}  // namespace trafrec::store
