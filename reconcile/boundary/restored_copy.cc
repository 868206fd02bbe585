// A restored index keeps the numbers of the source, but its own statistics do not say which of them
// it has: whoever restores a shard fills the holes below its greatest number with operations that
// do nothing, so that its local checkpoint is that number, whatever was on its way when the
// snapshot was taken. (Tried: a shard that said 259 had no number above 230.) So only what is above
// the greatest number is known to be missing; below, the documents are asked for theirs.

#include "reconcile/boundary/restored_copy.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace trafrec::reconcile {

Result<std::unique_ptr<RestoredCopy>> RestoredCopy::Open(const send::Target& target,
                                                         SourcePace pace) {
  TRY_ASSIGN(LiveSource asked, LiveSource::Open(target, {}, std::move(pace)));
  std::unique_ptr<RestoredCopy> copy(new RestoredCopy(std::move(asked), target.url));
  TRY_ASSIGN(std::vector<ShardRecovery> shards, copy->target_.Recoveries({}));
  for (ShardRecovery& shard : shards) {
    if (shard.type != "SNAPSHOT") {
      continue;
    }
    if (shard.stage != "DONE") {
      return Fail(ErrorCode::kUsage,
                  fmt::format("the target {} still restores shard {} of {}: its stage is {}",
                              target.url, shard.shard, shard.index, shard.stage),
                  "ask again when the restore is over");
    }
    copy->restored_.push_back(std::move(shard));
  }
  if (copy->restored_.empty()) {
    return Fail(
        ErrorCode::kUsage,
        fmt::format("the target {} has no index that was restored from a snapshot{}", target.url,
                    shards.empty() ? ": it has no index at all" : ""),
        "name the target that was restored. After a restart of its node, this can no longer "
        "be seen: delete its indices and restore them again");
  }
  return copy;
}

std::set<std::string> RestoredCopy::Snapshots() const {
  std::set<std::string> names;
  for (const ShardRecovery& shard : restored_) {
    names.insert(shard.snapshot);
  }
  return names;
}

std::vector<std::string> RestoredCopy::Indices() const {
  std::set<std::string> names;
  for (const ShardRecovery& shard : restored_) {
    names.insert(shard.index);
  }
  return {names.begin(), names.end()};
}

Status RestoredCopy::Keep(const std::string& snapshot) {
  std::erase_if(restored_, [&](const ShardRecovery& each) { return each.snapshot != snapshot; });
  if (restored_.empty()) {
    return Fail(ErrorCode::kUsage,
                fmt::format("the target {} has nothing of snapshot {}", url_, snapshot),
                "name the target that was restored from it, or another backfill");
  }
  for (const ShardRecovery& shard : restored_) {
    if (shard.index != shard.snapshot_index) {
      return Fail(ErrorCode::kUnsupported,
                  fmt::format("the target {} has {} of the snapshot under the name {}", url_,
                              shard.snapshot_index, shard.index),
                  "restore it under its own name");
    }
  }
  TRY_ASSIGN(const std::vector<ShardPosition> positions, target_.Positions(Indices()));
  for (const ShardPosition& at : positions) {
    if (!at.primary) {
      continue;
    }
    if (at.writes.value_or(0) > 0) {
      return Fail(ErrorCode::kUsage,
                  fmt::format("shard {} of {} at the target {} has been written to since it was "
                              "restored ({} documents)",
                              at.shard, at.index, url_, *at.writes),
                  "the boundary is found before anything is replayed: delete the index and restore "
                  "it again");
    }
    limits_[{at.index, at.shard}] = at.max_seq_no;
  }
  return {};
}

Result<std::vector<IndexSettings>> RestoredCopy::Settings() { return target_.Indices(Indices()); }

Result<std::vector<CopyDocument>> RestoredCopy::Documents(std::span<const DocumentName> names) {
  std::vector<DocumentQuestion> questions;
  questions.reserve(names.size());
  for (const DocumentName& name : names) {
    questions.push_back({.index = name.index, .id = name.id, .routing = name.routing});
  }
  TRY_ASSIGN(const std::vector<DocumentState> states, target_.Documents(questions));
  std::vector<CopyDocument> found;
  found.reserve(states.size());
  for (const DocumentState& state : states) {
    switch (state.kind) {
      case DocumentState::Kind::kFound:
        found.push_back({CopyDocument::Kind::kPresent, state.seq_no, state.version});
        break;
      case DocumentState::Kind::kMissing:
        found.push_back({.kind = CopyDocument::Kind::kAbsent});
        break;
      case DocumentState::Kind::kRefused:
        found.push_back({});
        break;
    }
  }
  return found;
}

}  // namespace trafrec::reconcile
