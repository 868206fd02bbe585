#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/commit/discard.h"
#include "store/crypto/signing.h"
#include "store/reader/log_reader.h"
#include "store/reader/summary.h"

namespace trafrec::store {

struct CommitOptions {
  std::filesystem::path log;
  std::string version;  ///< of trafrec
  Cleanup cleanup = Cleanup::kKeep;
  bool verify_bytes = false;  ///< hash every segment, not only look at its size
  unsigned threads = 0;       ///< 0: as many as there are cores
  std::shared_ptr<const crypto::SigningKey> signing_key;  ///< null: nothing is signed
};

struct CommitReport {
  bool committed = false;  ///< the summary on disk says what `summary` says
  bool changed = false;    ///< it did not before
  LogSummary summary;
  std::vector<Damage> damages;  ///< why it was not committed
  std::vector<Damage> notes;
  std::string summary_text;  ///< as it is on disk, if it was committed
  Discarded cleaned;
};

/// Decides what a log consists of, and writes that into LOG/_SUMMARY.json. First dead attempts are
/// recovered and missing manifests made; then the whole chain is checked; the summary replaces the
/// one before in one step; last, discarded attempts are cleaned up. Nothing of it depends on an
/// earlier commit that may have died anywhere on the way. Recorders may run meanwhile: their
/// attempts count as far as they are sealed. Damages stop it before the summary is written.
Result<CommitReport> CommitLog(const CommitOptions& options);

}  // namespace trafrec::store
