#include "store/reader/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "store/crypto/encoding.h"
#include "store/files/small_file.h"
#include "store/format/json_fields.h"
#include "store/manifest/manifest_json.h"

namespace trafrec::store {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::array kStates = {AttemptState::kFinished, AttemptState::kCrashed,
                                AttemptState::kRunning, AttemptState::kDiscarded};

Json JsonOf(const Durations& durations) {
  Json json = Json::object();
  for (const auto& [step, ns] : durations) {
    json[step] = ns;
  }
  return json;
}

Json JsonOf(const AttemptSummary& attempt) {
  Json head;
  if (attempt.head) {
    head = {{"segment", attempt.head->segment}, {"manifest", crypto::ToHex(attempt.head->hash)}};
  }
  return {
      {"recorder", attempt.key.recorder},
      {"attempt", attempt.key.attempt},
      {"state", AttemptStateName(attempt.state)},
      {"why", json::TextOrNull(attempt.why)},
      {"live", attempt.live},
      {"version", attempt.version},
      {"source", attempt.source},
      {"job", json::TextOrNull(attempt.job)},
      {"started", json::TimeOrNull(attempt.started_at == 0 ? std::nullopt
                                                           : std::optional(attempt.started_at))},
      {"ended", json::TimeOrNull(attempt.ended_at)},
      {"segments", attempt.segments},
      {"deleted_segments", attempt.deleted_segments},
      {"bytes", attempt.bytes},
      {"counts", json::Of(attempt.counts)},
      {"first", json::TimeOrNull(attempt.first_at)},
      {"last", json::TimeOrNull(attempt.last_at)},
      {"losses", json::Of(attempt.losses)},
      {"marks", json::Of(attempt.marks)},
      {"head", std::move(head)},
      {"durations_ns", JsonOf(attempt.durations_ns)},
      {"failures", attempt.failures}};
}

/// The sums over all attempts that are part of the log.
Json JobJson(const LogSummary& summary) {
  AttemptSummary sum;
  std::array<uint64_t, kStates.size()> states{};
  for (const AttemptSummary& attempt : summary.attempts) {
    ++states.at(static_cast<size_t>(attempt.state));
    if (attempt.state == AttemptState::kDiscarded) {
      continue;
    }
    sum.segments += attempt.segments;
    sum.deleted_segments += attempt.deleted_segments;
    sum.bytes += attempt.bytes;
    sum.counts += attempt.counts;
    if (attempt.first_at) {
      sum.first_at = std::min(sum.first_at.value_or(*attempt.first_at), *attempt.first_at);
      sum.last_at = std::max(sum.last_at.value_or(*attempt.last_at), *attempt.last_at);
    }
    for (const LossTotal& loss : attempt.losses) {
      AddLoss(sum.losses, loss);
    }
  }
  Json job = Json::object();
  job["attempts"] = summary.attempts.size();
  for (const AttemptState state : kStates) {
    job[AttemptStateName(state)] = states.at(static_cast<size_t>(state));
  }
  job["segments"] = sum.segments;
  job["deleted_segments"] = sum.deleted_segments;
  job["bytes"] = sum.bytes;
  job["counts"] = json::Of(sum.counts);
  job["first"] = json::TimeOrNull(sum.first_at);
  job["last"] = json::TimeOrNull(sum.last_at);
  job["losses"] = json::Of(sum.losses);
  return job;
}

Json WithoutTimes(const Document& document) {
  Json json = Json::parse(document.Text(), nullptr, false);
  for (const char* name : {"committed", "durations_ns", "body_sha256", "signature"}) {
    json.erase(name);
  }
  for (Json& attempt : json["attempts"]) {
    attempt.erase("durations_ns");
    // Of one whose files were taken away nothing more is known than of which it was.
    if (attempt["state"] == AttemptStateName(AttemptState::kDiscarded)) {
      attempt = {{"recorder", attempt["recorder"]}, {"attempt", attempt["attempt"]}};
    }
  }
  return json;
}

Result<StoredSummary> ParseSummary(const std::string& text) {
  TRY_ASSIGN(const Json json, ParseJsonObject(text));
  TRY_ASSIGN(Document document, Document::Parse(text));
  JsonFields fields(json);
  StoredSummary summary{std::move(document), fields.Text("log_id"), {}};
  if (fields.Number("format") > kManifestFormat) {
    return Fail(ErrorCode::kUnsupported, "it has a newer format", "use a newer trafrec");
  }
  for (const Json& each : fields.Array("attempts")) {
    JsonFields attempt(each, "attempts[]");
    const AttemptKey key{attempt.Text("recorder"),
                         static_cast<uint32_t>(attempt.Number("attempt"))};
    const std::string name = attempt.Text("state");
    const auto state = std::ranges::find(kStates, name, AttemptStateName);
    if (state == kStates.end()) {
      attempt.Refuse("state", "a state that is known");
    } else {
      summary.attempts[key].state = *state;
    }
    if (const Json* const head = attempt.ObjectOrNull("head")) {
      JsonFields said(*head, "attempts[].head");
      summary.attempts[key].head = {static_cast<uint32_t>(said.Number("segment")),
                                    said.Digest("manifest")};
      attempt.Adopt(said);
    }
    fields.Adopt(attempt);
  }
  TRY(fields.status());
  return summary;
}

}  // namespace

