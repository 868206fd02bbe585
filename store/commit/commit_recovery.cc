#include "store/commit/commit_recovery.h"

#include <chrono>
#include <mutex>

#include "base/parallel.h"
#include "store/files/recorder_lock.h"
#include "store/files/small_file.h"
#include "store/limits.h"
#include "store/manifest/manifest_chain.h"
#include "store/reader/log_reader_catalogue.h"
#include "store/writer/recovery.h"
#include "store/writer/seal.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// Signs one document in place, unless somebody has. The chain does not notice.
template <typename Read>
Status SignFile(const fs::path& path, const Read& read, const crypto::SigningKey& key) {
  auto stored = read();
  TRY(stored);
  if (stored->document.signature()) {
    return {};
  }
  stored->document.Sign(key);
  return ReplaceFile(path, stored->document.Text());
}

Status SignAll(const fs::path& directory, const crypto::SigningKey& key, unsigned threads) {
  TRY_ASSIGN(const std::vector<uint32_t> manifests, ListManifests(directory));
  TRY_ASSIGN(const std::vector<uint32_t> tombstones, ListTombstones(directory));
  std::mutex mutex;
  Status status;
  ParallelFor(manifests.size() + tombstones.size(), threads, [&](size_t i) {
    const bool manifest = i < manifests.size();
    const uint32_t segment = manifest ? manifests[i] : tombstones[i - manifests.size()];
    const Status done = manifest ? SignFile(
                                       directory / ManifestName(segment),
                                       [&] { return ReadManifest(directory, segment); }, key)
                                 : SignFile(
                                       directory / TombstoneName(segment),
                                       [&] { return ReadTombstone(directory, segment); }, key);
    if (!done) {
      const std::lock_guard lock(mutex);
      status = done;
    }
  });
  return status;
}

Status CompleteAttempt(const fs::path& directory, const crypto::SigningKey* key, unsigned threads) {
  TRY(ExtendChain(directory, key, threads));
  return key == nullptr ? Status() : SignAll(directory, *key, threads);
}

}  // namespace

Result<Recovered> RecoverForCommit(const fs::path& log,
                                   const std::shared_ptr<const crypto::SigningKey>& key) {
  Recovered recovered;
  TRY_ASSIGN(const std::vector<std::string> recorders, ListRecorders(log));
  for (const std::string& recorder : recorders) {
    const Result<RecorderLock> lock = RecorderLock::Take(log, recorder);
    if (!lock) {
      if (lock.error().code != ErrorCode::kInUse) {
        return std::unexpected(lock.error());
      }
      recovered.running.insert(recorder);
      continue;
    }
    const auto began_at = Clock::now();
    SegmentSealer sealer(SegmentKeeper(log / recorder, {}, key));
    TRY_ASSIGN(const std::vector<uint32_t> attempts, ListAttempts(log / recorder));
    RecoverAttempts(log / recorder, attempts, WallClockNow(), sealer);
    const Status sealed = sealer.Finish(std::chrono::milliseconds(limits::kSealPatienceMs));
    if (attempts.empty()) {
      continue;
    }
    // Only the newest attempt can have been left behind: each start recovers those before it.
    Recovered::Attempt& attempt = recovered.attempts[{recorder, attempts.back()}];
    attempt.durations_ns.emplace_back("recover", (Clock::now() - began_at).count());
    if (!sealed) {
      attempt.failures.push_back(sealed.error().what);
    }
  }
  return recovered;
}

Status CompleteManifests(const fs::path& log, Recovered& recovered, const crypto::SigningKey* key,
                         unsigned threads) {
  SegmentFiles files(log);
  LogCatalogue catalogue(files, LogCatalogue::Discarded::kShown);
  TRY_ASSIGN(const std::vector<AttemptKey> attempts, catalogue.AllAttempts());
  for (size_t i = 0; i < attempts.size(); ++i) {
    const AttemptKey& attempt = attempts[i];
    const Result<std::vector<uint32_t>> visible = catalogue.VisibleSegments(attempt);
    // A recorder at work makes its manifests itself; what is not visible gets none.
    const bool newest = i + 1 == attempts.size() || attempts[i + 1].recorder != attempt.recorder;
    const bool at_work = newest && recovered.running.contains(attempt.recorder);
    if (at_work || (visible && visible->empty())) {
      continue;
    }
    const auto began_at = Clock::now();
    const Status completed = CompleteAttempt(files.Directory(attempt), key, threads);
    Recovered::Attempt& found = recovered.attempts[attempt];
    found.durations_ns.emplace_back("manifests", (Clock::now() - began_at).count());
    if (!completed) {
      found.failures.push_back(completed.error().what);
    }
  }
  return {};
}

}  // namespace trafrec::store
