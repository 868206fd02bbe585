#include "store/verify/verify.h"

#include <algorithm>
#include <iterator>

#include "base/parallel.h"
#include "store/files/log_layout.h"
#include "store/reader/hidden_columns.h"
#include "store/reader/log_copies.h"
#include "store/verify/head_claim_check.h"
#include "store/verify/summary_check.h"
#include "store/verify/verify_blocks.h"
#include "store/verify/verify_plan.h"
#include "store/verify/verify_segment.h"

namespace trafrec::store {
namespace {

void Append(std::vector<Damage>& to, std::vector<Damage>&& from) {
  std::ranges::move(from, std::back_inserter(to));
}

/// What a manifest says of a segment whose every byte it proved.
void AddProved(VerifyReport& sum, const Manifest& manifest) {
  ++sum.segments;
  sum.frames += manifest.counts.frames;
  sum.entries += manifest.counts.entries;
  sum.bytes += manifest.bytes;
}

void Add(VerifyReport& sum, VerifyReport&& part) {
  sum.segments += part.segments;
  sum.frames += part.frames;
  sum.entries += part.entries;
  sum.bytes += part.bytes;
  sum.manifests += part.manifests;
  sum.blocks += part.blocks;
  sum.deep_segments += part.deep_segments;
  sum.sealed_frames += part.sealed_frames;
  sum.deleted_segments += part.deleted_segments;
  Append(sum.damages, std::move(part.damages));
  Append(sum.notes, std::move(part.notes));
}

void PutFolderBefore(const std::filesystem::path& folder, std::vector<Damage>& damages) {
  for (Damage& damage : damages) {
    damage.file = (folder / damage.file).string();
  }
}

SegmentNames NamesOf(const VerifyPlan& plan) {
  SegmentNames names;
  for (const auto& chain : plan.chains()) {
    for (const auto& [segment, stored] : chain->manifests()) {
      names.emplace(DigestOfBlocks(stored.manifest.blocks),
                    NameInLog(chain->attempt(), SegmentFileName(segment, SegmentState::kSealed)));
    }
  }
  return names;
}

/// `claims`: of the sentinels that anybody saw.
Result<VerifyReport> VerifyFolder(const std::filesystem::path& log, const VerifyOptions& options,
                                  const std::vector<SentHeadClaim>& claims) {
  TRY_ASSIGN(const LogIdentity identity, ReadLogIdentity(log));
  {
    SegmentFiles files(log, options.identities);
    TRY(RequireIdentities(files, LogCatalogue(files)));
  }
  const unsigned threads = options.threads == 0 ? CoreCount() : options.threads;
  VerifyPlan plan(log, identity.log_id);
  TRY(plan.Make(options.trusted, threads));
  VerifyReport report = std::move(plan.report());
  Append(report.damages, CheckSummary(log, identity.log_id, plan.chains(), options.trusted));
  Append(report.damages, CheckHeadClaims(claims, identity.log_id, plan.chains()));

  const std::vector<VerifyTask>& tasks = plan.tasks();
  std::vector<BlockVerdict> verdicts = VerifyBlocks(tasks, NamesOf(plan), threads);
  std::vector<size_t> deep;
  for (size_t i = 0; i < tasks.size(); ++i) {
    if (options.deep || !verdicts[i].same) {
      deep.push_back(i);
    } else {
      AddProved(report, *tasks[i].manifest);
    }
  }
  std::vector<VerifyReport> parts(deep.size());
  ParallelFor(deep.size(), threads, [&](size_t i) {
    SegmentTask task = tasks[deep[i]].segment;
    task.identities = options.identities;
    parts[i] = VerifySegment(task);
  });
  for (size_t i = 0; i < tasks.size(); ++i) {
    report.blocks += verdicts[i].blocks;
    Append(report.damages, std::move(verdicts[i].damages));
  }
  for (VerifyReport& part : parts) {
    part.deep_segments = part.segments;
    Add(report, std::move(part));
  }
  return report;
}

}  // namespace

Result<VerifyReport> VerifyLog(const std::filesystem::path& log, const VerifyOptions& options) {
  TRY(ReadLogIdentity(log));
  TRY_ASSIGN(const std::vector<SentHeadClaim> claims, ReadHeadClaims({log}, options.identities));
  return VerifyFolder(log, options, claims);
}

Result<VerifyReport> VerifyFolders(const std::vector<std::filesystem::path>& folders,
                                   const VerifyOptions& options) {
  if (folders.size() == 1) {
    return VerifyLog(folders.front(), options);
  }
  VerifyReport all;
  TRY_ASSIGN(const std::vector<std::string> notes, CheckCopies(folders));
  TRY_ASSIGN(const std::vector<SentHeadClaim> claims, ReadHeadClaims(folders, options.identities));
  for (const std::string& note : notes) {
    all.notes.push_back({folders.front().string(), note});
  }
  for (const std::filesystem::path& folder : folders) {
    TRY_ASSIGN(VerifyReport report, VerifyFolder(folder, options, claims));
    PutFolderBefore(folder, report.damages);
    PutFolderBefore(folder, report.notes);
    Add(all, std::move(report));
  }
  return all;
}

}  // namespace trafrec::store
