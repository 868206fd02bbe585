#include "tools/replay/replay_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "replay/send/url.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

constexpr int kConcurrencyMost = 65'536;
constexpr int kConnectionsMost = 10'000;
constexpr int kTriesMost = 1'000;
/// Clients give up after as long, and by then most of what hangs will not be answered.
constexpr int64_t kFollowPatienceMs = 30'000;

send::CredentialKind KindOf(edit::CredentialsKind kind) {
  switch (kind) {
    case edit::CredentialsKind::kKeep:
      return send::CredentialKind::kKeep;
    case edit::CredentialsKind::kBasic:
      return send::CredentialKind::kBasic;
    case edit::CredentialsKind::kBearer:
      return send::CredentialKind::kBearer;
    case edit::CredentialsKind::kApiKey:
      return send::CredentialKind::kApiKey;
    case edit::CredentialsKind::kSigV4:
      return send::CredentialKind::kSigV4;
    case edit::CredentialsKind::kNone:
      break;
  }
  return send::CredentialKind::kDrop;
}

send::SecretPlace PlaceOf(const edit::SecretPlace& place) {
  return {.file = place.file, .variable = place.variable};
}

send::Target TargetOf(const edit::TargetOptions& options) {
  send::Target target{.name = options.name, .url = options.url};
  target.fields = options.fields;
  target.credentials = {.kind = KindOf(options.credentials.kind),
                        .user = options.credentials.user,
                        .secret = PlaceOf(options.credentials.secret),
                        .session_token = PlaceOf(options.credentials.session_token),
                        .field = options.credentials.field,
                        .region = options.credentials.region};
  if (!options.credentials.service.empty()) {
    target.credentials.service = options.credentials.service;
  }
  target.tls = {.ca_file = options.tls.ca_file,
                .certificate_file = options.tls.certificate_file,
                .certificate_key_file = options.tls.key_file,
                .server_name = options.tls.server_name,
                .insecure = options.tls.insecure};
  return target;
}

}  // namespace

