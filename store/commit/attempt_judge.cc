#include "store/commit/attempt_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "store/verify/verify_segment.h"

namespace trafrec::store {
namespace {

bool IsEmptyOrCleaned(const std::filesystem::path& directory) {
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(directory, failure)) {
    if (entry.path().filename() != kDiscardedName) {
      return false;
    }
  }
  return !failure;
}

}  // namespace

AttemptSummary AttemptJudge::SummaryOf(const AttemptChain& chain, bool running) const {
  AttemptSummary summary;
  summary.key = chain.attempt();
  for (const auto& [segment, stored] : chain.manifests()) {
    summary.Add(stored.manifest, chain.tombstones().contains(segment));
    summary.head = {segment, stored.document.hash()};
  }
  const StoredManifest* const newest = chain.newest();
  const bool ended = newest != nullptr && newest->manifest.ended_at.has_value();
  summary.state = running && !ended ? AttemptState::kRunning
                  : ended           ? AttemptState::kFinished
                                    : AttemptState::kCrashed;
  const auto known = recovered_.attempts.find(summary.key);
  if (known != recovered_.attempts.end()) {
    summary.durations_ns = known->second.durations_ns;
    for (const std::string& failure : known->second.failures) {
      summary.failures.push_back(failure);
    }
  }
  if (summary.started_at != 0 && summary.ended_at) {
    summary.durations_ns.emplace_back("recorded", *summary.ended_at - summary.started_at);
  }
  return summary;
}

Status AttemptJudge::AddAttempt(const AttemptKey& key, bool newest) {
  const bool running = newest && recovered_.running.contains(key.recorder);
  const auto chain =
      std::ranges::find_if(chains_, [&](const auto& each) { return each->attempt() == key; });
  if (chain != chains_.end()) {
    attempts_.push_back(SummaryOf(**chain, running));
    return {};
  }
  AttemptSummary summary;
  summary.key = key;
  summary.state = running ? AttemptState::kRunning : AttemptState::kDiscarded;
  const std::filesystem::path directory = files_.Directory(key);
  std::error_code ignored;
  if (std::filesystem::exists(directory / kDiscardedName, ignored)) {
    summary.why = "it was discarded before";
  } else if (IsEmptyOrCleaned(directory)) {
    return {};  // a start that failed before it wrote anything
  } else if (!running) {
    summary.why = "it did not finish";
  }
  attempts_.push_back(std::move(summary));
  return {};
}

void AttemptJudge::DiscardRepeated(const std::vector<Damage>& damages) {
  std::map<std::pair<std::string, std::string>, std::vector<AttemptSummary*>> jobs;
  for (AttemptSummary& attempt : attempts_) {
    if (!attempt.job.empty() && attempt.state == AttemptState::kFinished) {
      jobs[{attempt.key.recorder, attempt.job}].push_back(&attempt);
    }
  }
  for (auto& [job, attempts] : jobs) {
    const auto whole = [&](const AttemptSummary* attempt) {
      return attempt->failures.empty() && std::ranges::none_of(damages, [&](const Damage& damage) {
               return IsOf(damage, attempt->key);
             });
    };
    const auto best = std::ranges::find_if(attempts, whole);
    const AttemptSummary* const kept = best == attempts.end() ? attempts.front() : *best;
    for (AttemptSummary* attempt : attempts) {
      if (attempt != kept) {
        attempt->state = AttemptState::kDiscarded;
        attempt->why =
            fmt::format("the same job is in the log as attempt {:04}", kept->key.attempt);
      }
    }
  }
}

Status AttemptJudge::Run(std::vector<Damage>& damages) {
  TRY_ASSIGN(const std::vector<AttemptKey> keys, catalogue_.AllAttempts());
  for (size_t i = 0; i < keys.size(); ++i) {
    const bool newest = i + 1 == keys.size() || keys[i + 1].recorder != keys[i].recorder;
    TRY(AddAttempt(keys[i], newest));
  }
  DiscardRepeated(damages);
  for (AttemptSummary& attempt : attempts_) {
    if (attempt.state == AttemptState::kDiscarded) {
      const auto own = std::ranges::stable_partition(
          damages, [&](const Damage& damage) { return !IsOf(damage, attempt.key); });
      for (const Damage& damage : own) {
        attempt.failures.push_back(damage.file + ": " + damage.what);
      }
      damages.erase(own.begin(), own.end());
    } else if (attempt.state == AttemptState::kCrashed && !attempt.ended_at) {
      damages.push_back(
          {NameInLog(attempt.key),
           "it could not be brought to an end" +
               (attempt.failures.empty() ? std::string() : ": " + attempt.failures.front())});
    }
  }
  return {};
}

}  // namespace trafrec::store
