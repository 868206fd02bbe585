#include "tools/replay/replay_session.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>
#include <thread>
#include <utility>

#include "replay/calibration/round_trip_file.h"
#include "replay/ledger/run_lock.h"
#include "replay/ledger/sqlite_ledger.h"
#include "replay/plan/horizon.h"
#include "replay/plan/overlay_check.h"
#include "replay/recorded/recognize.h"
#include "replay/send/credentials.h"
#include "store/crypto/encoding.h"
#include "store/files/log_layout.h"
#include "store/reader/clock_error.h"
#include "tools/console.h"
#include "tools/replay/captured_target.h"
#include "tools/replay/recorded_source.h"
#include "tools/shell_quote.h"
#include "tools/units.h"
#include "tools/version.h"

namespace trafrec::tools {
namespace {

/// The run's own recorder, in its log.
constexpr const char* kRecorder = "replay";

/// A log has a folder for each recorder that has begun.
bool HasFolders(const std::filesystem::path& log) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(log, error)) {
    if (entry.is_directory(error)) {
      return true;
    }
  }
  return false;
}

/// Starts of a run that did not end in good order.
Result<uint64_t> KilledLives(const std::filesystem::path& run) {
  if (!HasFolders(run)) {
    return 0;
  }
  TRY_ASSIGN(const auto results, store::LogReader::Open(run));
  TRY_ASSIGN(const std::vector<store::AttemptProgress> attempts, results->Progress());
  return static_cast<uint64_t>(std::ranges::count_if(
      attempts, [](const store::AttemptProgress& attempt) { return !attempt.finished; }));
}

}  // namespace

Result<std::unique_ptr<ReplaySession>> ReplaySession::Open(const ReplayOptions& options) {
  std::unique_ptr<ReplaySession> session(new ReplaySession(options));
  TRY(session->OpenLog());
  return session;
}

Status ReplaySession::OpenLog() {
  TRY_ASSIGN(engine_options_, options_.Engine());
  TRY_ASSIGN(log_, options_.log.Open("trafrec replay LOG --to http://target:9200 --run RUN",
                                     options_.quiet));
  TRY_ASSIGN(const store::LogIdentity identity,
             store::ReadLogIdentity(options_.log.folders().front()));
  log_id_ = identity.log_id;
  if (options_.dialect == "auto") {
    TRY(AwaitSomething());
    TRY_ASSIGN(dialect_, recorded::RecognizeDialect(*log_));
  } else {
    dialect_ = dialect::FindDialect(options_.dialect);
  }
  const bool search = dialect_ == &dialect::SearchDialect();
  if (!search && !options_.indices.empty()) {
    return Fail(ErrorCode::kUsage, "--index is for search engines, and this log is of plain HTTP",
                "--where \"target LIKE '/x/%'\", or --dialect search");
  }
  if (!search && options_.sample_by == "document") {
    return Fail(ErrorCode::kUsage,
                "--by document is for search engines, and this log is of plain HTTP",
                "--by target, --by connection, or --dialect search");
  }
  TRY_ASSIGN(const edit::EditOptions edits, options_.Edits(search, stop_));
  TRY_ASSIGN(editor_, edit::Editor::Load(edits));
  TRY_ASSIGN(sampler_, options_.Sampling());
  TRY_ASSIGN(targets_, options_.Targets(*editor_));
  TRY_ASSIGN(plan::PlanOptions plan, options_.Plan(sampler_ ? &*sampler_ : nullptr));
  if (options_.resume && !options_.follow) {
    resume_limit_ = std::exchange(plan.filter.limit, std::nullopt);
  }
  TRY(OpenOverlay());
  plan.overlay = overlay_.get();
  for (const send::Target& target : targets_) {
    plan.given_fields.push_back(send::GivenFields(target));
  }
  TRY(RefuseLoops(plan));
  TRY_ASSIGN(const bool several, log_->HasSeveralRecorders());
  plan.one_clock = !several && !options_.follow && overlay_ == nullptr;
  engine_options_.one_clock = plan.one_clock;
  TRY_ASSIGN(const std::optional<TimeNs> given, options_.ClockErrorNs());
  TRY_ASSIGN(store::ClockError clocks, store::ClockErrorOf(*log_, given));
  engine_options_.clock_error_ns = given.value_or(clocks.ns);
  plan.clock_error_ns = engine_options_.clock_error_ns;
  planner_ = std::make_unique<plan::Planner>(*log_, *dialect_, *editor_, std::move(plan));
  clocks_assumed_ = std::move(clocks.assumed);
  clocks_unknown_later_ = options_.follow && !several && !given;
  return {};
}