const char* AttemptStateName(AttemptState state) {
  switch (state) {
    case AttemptState::kFinished:
      return "finished";
    case AttemptState::kCrashed:
      return "crashed";
    case AttemptState::kRunning:
      return "running";
    case AttemptState::kDiscarded:
      return "discarded";
  }
  return "unknown";
}

void AttemptSummary::Add(const Manifest& manifest, bool deleted) {
  live = manifest.live;
  version = manifest.version;
  source = manifest.source;
  job = manifest.job;
  started_at = manifest.started_at;
  ended_at = manifest.ended_at ? manifest.ended_at : manifest.crashed_at;
  if (!manifest.error.empty()) {
    failures.push_back(manifest.error);
  }
  ++segments;
  deleted_segments += deleted ? 1 : 0;
  bytes += deleted ? 0 : manifest.bytes;
  counts += manifest.counts;
  if (manifest.first_at) {
    first_at = std::min(first_at.value_or(*manifest.first_at), *manifest.first_at);
    last_at = std::max(last_at.value_or(*manifest.last_at), *manifest.last_at);
  }
  for (const LossTotal& loss : manifest.losses) {
    AddLoss(losses, loss);
  }
  marks = manifest.marks;
}

Document DocumentOf(const LogSummary& summary) {
  Json attempts = Json::array();
  for (const AttemptSummary& attempt : summary.attempts) {
    attempts.push_back(JsonOf(attempt));
  }
  const Json json = {
      {"format", kManifestFormat},      {"log_id", summary.log_id},
      {"version", summary.version},     {"committed", FormatTime(summary.committed_at)},
      {"job", JobJson(summary)},        {"durations_ns", JsonOf(summary.durations_ns)},
      {"attempts", std::move(attempts)}};
  return Document::Make(json.dump(2, ' ', false, Json::error_handler_t::replace));
}

bool SayTheSame(const Document& a, const Document& b) { return WithoutTimes(a) == WithoutTimes(b); }

Result<StoredSummary> ReadSummary(const fs::path& log) {
  const fs::path path = log / kSummaryName;
  TRY_ASSIGN(const std::string text, ReadSmallFile(path));
  Result<StoredSummary> summary = ParseSummary(text);
  if (!summary) {
    return Fail(summary.error().code, path.string() + ": " + summary.error().what,
                summary.error().code == ErrorCode::kUnsupported
                    ? summary.error().remedy
                    : "trafrec commit LOG writes it anew");
  }
  return summary;
}

}  // namespace trafrec::store
