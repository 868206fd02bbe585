#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "base/error.h"
#include "store/crypto/signing.h"
#include "store/writer/retention.h"

namespace trafrec::store {

/// What happens to a recorder's segments once they are sealed: they get their manifests, and the
/// oldest are deleted. Lives on the sealer's thread, for hashing takes long; recording waits for
/// neither. A failure stops nothing: it is tried again with the next segment, and told at the end.
class SegmentKeeper {
 public:
  /// `key` may be null: then nothing is signed.
  SegmentKeeper(std::filesystem::path recorder_directory, RetentionPolicy policy,
                std::shared_ptr<const crypto::SigningKey> key)
      : recorder_directory_(std::move(recorder_directory)), policy_(policy), key_(std::move(key)) {}

  /// `segment` has just been sealed. `threads` may be used for hashing. That one of an earlier
  /// attempt (not `own`) gets no manifest is no failure of this one.
  void TakeSealed(const std::filesystem::path& segment, unsigned threads, bool own);
  /// Time has passed.
  void Tidy();
  /// Keeps by another policy, at once.
  void SetPolicy(const RetentionPolicy& policy);

  /// The newest failure that no later try made good. Not while the sealer runs.
  Status status() const;

 private:
  const std::filesystem::path recorder_directory_;
  RetentionPolicy policy_;
  const std::shared_ptr<const crypto::SigningKey> key_;
  Status chain_;
  Status retention_;
};

}  // namespace trafrec::store
