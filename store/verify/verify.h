#pragma once

#include <filesystem>
#include <vector>

#include "base/error.h"
#include "store/crypto/signing.h"
#include "store/reader/log_reader.h"

namespace trafrec::store {

struct VerifyOptions {
  bool deep = false;     ///< every segment frame by frame, also where its manifest proves its bytes
  unsigned threads = 0;  ///< 0: as many as there are cores
  /// If there are any, one of them must have signed it all.
  std::vector<crypto::VerifyKey> trusted{};
  Identities identities{};  ///< open what is encrypted; else only its checksums are compared
};

/// Proves the chain of manifests, then that every segment's bytes are those of its manifest. One
/// without a manifest, or whose bytes differ, is checked frame by frame, row by row. Finite jobs
/// that have not finished, and discarded attempts, are left out, as they are no part of the log. An
/// Error means that the log could not be looked at; whatever is wrong inside is a Damage.
Result<VerifyReport> VerifyLog(const std::filesystem::path& log, const VerifyOptions& options = {});

/// The same of several folders that are read as one log, each by itself; fails if two of them hold
/// one attempt with different content.
Result<VerifyReport> VerifyFolders(const std::vector<std::filesystem::path>& folders,
                                   const VerifyOptions& options = {});

}  // namespace trafrec::store