void ReplayOptions::AddTo(OptionSet& options) {
  options.Group("Arguments");
  log.AddLog(options, "the log to send");
  options.Group("Run");
  options.Text("--to", to, "URL", "the target: http://host:9200, with a path if need be");
  options.Text("--edits", edits, "FILE",
               "targets, routes and changes of requests (docs/replay_edits.md)");
  options.List("--transform", transforms, "NAME",
               "a library of changes: es-to-opensearch (docs/replay_edits.md)");
  options.Text("--overlay", overlay, "FILE",
               "drops, insertions, moves, rewrites and verdicts (trafrec overlay)");
  options.Text("--run", run, "RUN", "folder for the answers, as a log, and what the run remembers");
  options.Flag(
      "--resume", resume,
      "go on with that run where it ended, however it ended; options that are not given are as "
      "it was begun with");
  options.Flag("--fresh", fresh, "begin that run anew; what it holds is deleted");
  options.Flag("--dry-run", dry_run, "send nothing: print what would be sent, and in which order");
  options.Text("--explain", explain, "ID",
               "send nothing: print what that exchange, or that item of it (ID/3), would wait for");
  options.Flag(
      "--follow", follow,
      "go on with what is still being recorded, until all recorders have ended in good order, or "
      "until Ctrl-C; one that died is waited for");
  options.Text("--follow-patience", follow_patience, "DURATION",
               "with --follow: go past what the source has not answered for so long, and come back "
               "to it when it has; 30s if not given");
  options.Choice("--dialect", dialect, "auto|search|http",
                 "what the requests mean; auto finds out from the log");
  options.Group("Pace and order");
  options.Text("--speed", speed, "SPEED",
               "1x, 4x, 500/s, max, or a ramp: 1x..8x/10m; 1x if not given");
  options.Text("--idle-max", idle_max, "DURATION", "shorten silences of the log to that");
  options.Choice("--order", order, "causal|connection|none",
                 "causal: who may have known of another comes after it; connection: only within "
                 "each connection");
  options.Text("--clock-error", clock_error, "DURATION",
               "by how much the recorders' clocks may differ; found out if not given");
  options.Choice("--refresh-before", refresh_before, "never|by-query|search",
                 "make the target show what was written before these; by-query if not given");
  options.Number("--concurrency", concurrency, 1, kConcurrencyMost, "N",
                 "exchanges under way at a time; 256 if not given");
  options.Number("--connections", connections, 1, kConnectionsMost, "N",
                 "connections to each target; 64 if not given");
  options.Group("What is sent");
  options.Choice("--only", only, "all|mutations|queries", "only these");
  options.List("--index", indices, "PATTERN", "only what touches these indices");
  options.Text("--sample", sample, "SHARE", "only a part, always the same one: 10%");
  options.Choice("--by", sample_by, "connection|document|target",
                 "what stays together in a sample; connection if not given");
  options.Choice("--phantoms", phantoms, "stop|send|drop",
                 "mutations of which the log does not show what became of them; stop if not given");
  options.Flag("--send-incomplete", send_incomplete,
               "send requests, too, of which the log lacks a part");
  options.Flag("--allow-source", allow_source,
               "send to the recorded source, or what a run has sent, all the same");
  options.Flag("--no-mark", no_mark, "leave out the field Trafrec-Run, by which loops are seen");
  options.Group("Network");
  options.Flag("--calibrate", calibrate,
               "ask each target for nothing once a second, so that compare knows how much of a "
               "latency is the way there");
  options.Text("--calibrate-source", calibrate_source, "URL",
               "and the source, too: http://host:9200; nothing but HEAD / is sent there");
  options.Group("Failures");
  options.Choice("--on-dead", on_dead, "stop-key|continue|stop",
                 "when a mutation is given up: stop-key holds back what touches the same, continue "
                 "holds back nothing, stop ends the run; stop-key if not given");
  options.Number("--tries", tries, 1, kTriesMost, "N", "copies of a request; 8 if not given");
  options.Text("--patience", patience, "DURATION",
               "how long the target may be away; 5m if not given");
  options.Text("--timeout", timeout, "DURATION", "wait for an answer that long; 60s if not given");
  options.Choice("--durability", durability, "normal|full",
                 "full: what the run remembers survives a power loss, too");
  options.Texts(
      "--on", on, "CONDITION: COMMAND",
      "run a command once when that holds: 'mutations=1e6: ./check', 'percent=50: ./check', "
      "'lag<5s: ./tell'; "
      "repeatable");
  echo.AddTo(options);
  options.Group("Access");
  access.AddTo(options, "basic|bearer|api-key|keep",
               "the kind of secret to show to --to; keep: the recorded Authorization", "target");
  options.Group("Output");
  options.Text("--metrics", metrics, "ADDR",
               "serve /metrics to Prometheus, and /healthz, on this address: PORT (of 127.0.0.1), "
               "HOST:PORT or [IPV6]:PORT (docs/metrics.md)");
  options.Choice("--log-format", log_format, "text|json", "of what is told on standard error");
  options.Flag("-q,--quiet", quiet, "print no progress and no notes");
  options.Flag("--json", json, "print the report, or the dry run, as JSON");
  filters.AddTo(options);
  log.AddSeveral(options, true);
}

Status ReplayOptions::Check() const {
  if (to.empty() && edits.empty()) {
    return Fail(ErrorCode::kUsage, "there is no target",
                "--to http://host:9200, or --edits FILE with targets");
  }
  if (!sends_nothing() && run.empty()) {
    return Fail(ErrorCode::kUsage, "there is no folder for the answers", "--run RUN");
  }
  if (resume && fresh) {
    return Fail(ErrorCode::kUsage, "--resume and --fresh contradict each other", "leave one out");
  }
  if (!follow_patience.empty() && !follow) {
    return Fail(ErrorCode::kUsage, "--follow-patience is for a log that is still being recorded",
                "give --follow, too, or leave it out");
  }
  if (sample == kWhole && sample_by != "connection") {
    return Fail(ErrorCode::kUsage, "--by says what stays together in a sample, and there is none",
                "give --sample 10%, too, or leave it out");
  }
  if (std::ranges::find(indices, "") != indices.end()) {
    return Fail(ErrorCode::kUsage, "--index '' names no index",
                "--index 'orders-*', or leave it out");
  }
  TRY(Sampling());
  TRY(FollowPatienceMs());
  TRY(access.Check());
  if (to.empty() && access.given()) {
    return Fail(
        ErrorCode::kUsage,
        "--auth, --ca, --cert and --insecure are for --to, and the targets are those of " + edits,
        "write credentials and tls into the tables [target.NAME] of that file");
  }
  TRY(echo.Check());
  if (!calibrate_source.empty()) {
    TRY(Named("--calibrate-source", send::ParseUrl(calibrate_source)));
  }
  TRY(Hooks());
  return {};
}