/// Targets that were recorded, or are being recorded into this log. Of one that grows each server
/// is looked at when its first exchange is planned.
Status ReplaySession::RefuseLoops(plan::PlanOptions& plan) const {
  if (options_.allow_source) {
    return {};
  }
  std::vector<std::string> urls;
  for (const send::Target& target : targets_) {
    urls.push_back(target.url);
  }
  store::LogSelection log{.folders = options_.log.folders()};
  TRY_ASSIGN(log.identities, options_.log.Identities());
  TRY(RefuseRecordedSource(log, urls));
  TRY(RefuseCapturedTarget(log.folders, urls));
  if (options_.follow) {
    plan.look_at_server = [targets = TargetAddresses(urls)](const Endpoint& server) {
      return targets.RefuseSource(server);
    };
  }
  return {};
}

/// Nobody can tell the dialect of a recording that has just begun, and plain HTTP has another
/// order: of one that goes on the first exchange is waited for.
Status ReplaySession::AwaitSomething() {
  bool any = !options_.follow;
  for (bool told = false;; told = true) {
    if (!any) {
      TRY(log_->Visit({.limit = 1}, [&](const store::ExchangeRow&) { return any = true; }));
    }
    if (any) {
      return {};
    }
    TRY_ASSIGN(const std::vector<store::AttemptProgress> attempts, log_->Progress());
    if (options_.sends_nothing() || plan::RecordersOf(attempts).ended) {
      return Fail(ErrorCode::kUsage, "the log holds no exchange yet that says what it is of",
                  "--dialect search, or --dialect http");
    }
    if (!told && !options_.quiet) {
      PrintNote(
          "the log holds no exchange yet that says what it is of: waiting for one (Ctrl-C ends "
          "this; with --dialect search, or http, nothing is waited for)");
    }
    std::this_thread::sleep_for(kLookAgain);
  }
}

Status ReplaySession::OpenOverlay() {
  if (options_.overlay.empty()) {
    return {};
  }
  TRY_ASSIGN(overlay_, store::OverlayReader::Open(options_.overlay));
  TRY(overlay_->CheckAgainst(log_id_, *log_));
  TRY(plan::OverlayCheck(*log_, {dialect_}).All(*overlay_));
  TRY_ASSIGN(const store::crypto::Digest digest, overlay_->Digest());
  overlay_digest_ = store::crypto::ToHex(digest);
  return {};
}

std::vector<std::string> ReplaySession::TargetNames() const {
  std::vector<std::string> names;
  for (const send::Target& target : targets_) {
    names.push_back(target.name);
  }
  return names;
}

Result<ledger::RunFacts> ReplaySession::Facts() const {
  ledger::RunFacts facts;
  facts.log_id = log_id_;
  for (const std::filesystem::path& folder : options_.log.folders()) {
    facts.log_folders.push_back(std::filesystem::absolute(folder).string());
  }
  TRY_ASSIGN(const store::ExchangeFilter filter, options_.filters.Make());
  TRY_ASSIGN(const std::string echo, options_.echo.Fact());
  const auto time = [](const std::optional<TimeNs>& at) { return at ? FormatTime(*at) : ""; };
  facts.options = {
      {"dialect", std::string(dialect_->name())},
      {"echo", echo},
      {"edits", editor_->digest()},
      {"index", fmt::format("{}", fmt::join(options_.indices, ","))},
      {"only", options_.only},
      {"order", options_.order},
      {"overlay", overlay_digest_},
      {"phantoms", options_.phantoms},
      {"sample", options_.sample == ReplayOptions::kWhole
                     ? ""
                     : options_.sample + " by " + options_.sample_by},
      {"send_incomplete", options_.send_incomplete ? "yes" : "no"},
      {"since", time(filter.since)},
      {"until", time(filter.until)},
      {"where", filter.where},
  };
  // Each of these is what it was begun with, too.
  for (const char* name : {"method", "status", "target", "flag", "complete", "incomplete"}) {
    if (const auto given = options_.given.find(name); given != options_.given.end()) {
      facts.options[name] = fmt::format("{}", fmt::join(given->second, ","));
    }
  }
  facts.given = options_.given;
  // "-5m" is another time when the run goes on.
  for (const auto& [name, at] :
       {std::pair("since", filter.since), std::pair("until", filter.until)}) {
    if (at) {
      facts.given[name] = {FormatTime(*at)};
    }
  }
  const auto file = [](const std::string& path) {
    return path.empty() ? "" : std::filesystem::absolute(path).string();
  };
  facts.notes = {{"began", FormatTime(WallClockNow())},
                 {"edits", file(options_.edits)},
                 {"overlay", file(options_.overlay)},
                 {"transforms", fmt::format("{}", fmt::join(options_.transforms, ", "))},
                 {"version", TRAFREC_VERSION}};
  return facts;
}

