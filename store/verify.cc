#include "store/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "store/log_reader_catalogue.h"
#include "store/reader_limits.h"
#include "store/recorder_lock.h"
#include "store/verify_segment.h"

namespace trafrec::store {
namespace {

/// Finds the segments of a log, and what is missing between them.
class Plan {
 public:
  Plan(const std::filesystem::path& log, const Identities& identities)
      : identities_(identities), files_(log, identities), catalogue_(files_) {}

  Status Make() {
    TRY_ASSIGN(const std::vector<AttemptKey> attempts, catalogue_.AllAttempts());
    for (size_t i = 0; i < attempts.size(); ++i) {
      const bool newest =
          i + 1 == attempts.size() || attempts[i + 1].recorder != attempts[i].recorder;
      TRY(AddAttempt(attempts[i],
                     newest && HolderOfLock(files_.log() / attempts[i].recorder).has_value()));
    }
    return {};
  }

  const std::vector<SegmentTask>& tasks() const { return tasks_; }
  std::vector<Damage>& damages() { return damages_; }

 private:
  Status AddAttempt(const AttemptKey& attempt, bool running) {
    TRY_ASSIGN(const std::vector<SegmentFile> segments, ListSegments(files_.Directory(attempt)));
    const Result<std::vector<uint32_t>> visible = catalogue_.VisibleSegments(attempt);
    // One whose facts cannot be read is looked at in full: that will say why.
    if (visible && visible->empty()) {
      return {};
    }
    uint32_t expected = 1;
    for (const SegmentFile& segment : segments) {
      if (segment.number < expected) {
        continue;  // the second name of one that is being renamed
      }
      if (segment.number > expected) {
        const uint32_t last = segment.number - 1;
        damages_.push_back(
            {NameInLog(attempt, SegmentFileName(expected, SegmentState::kSealed)),
             last == expected
                 ? "this segment is missing"
                 : fmt::format("this segment and those up to {:06} are missing", last)});
      }
      expected = segment.number + 1;
      if (!IsUnborn(segment, running)) {
        tasks_.push_back({attempt, segment.number, segment.path,
                          running && segment.state == SegmentState::kOpen, identities_});
      }
    }
    return {};
  }

  /// A recorder that is just opening a segment, or died while doing so.
  bool IsUnborn(const SegmentFile& segment, bool running) const {
    if (segment.state != SegmentState::kOpen) {
      return false;
    }
    const Result<SegmentConnection> connection =
        ConnectSegment(segment.path.parent_path(), segment.number, identities_);
    return !connection && (connection.error().code == ErrorCode::kNotFound ||
                           (running && connection.error().code == ErrorCode::kInUse));
  }

  const Identities identities_;
  SegmentFiles files_;
  LogCatalogue catalogue_;
  std::vector<SegmentTask> tasks_;
  std::vector<Damage> damages_;
};

void Add(VerifyReport& sum, VerifyReport&& part) {
  sum.segments += part.segments;
  sum.frames += part.frames;
  sum.entries += part.entries;
  sum.bytes += part.bytes;
  sum.sealed_frames += part.sealed_frames;
  std::ranges::move(part.damages, std::back_inserter(sum.damages));
}

}  // namespace

Result<VerifyReport> VerifyLog(const std::filesystem::path& log, const Identities& identities) {
  Plan plan(log, identities);
  TRY(plan.Make());
  const std::vector<SegmentTask>& tasks = plan.tasks();
  std::vector<VerifyReport> reports(tasks.size());
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < tasks.size(); i = next++) {
      reports[i] = VerifySegment(tasks[i]);
    }
  };
  {
    const size_t cores = std::max(1U, std::thread::hardware_concurrency());
    const size_t threads = std::min({tasks.size(), cores, size_t{limits::kVerifyThreads}});
    std::vector<std::jthread> helpers;
    for (size_t i = 1; i < threads; ++i) {
      helpers.emplace_back(work);
    }
    work();
  }
  VerifyReport sum;
  sum.damages = std::move(plan.damages());
  for (VerifyReport& report : reports) {
    Add(sum, std::move(report));
  }
  return sum;
}

}  // namespace trafrec::store