Result<int64_t> ReplayOptions::FollowPatienceMs() const {
  return follow_patience.empty() ? Result<int64_t>(kFollowPatienceMs)
                                 : Named("--follow-patience", ParseDurationMs(follow_patience));
}

Result<std::vector<Hook>> ReplayOptions::Hooks() const {
  std::vector<Hook> hooks;
  for (const std::string& text : on) {
    TRY_ASSIGN(Hook hook, ParseHook(text));
    hooks.push_back(std::move(hook));
  }
  return hooks;
}

Result<edit::EditOptions> ReplayOptions::Edits(bool search, const StopEvent& stop) const {
  return edit::EditOptions{
      .file = edits, .to = to, .transforms = transforms, .search_dialect = search, .stop = &stop};
}

Result<std::optional<edit::Sampler>> ReplayOptions::Sampling() const {
  if (sample == kWhole) {
    return std::nullopt;
  }
  const edit::SampleBy by = sample_by == "document" ? edit::SampleBy::kDocument
                            : sample_by == "target" ? edit::SampleBy::kTarget
                                                    : edit::SampleBy::kConnection;
  TRY_ASSIGN(edit::Sampler sampler, Named("--sample", edit::Sampler::Make(sample, by)));
  return std::optional(std::move(sampler));
}

Result<plan::PlanOptions> ReplayOptions::Plan(edit::Sampler* sampler) const {
  plan::PlanOptions options;
  TRY_ASSIGN(options.filter, filters.Make());
  options.order = order == "none"         ? plan::Order::kNone
                  : order == "connection" ? plan::Order::kConnection
                                          : plan::Order::kCausal;
  options.phantoms = phantoms == "send"   ? plan::Phantoms::kSend
                     : phantoms == "drop" ? plan::Phantoms::kDrop
                                          : plan::Phantoms::kStop;
  if (only != "all") {
    options.selection.only =
        only == "mutations" ? edit::Selection::Only::kMutations : edit::Selection::Only::kQueries;
  }
  options.selection.indices = indices;
  options.sampler = sampler;
  options.send_incomplete = send_incomplete;
  options.allow_marked = allow_source;
  TRY_ASSIGN(options.echo, echo.Rules());
  return options;
}

Result<std::optional<TimeNs>> ReplayOptions::ClockErrorNs() const {
  if (clock_error.empty()) {
    return std::nullopt;
  }
  TRY_ASSIGN(const int64_t ms, Named("--clock-error", ParseDurationMs(clock_error)));
  return ms * kNsPerMs;
}

Result<replay::EngineOptions> ReplayOptions::Engine() const {
  replay::EngineOptions options;
  TRY_ASSIGN(options.speed, Named("--speed", pace::ParseSpeed(speed)));
  if (!idle_max.empty()) {
    TRY_ASSIGN(const int64_t ms, Named("--idle-max", ParseDurationMs(idle_max)));
    options.idle_max_ns = ms * kNsPerMs;
  }
  options.refresh_before = refresh_before == "never"    ? replay::RefreshBefore::kNever
                           : refresh_before == "search" ? replay::RefreshBefore::kSearch
                                                        : replay::RefreshBefore::kByQuery;
  options.concurrency = static_cast<size_t>(concurrency);
  options.on_dead = on_dead == "continue" ? replay::OnDead::kContinue
                    : on_dead == "stop"   ? replay::OnDead::kStop
                                          : replay::OnDead::kStopKey;
  options.retry.tries = static_cast<uint32_t>(tries);
  TRY_ASSIGN(const int64_t away_ms, Named("--patience", ParseDurationMs(patience)));
  options.patience_ns = away_ms * kNsPerMs;
  TRY_ASSIGN(options.clock_offset_ns, echo.ClockOffsetNs());
  return options;
}

Result<std::vector<send::Target>> ReplayOptions::Targets(const edit::Editor& editor) const {
  TRY_ASSIGN(const int64_t answer_ms, Named("--timeout", ParseDurationMs(timeout)));
  std::vector<send::Target> targets;
  for (const edit::TargetOptions& options : editor.targets()) {
    send::Target target = TargetOf(options);
    target.connections_max = static_cast<size_t>(options.connections.value_or(connections));
    target.answer_timeout_ms = answer_ms;
    if (options.name == edit::kOnlyTarget && !to.empty()) {
      access.Apply(target);
    }
    targets.push_back(std::move(target));
  }
  return targets;
}

}  // namespace trafrec::tools
