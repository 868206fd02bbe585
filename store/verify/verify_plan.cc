#include "store/verify/verify_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "store/files/recorder_lock.h"
#include "store/reader/exchange_id.h"
#include "store/reader/summary.h"

namespace trafrec::store {
namespace {

/// What a manifest knows of a segment that is not there: " (12 exchanges, web1-0001-11 to …)".
std::string ContentInWords(const Manifest& manifest) {
  const auto id = [&](ExchangeNumber n) {
    return FormatExchangeId({manifest.recorder, manifest.attempt, n});
  };
  std::string text = fmt::format(" (with {} exchange{}", manifest.counts.exchanges,
                                 manifest.counts.exchanges == 1 ? "" : "s");
  if (manifest.first_exchange != 0) {
    text += fmt::format(", numbered from {} to {}", id(manifest.first_exchange),
                        id(manifest.last_exchange));
  }
  return text + ")";
}

/// Manifests alone show that an attempt is part of the log, though its segments may all be gone.
bool IsProvedByManifests(const AttemptChain& chain) {
  return std::ranges::any_of(chain.manifests(), [](const auto& each) {
    const Manifest& manifest = each.second.manifest;
    return manifest.live || manifest.ended_at.has_value();
  });
}

/// It was live, and all that there is of it is sealed, but without an end or a crash.
bool HasNoEnd(const AttemptChain& chain, const std::vector<SegmentFile>& segments) {
  const StoredManifest* const newest = chain.newest();
  return newest != nullptr && newest->manifest.live && !newest->manifest.ended_at &&
         !newest->manifest.crashed_at &&
         (segments.empty() || segments.back().state == SegmentState::kSealed);
}

}  // namespace

Status VerifyPlan::Make(std::span<const crypto::VerifyKey> trusted, unsigned threads) {
  signed_only_ = !trusted.empty();
  if (const Result<StoredSummary> summary = ReadSummary(files_.log())) {
    for (const auto& [attempt, said] : summary->attempts) {
      if (said.state != AttemptState::kDiscarded) {
        counted_.insert(attempt);
      }
    }
  }
  TRY_ASSIGN(const std::vector<AttemptKey> attempts, catalogue_.AllAttempts());
  AddMissingAttempts(attempts);
  for (size_t i = 0; i < attempts.size(); ++i) {
    const bool newest =
        i + 1 == attempts.size() || attempts[i + 1].recorder != attempts[i].recorder;
    TRY(AddAttempt(attempts[i],
                   newest && HolderOfLock(files_.log() / attempts[i].recorder).has_value(),
                   threads));
    if (signed_only_ && !chains_.empty() && chains_.back()->attempt() == attempts[i]) {
      chains_.back()->RequireSignatures(trusted);
    }
  }
  for (const auto& chain : chains_) {
    report_.manifests += chain->manifests().size();
    report_.damages.insert(report_.damages.end(), chain->damages().begin(), chain->damages().end());
  }
  return {};
}

/// A recorder counts its attempts from 1 and never takes a number twice.
void VerifyPlan::AddMissingAttempts(const std::vector<AttemptKey>& attempts) {
  std::string recorder;
  uint32_t expected = 1;
  for (const AttemptKey& attempt : attempts) {
    expected = attempt.recorder == recorder ? expected : 1;
    recorder = attempt.recorder;
    if (attempt.attempt > expected) {
      report_.damages.push_back({NameInLog({recorder, expected}),
                                 attempt.attempt == expected + 1
                                     ? "this attempt is missing"
                                     : fmt::format("this attempt and those up to {:04} are missing",
                                                   attempt.attempt - 1)});
    }
    expected = attempt.attempt + 1;
  }
}

Status VerifyPlan::AddAttempt(const AttemptKey& attempt, bool running, unsigned threads) {
  // A summary that cannot be read is a damage of its own; then nothing is left out.
  if (catalogue_.IsDiscarded(attempt).value_or(false)) {
    return {};
  }
  TRY_ASSIGN(const std::vector<SegmentFile> segments, ListSegments(files_.Directory(attempt)));
  TRY_ASSIGN(AttemptChain chain, AttemptChain::Load(files_.log(), log_id_, attempt, threads));
  const Result<std::vector<uint32_t>> visible = catalogue_.VisibleSegments(attempt);
  // One whose facts cannot be read is looked at in full: that will say why. So is one that only
  // looks like a job that did not finish, because its tail was cut.
  if (visible && visible->empty() && !IsProvedByManifests(chain) && chain.damages().empty() &&
      !counted_.contains(attempt)) {
    return {};
  }
  chains_.push_back(std::make_unique<AttemptChain>(std::move(chain)));
  AddSegments(*chains_.back(), segments, running);
  if (!running && HasNoEnd(*chains_.back(), segments)) {
    report_.notes.push_back(
        {NameInLog(attempt),
         "nothing says how it ended: it was killed and is not yet recovered, or "
         "its last segments were taken away"});
  }
  return {};
}

void VerifyPlan::AddSegments(const AttemptChain& chain, const std::vector<SegmentFile>& segments,
                             bool running) {
  std::set<uint32_t> numbers;
  for (const auto& [segment, stored] : chain.manifests()) {
    numbers.insert(segment);
  }
  for (const SegmentFile& segment : segments) {
    numbers.insert(segment.number);
  }
  uint32_t expected = 1;
  auto file = segments.begin();
  for (const uint32_t number : numbers) {
    // Between the numbers that anything knows of, nothing is known.
    if (number > expected) {
      report_.damages.push_back(
          {NameInLog(chain.attempt(), SegmentFileName(expected, SegmentState::kSealed)),
           MissingInWords("segment", expected, number - 1)});
    }
    expected = number + 1;
    if (file == segments.end() || file->number != number) {
      AddAbsent(chain, number);
      continue;
    }
    AddSegment(chain, *file, running);
    // While it is renamed, a segment may be listed under both names.
    while (file != segments.end() && file->number == number) {
      ++file;
    }
  }
}

void VerifyPlan::AddAbsent(const AttemptChain& chain, uint32_t segment) {
  if (chain.tombstones().contains(segment)) {
    ++report_.deleted_segments;
    return;
  }
  report_.damages.push_back(
      {NameInLog(chain.attempt(), SegmentFileName(segment, SegmentState::kSealed)),
       MissingInWords("segment", segment, segment) +
           ContentInWords(chain.manifests().at(segment).manifest)});
}

void VerifyPlan::AddSegment(const AttemptChain& chain, const SegmentFile& segment, bool running) {
  if (IsUnborn(segment, running)) {
    return;
  }
  const StoredManifest* const stored = chain.Find(segment.number);
  const bool sealed = segment.state == SegmentState::kSealed;
  const std::string file = NameInLog(chain.attempt(), segment.path.filename());
  if (stored != nullptr && !sealed) {
    report_.damages.push_back({file, "it is not sealed, but has a manifest"});
  } else if (stored == nullptr && signed_only_) {
    report_.damages.push_back({file, "it has no manifest, so no signature covers it"});
  } else if (stored == nullptr && sealed && !running) {
    report_.notes.push_back({file, "it has no manifest, so it is checked frame by frame"});
  }
  if (chain.tombstones().contains(segment.number)) {
    report_.notes.push_back({file, "it is to be deleted, as its tombstone says"});
  }
  tasks_.push_back({{chain.attempt(), segment.number, segment.path,
                     running && segment.state == SegmentState::kOpen},
                    sealed && stored != nullptr ? &stored->manifest : nullptr});
}

/// A recorder that is just opening a segment, or died while doing so.
bool VerifyPlan::IsUnborn(const SegmentFile& segment, bool running) const {
  if (segment.state != SegmentState::kOpen) {
    return false;
  }
  const Result<SegmentConnection> connection =
      ConnectSegment(segment.path.parent_path(), segment.number);
  return !connection && (connection.error().code == ErrorCode::kNotFound ||
                         (running && connection.error().code == ErrorCode::kInUse));
}

}  // namespace trafrec::store