/// What is written there would be taken for a recorder's.
Status ReplaySession::RefuseRunInLog() const {
  std::error_code error;  // a path that may not be entered: whoever makes the run says so
  const std::filesystem::path run = std::filesystem::weakly_canonical(options_.run, error);
  for (const std::filesystem::path& folder : options_.log.folders()) {
    const std::filesystem::path log = std::filesystem::weakly_canonical(folder, error);
    if (!error && run != log && std::ranges::mismatch(log, run).in1 == log.end()) {
      return Fail(ErrorCode::kUsage,
                  fmt::format("the run {} would lie in the log {}", options_.run, folder.string()),
                  "give --run a folder outside of it");
    }
  }
  return {};
}

Status ReplaySession::OpenRun() {
  TRY(RefuseRunInLog());
  const std::filesystem::path run = options_.run;
  const bool begun = ledger::HasLedger(run);
  std::error_code error;
  const bool is_log = std::filesystem::exists(run / "log.json", error);
  // A run that was killed while it was begun has nothing to go on with, and nothing to lose.
  const bool killed_at_birth = !begun && is_log && !HasFolders(run);
  if (!begun && is_log && !killed_at_birth) {
    return Fail(ErrorCode::kUsage, options_.run + " is a log, and no run",
                "give --run a folder of its own");
  }
  if (options_.resume && !begun && !killed_at_birth) {
    return Fail(ErrorCode::kNotFound, "there is no run in " + options_.run,
                "leave out --resume to begin one");
  }
  if (begun && !options_.resume && !options_.fresh) {
    return Fail(ErrorCode::kUsage, "there is a run in " + options_.run + " already",
                "--resume goes on with it, --fresh deletes it and begins anew");
  }
  if (options_.fresh && begun) {
    TRY_ASSIGN(const ledger::RunLock lock, ledger::RunLock::Take(run));
    TRY(ledger::RemoveLedger(lock));
    TRY(calibration::RoundTripFile::Remove(run));
    std::filesystem::remove_all(run / kRecorder, error);
    if (error) {
      return FailErrno(error.value(), "cannot delete the answers of the run in " + options_.run);
    }
  }
  TRY(store::OpenOrMakeLog(run));
  TRY_ASSIGN(ledger::RunLock lock, ledger::RunLock::Take(run));
  const auto durability =
      options_.durability == "full" ? ledger::Durability::kFull : ledger::Durability::kNormal;
  TRY_ASSIGN(const ledger::RunFacts facts, Facts());
  std::unique_ptr<ledger::Ledger> ledger;
  if (options_.resume && begun) {
    TRY_ASSIGN(ledger, ledger::ResumeLedger(std::move(lock), facts, durability));
    resumed_ = true;
    TRY_ASSIGN(killed_, KilledLives(run));
  } else {
    TRY_ASSIGN(ledger, ledger::CreateLedger(std::move(lock), facts, durability));
  }
  TRY_ASSIGN(ledger_, ledger->Take({}));
  TRY_ASSIGN(memory_, ledger->OpenReader());
  engine_options_.resumed = resumed_;
  if (!options_.no_mark) {
    engine_options_.run_mark = run.filename().string();
  }
  TRY_ASSIGN(echoes_, options_.echo.Signer(run, targets_));
  store::LogWriterOptions writer;
  writer.log = run;
  writer.recorder = kRecorder;
  writer.version = TRAFREC_VERSION;
  writer.source = "replay of " + facts.log_folders.front();
  writer.live = true;
  TRY_ASSIGN(results_, replay::ResultLog::Open(writer));
  return {};
}

}  // namespace trafrec::tools
