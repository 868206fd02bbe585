// Segments against their manifests.
//
// The unit of work is a run of blocks, of whatever segment: one large segment keeps all cores busy
// as well as a thousand small ones do. A block that differs is found by itself; only the segment it
// lies in must then be looked at frame by frame, to say what is damaged with it.

#include "store/verify/verify_blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>

#include "base/parallel.h"
#include "store/manifest/block_hash.h"

namespace trafrec::store {
namespace {

/// Blocks that one thread hashes in a row: a few milliseconds of work.
constexpr size_t kRun = 8;
/// Blocks of one segment that are named.
constexpr size_t kBlocksNamed = 5;

/// A segment that is being hashed.
struct Work {
  uint64_t bytes = 0;
  std::vector<crypto::Digest> digests;
  std::optional<Error> error;
};

/// Blocks of one segment in a row. Each run opens the file for itself: a log may have more segments
/// than a process may have files.
struct Run {
  size_t task;
  size_t first;
  size_t count;
};

Status HashRun(const std::filesystem::path& path, const Run& run,
               std::vector<crypto::Digest>& digests) {
  thread_local std::vector<uint8_t> buffer;
  TRY_ASSIGN(const BlockHasher file, BlockHasher::Open(path));
  for (size_t block = run.first; block < run.first + run.count; ++block) {
    if (block >= file.blocks()) {
      return Fail(ErrorCode::kIo, path.string() + " became shorter while it was read");
    }
    TRY_ASSIGN(digests[block], file.Hash(block, buffer));
  }
  return {};
}

std::string BlocksInWords(const std::vector<size_t>& blocks) {
  std::string text = blocks.size() == 1 ? "block " : "blocks ";
  for (size_t i = 0; i < std::min(blocks.size(), kBlocksNamed); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", blocks[i]);
  }
  if (blocks.size() > kBlocksNamed) {
    text += fmt::format(" and {} more", blocks.size() - kBlocksNamed);
  }
  return text + fmt::format(" of its bytes (1 MiB each, from 0) {} not what its manifest says",
                            blocks.size() == 1 ? "is" : "are");
}

BlockVerdict VerdictOf(const VerifyTask& task, const Work& work, const SegmentNames& names) {
  BlockVerdict verdict;
  verdict.blocks = work.digests.size();
  const std::string file = NameInLog(task.segment.attempt, task.segment.path.filename());
  const auto report = [&](std::string what) { verdict.damages.push_back({file, std::move(what)}); };
  const Manifest& manifest = *task.manifest;
  if (work.error) {
    // Retention may have deleted it since the log was listed.
    verdict.same = work.error->code == ErrorCode::kNotFound &&
                   HasTombstone(task.segment.path.parent_path(), task.segment.number);
    if (!verdict.same) {
      report(work.error->what);
    }
    return verdict;
  }
  if (work.bytes != manifest.bytes) {
    report(fmt::format("it has {} bytes, its manifest says {}: it was {}", work.bytes,
                       manifest.bytes, work.bytes < manifest.bytes ? "cut" : "added to"));
  }
  std::vector<size_t> differing;
  for (size_t block = 0; block < std::min(work.digests.size(), manifest.blocks.size()); ++block) {
    if (work.digests[block] != manifest.blocks[block]) {
      differing.push_back(block);
    }
  }
  if (!differing.empty()) {
    report(BlocksInWords(differing));
  }
  verdict.same = verdict.damages.empty();
  if (!verdict.same) {
    const auto other = names.find(DigestOfBlocks(work.digests));
    if (other != names.end()) {
      report("its bytes are those of " + other->second + ": they were swapped or copied");
    }
  }
  return verdict;
}

}  // namespace

std::vector<BlockVerdict> VerifyBlocks(std::span<const VerifyTask> tasks, const SegmentNames& names,
                                       unsigned threads) {
  std::vector<BlockVerdict> verdicts(tasks.size());
  std::vector<Work> works(tasks.size());
  std::vector<Run> runs;
  for (size_t i = 0; i < tasks.size(); ++i) {
    if (tasks[i].manifest == nullptr) {
      continue;
    }
    Work& work = works[i];
    const Result<BlockHasher> file = BlockHasher::Open(tasks[i].segment.path);
    if (!file) {
      work.error = file.error();
      continue;
    }
    work.bytes = file->bytes();
    work.digests.resize(file->blocks());
    for (size_t first = 0; first < work.digests.size(); first += kRun) {
      runs.push_back({i, first, std::min(kRun, work.digests.size() - first)});
    }
  }
  std::mutex mutex;
  ParallelFor(runs.size(), threads, [&](size_t place) {
    const Run& run = runs[place];
    Work& work = works[run.task];
    const Status hashed = HashRun(tasks[run.task].segment.path, run, work.digests);
    if (!hashed) {
      const std::lock_guard lock(mutex);
      work.error = hashed.error();
    }
  });
  for (size_t i = 0; i < tasks.size(); ++i) {
    if (tasks[i].manifest != nullptr) {
      verdicts[i] = VerdictOf(tasks[i], works[i], names);
    }
  }
  return verdicts;
}

}  // namespace trafrec::store
