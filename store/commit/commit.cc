// Commit, in the manner of Hadoop's manifest committer.
//
// Recorders do not coordinate: each writes into a folder of its own, and its manifests say what it
// wrote. No data is renamed. What counts is decided once, here, from the manifests alone, and comes
// into force by one rename. All steps before it only complete what recorders left, and all steps
// after it only take away what the summary already says is no part of the log; so a commit that
// died is simply done again. Rejected: a marker in each attempt's folder, which would let half a
// decision be seen.

#include "store/commit/commit.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <utility>

#include "base/parallel.h"
#include "store/commit/attempt_judge.h"
#include "store/commit/commit_recovery.h"
#include "store/files/small_file.h"
#include "store/verify/verify_blocks.h"
#include "store/verify/verify_plan.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// Two commits at a time would undo each other's cleanup. Held on log.json, which never changes.
class CommitLock {
 public:
  static Result<CommitLock> Take(const fs::path& log) {
    const fs::path path = log / "log.json";
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
      return FailErrno(errno, "cannot open " + path.string());
    }
    CommitLock lock(fd);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
      return Fail(ErrorCode::kInUse, "another commit of " + log.string() + " is at work",
                  "wait until it has ended");
    }
    return lock;
  }
  ~CommitLock() {
    if (fd_ >= 0) {
      close(fd_);
    }
  }
  CommitLock(CommitLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  CommitLock& operator=(CommitLock&&) = delete;

 private:
  explicit CommitLock(int fd) : fd_(fd) {}

  int fd_;
};

class Committer {
 public:
  Committer(const CommitOptions& options, std::string log_id)
      : options_(options),
        threads_(options.threads == 0 ? CoreCount() : options.threads),
        // Each commit judges anew, whatever the last one said.
        plan_(options.log, log_id, LogCatalogue::Discarded::kShown) {
    report_.summary.log_id = std::move(log_id);
    report_.summary.version = options.version;
  }

  Result<CommitReport> Run() {
    TRY(Step("recover", [&] { return Recover(); }));
    TRY(Step("manifests", [&] { return MakeManifests(); }));
    TRY(Step("validate", [&] { return Validate(); }));
    if (options_.verify_bytes) {
      TRY(Step("verify", [&] { return VerifyBytes(); }));
    }
    TRY(Judge());
    if (!report_.damages.empty()) {
      return std::move(report_);
    }
    TRY(Write());
    TRY(Clean());
    return std::move(report_);
  }

 private:
  template <typename Work>
  Status Step(const char* name, const Work& work) {
    const auto began_at = Clock::now();
    Status done = work();
    durations_.emplace_back(name, (Clock::now() - began_at).count());
    return done;
  }

  Status Recover() {
    TRY_ASSIGN(recovered_, RecoverForCommit(options_.log, options_.signing_key));
    return {};
  }

  Status MakeManifests() {
    TRY(CompleteManifests(options_.log, recovered_, options_.signing_key.get(), threads_));
    return {};
  }

  /// All but the bytes of the segments: what is there, in which order, how long.
  Status Validate() {
    TRY(plan_.Make({}, threads_));
    report_.damages = plan_.report().damages;
    for (const VerifyTask& task : plan_.tasks()) {
      std::error_code failure;
      const uint64_t bytes = fs::file_size(task.segment.path, failure);
      // Retention may go on meanwhile.
      const bool deleted =
          failure && HasTombstone(task.segment.path.parent_path(), task.segment.number);
      if (task.manifest != nullptr && !deleted && (failure || bytes != task.manifest->bytes)) {
        report_.damages.push_back(
            {NameInLog(task.segment.attempt, task.segment.path.filename()),
             fmt::format("it has {} bytes, its manifest says {}", bytes, task.manifest->bytes)});
      }
    }
    return {};
  }

  Status VerifyBytes() {
    for (BlockVerdict& verdict : VerifyBlocks(plan_.tasks(), {}, threads_)) {
      std::ranges::move(verdict.damages, std::back_inserter(report_.damages));
    }
    return {};
  }

  Status Judge() {
    AttemptJudge judge(options_.log, plan_.chains(), recovered_);
    TRY(judge.Run(report_.damages));
    report_.summary.attempts = judge.TakeAttempts();
    return {};
  }

  Status Write() {
    report_.summary.durations_ns = durations_;
    report_.summary.committed_at = WallClockNow();
    Document document = DocumentOf(report_.summary);
    if (options_.signing_key != nullptr) {
      document.Sign(*options_.signing_key);
    }
    report_.committed = true;
    const Result<StoredSummary> before = ReadSummary(options_.log);
    if (!before && before.error().code != ErrorCode::kNotFound) {
      report_.notes.push_back({kSummaryName, before.error().what + "; it is written anew"});
    }
    if (before && SayTheSame(before->document, document) && IsSignedAlike(before->document)) {
      report_.summary_text = before->document.Text();
      return {};
    }
    report_.changed = true;
    report_.summary_text = document.Text();
    return ReplaceFile(options_.log / kSummaryName, report_.summary_text);
  }

  /// The one on disk is signed as this one would be, or better.
  bool IsSignedAlike(const Document& before) const {
    return options_.signing_key == nullptr ||
           (before.SignatureFits() &&
            before.signature()->key == options_.signing_key->verify_key().bytes());
  }

  Status Clean() {
    std::vector<const AttemptSummary*> discarded;
    for (const AttemptSummary& attempt : report_.summary.attempts) {
      if (attempt.state == AttemptState::kDiscarded) {
        discarded.push_back(&attempt);
      }
    }
    std::mutex mutex;
    Status status;
    ParallelFor(discarded.size(), threads_, [&](size_t i) {
      const Result<Discarded> done =
          DiscardAttempt(options_.log, discarded[i]->key, discarded[i]->why, options_.cleanup);
      const std::lock_guard lock(mutex);
      if (done) {
        report_.cleaned += *done;
      } else {
        status = std::unexpected(done.error());
      }
    });
    return status;
  }

  const CommitOptions& options_;
  const unsigned threads_;
  VerifyPlan plan_;
  Recovered recovered_;
  Durations durations_;
  CommitReport report_;
};

}  // namespace

Result<CommitReport> CommitLog(const CommitOptions& options) {
  TRY_ASSIGN(LogIdentity identity, ReadLogIdentity(options.log));
  TRY_ASSIGN(const CommitLock lock, CommitLock::Take(options.log));
  return Committer(options, std::move(identity.log_id)).Run();
}

}  // namespace trafrec::store
