#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <chrono>
#include <string_view>

#include "capture/file_mapping.h"
#include "tools/accounting.h"
#include "tools/command.h"
#include "tools/console.h"
#include "tools/event_log.h"
#include "tools/json_object.h"
#include "tools/metrics_endpoint.h"
#include "tools/output.h"
#include "tools/progress.h"
#include "tools/record_control.h"
#include "tools/record_options.h"
#include "tools/recorder_health.h"
#include "tools/reload.h"
#include "tools/service.h"
#include "tools/settings.h"
#include "tools/shell_quote.h"
#include "tools/stop_signals.h"
#include "tools/terminal.h"
#include "tools/trouble_notes.h"
#include "tools/units.h"
#include "tools/version.h"

namespace trafrec::tools {
namespace {

void TellNoControl(EventLog& events, const Error& error) {
  events.Write({.level = Level::kWarning,
                .name = "no_control",
                .message = "trafrec ctl cannot reach this recording: " + error.what,
                .remedy = error.remedy});
}

/// Buffers of this size and more get pages of their own, which go back when they are freed: by
/// itself glibc raises the bound with the first large buffer that it frees, and a live recorder
/// would keep in its heaps for weeks what one burst took.
constexpr int kOwnPagesBytes = 128 << 10;

class RecordCommand : public Command {
 public:
  CommandText text() const override;
  void AddOptions(OptionSet& options) override { options_.AddTo(options); }
  Result<ExitCode> Run(const Cli& cli) override;
  bool json() const override { return options_.json; }
  void PrintFailure(const Error& error) const override;

 private:
  std::unique_ptr<RecordControl> MakeControl(EventLog& events, const std::string& name);
  Status PrintSummary(const capture::RecorderSummary& summary, double seconds) const;
  std::string Words(const capture::RecorderSummary& summary, double seconds) const;
  std::string Json(const capture::RecorderSummary& summary, double seconds) const;
  static void ReloadFor(const Service& service, Reload& reload, EventLog& events);
  LogFormat log_format() const {
    return options_.log_format == "json" ? LogFormat::kJson : LogFormat::kText;
  }
  ProgressPrinter::Mode ProgressMode() const;
  /// Null without --metrics.
  Result<std::unique_ptr<MetricsEndpoint>> OpenMetrics(const store::LogWriterOptions& log) const;
  void TellStart(EventLog& events, const std::string& recorder,
                 const MetricsEndpoint* metrics) const;
  void TellWarnings(EventLog& events, const capture::RecorderSummary& summary) const;
  std::string FailureText(const Error& error) const;

  RecordOptions options_;
};

CommandText RecordCommand::text() const {
  return {
      .name = "record",
      .summary = "record HTTP traffic from an interface or from capture files into a log",
      .usage = {"trafrec record -i INTERFACE -l LOG [options]",
                "trafrec record -r FILE… -l LOG [options]"},
      .description =
          {"Captures packets, puts the HTTP exchanges together, and writes them to a log. Live it "
           "goes on until Ctrl-C or SIGTERM, then stores what is on its way, seals the log and "
           "exits with 0; from files the exit code is 130 then. A second Ctrl-C exits at once, "
           "with "
           "130; the next start recovers the log. SIGHUP reads the options again and takes over "
           "what can change (docs/operations.md).",
           "Live capture needs the right CAP_NET_RAW: run as root, or grant it once with sudo "
           "setcap "
           "cap_net_raw+ep and the path of trafrec. Once it captures it gives up every right; with "
           "--user root gives up being root, too. Files need no right. Several recorders may "
           "write "
           "to one log at a time, each under a name of its own."},
      .examples = {{"live, until Ctrl-C", "trafrec record -i eth0 --port 9200 -l LOG"},
                   {"from files, merged by time", "trafrec record -r a.pcap -r b.pcapng.gz -l LOG"},
                   {"from a capture on another machine",
                    "ssh host tcpdump -i any -U -w - port 9200 | trafrec record -r - -l LOG"},
                   {"a filter as tcpdump has it",
                    "trafrec record -i any --filter 'port 80 and net 10.0.0.0/8' -l LOG"},
                   {"for a script", "trafrec record -r a.pcap -l LOG --json | jq .exchanges"}},
  };
}

Result<ExitCode> RecordCommand::Run(const Cli& cli) {
  TRY(options_.Check());
  TRY(options_.confinement.Check());
  TRY_ASSIGN(capture::RecorderOptions recorder_options, options_.MakeRecorderOptions());
  const std::string name = recorder_options.log.recorder;
  capture::FileMapping::SetLossText([this](const Error& error) { return FailureText(error); });
  if (options_.live()) {
    mallopt(M_MMAP_THRESHOLD, kOwnPagesBytes);
  }
  TRY_ASSIGN(auto source, options_.OpenSource());
  TRY_ASSIGN(const auto metrics, OpenMetrics(recorder_options.log));
  EventLog events(log_format());
  const std::unique_ptr<RecordControl> control = MakeControl(events, name);
  Service service;
  recorder_options.progress_interval_ms = service.look_interval_ms();
  TRY(options_.confinement.LeaveRights(options_.log, name));
  capture::Recorder recorder(std::move(recorder_options), std::move(source));
  Reload reload(cli, recorder);
  if (const Status readable = CheckConfigReadable(cli.config_file()); !readable) {
    events.Write({.level = Level::kWarning,
                  .name = "no_reload",
                  .message = readable.error().what + "; so a reload is not possible",
                  .remedy = readable.error().remedy});
  }
  const StopSignals signals(recorder, options_.live(), log_format());
  if (metrics) {
    TRY(metrics->Start());
  }
  const auto on_started = [&]() -> Status {
    if (const Status started = control ? control->Start(recorder) : Status(); !started) {
      TellNoControl(events, started.error());
    }
    TRY(options_.confinement.FilterSyscalls());
    TellStart(events, name, metrics.get());
    service.Ready(fmt::format("recording as {}", name));
    if (metrics) {
      recorder.Look();  // so that the first scrape finds something
    }
    return {};
  };
  RecorderHealth health;
  TroubleNotes troubles(events);
  ProgressPrinter progress(events, ProgressMode());
  const auto on_progress = [&](const capture::RecorderProgress& now) {
    if (StopSignals::TakeReload()) {
      ReloadFor(service, reload, events);
    }
    if (StopSignals::stopped()) {
      service.Stopping();
    }
    service.Show(now);
    std::vector<Trouble> found = health.Judge(now, RecorderHealth::Clock::now());
    if (!StopSignals::stopped()) {
      troubles.Show(found);  // from then on the summary tells, and the error that ends it
    }
    events.Tick();
    progress.Show(now);
    if (control) {
      control->Show(now);
    }
    if (metrics) {
      metrics->Update(now, std::move(found));
    }
  };
  const auto began_at = std::chrono::steady_clock::now();
  Result<capture::RecorderSummary> summary = recorder.Run(on_progress, on_started);
  service.Stopping();
  if (control) {
    control->End(summary ? "recorded " + CountOf(summary->log.exchanges, "exchange")
                         : "failed: " + summary.error().what);
  }
  events.ShowLine("");
  TRY(summary);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began_at).count();
  TellWarnings(events, *summary);
  TRY(PrintSummary(*summary, seconds));
  if (const auto& error = summary->log_error ? summary->log_error : summary->source_error) {
    return std::unexpected(*error);
  }
  return StopSignals::stopped() && !options_.live() ? ExitCode::kInterrupted : ExitCode::kDone;
}

/// Nothing if it cannot be had: recording is worth more.
std::unique_ptr<RecordControl> RecordCommand::MakeControl(EventLog& events,
                                                          const std::string& name) {
  if (!options_.live()) {
    return nullptr;
  }
  const auto source_text = [this](const capture::CaptureFilter& filter) {
    return options_.SourceText(filter);
  };
  auto control = RecordControl::Bind(
      {.log = options_.log, .recorder = name, .source = {}, .attempt = {}}, source_text);
  if (!control) {
    TellNoControl(events, control.error());
    return nullptr;
  }
  return *std::move(control);
}

/// The outcome goes to whoever asked: the person at the terminal, the journal, systemctl.
void RecordCommand::ReloadFor(const Service& service, Reload& reload, EventLog& events) {
  service.Reloading();
  const Result<std::string> outcome = reload.Run();
  if (!outcome) {
    events.Answer({.level = Level::kError,
                   .name = "reload_failed",
                   .message = "the reload changed nothing: " + outcome.error().what,
                   .remedy = outcome.error().remedy});
  } else {
    events.Answer({.name = "reloaded", .message = *outcome});
  }
  service.Reloaded(outcome ? *outcome : "the reload changed nothing: " + outcome.error().what);
}

ProgressPrinter::Mode RecordCommand::ProgressMode() const {
  if (options_.quiet || options_.json) {
    return ProgressPrinter::Mode::kOff;
  }
  const bool terminal = log_format() == LogFormat::kText && IsTerminal(STDERR_FILENO);
  return ProgressPrinter::ModeFor(options_.live(), terminal);
}

Result<std::unique_ptr<MetricsEndpoint>> RecordCommand::OpenMetrics(
    const store::LogWriterOptions& log) const {
  if (options_.metrics.empty()) {
    return nullptr;
  }
  return MetricsEndpoint::Open(
      options_.metrics,
      {.log = options_.log, .recorder = log.recorder, .source = options_.SourceName()});
}

void RecordCommand::TellStart(EventLog& events, const std::string& recorder,
                              const MetricsEndpoint* metrics) const {
  if (options_.quiet || options_.json) {
    return;
  }
  if (metrics != nullptr) {
    events.Write({.name = "metrics",
                  .message = fmt::format("metrics on http://{}/metrics", metrics->address()),
                  .fields = {{"address", metrics->address()}}});
  }
  if (options_.live()) {
    events.Write({.name = "started",
                  .message = fmt::format("recording on {} into {} as {}; Ctrl-C ends it",
                                         options_.interface, options_.log, recorder),
                  .fields = {{"source", options_.SourceName()},
                             {"log", options_.log},
                             {"recorder", recorder},
                             {"version", std::string(kVersion)}}});
  }
}

void RecordCommand::TellWarnings(EventLog& events, const capture::RecorderSummary& summary) const {
  for (const std::string& warning : summary.warnings) {
    events.Write({.level = Level::kWarning, .name = "warning", .message = warning});
  }
  for (const std::string& sum : summary.broken_sums) {
    events.Write(
        {.level = Level::kError,
         .name = "broken_sum",
         .message = "a sum does not hold, which is a bug of trafrec; please report it: " + sum});
  }
  if (options_.quiet && summary.log.exchanges == 0 && summary.first_packet_at == 0) {
    events.Write({.level = Level::kWarning,
                  .name = "no_packet",
                  .message = "no packet came: the log is empty"});
  }
}

std::string RecordCommand::FailureText(const Error& error) const {
  return options_.json ? ErrorText(error, true) : ErrorLine(error, log_format());
}

void RecordCommand::PrintFailure(const Error& error) const { ToStderr(FailureText(error)); }

Status RecordCommand::PrintSummary(const capture::RecorderSummary& summary, double seconds) const {
  if (options_.quiet && !options_.json) {
    return {};
  }
  TRY_ASSIGN(Output out, Output::Open(""));
  out.Write(options_.json ? Json(summary, seconds) : Words(summary, seconds));
  return out.Finish();
}

std::string RecordCommand::Words(const capture::RecorderSummary& summary, double seconds) const {
  const Paint paint(WantsColor(ColorMode::kAuto, STDOUT_FILENO));
  const uint64_t packets = ValueOf(summary.counters, "packets.received");
  std::string text = paint(Tone::kBold, "recorded " + CountOf(summary.log.exchanges, "exchange"));
  if (const auto incomplete = FindValue(summary.counters, "exchanges.incomplete")) {
    text += fmt::format(" ({} incomplete)", *incomplete == 0 ? "none" : WithCommas(*incomplete));
  }
  text += fmt::format(" from {} in {}\n", CountOf(packets, "packet"),
                      HumanDuration(static_cast<int64_t>(seconds * 1e9)));
  text += fmt::format("  log   {}, {}", EscapeForTerminal(options_.log),
                      HumanBytes(summary.log.stored_bytes));
  if (summary.log.stored_bytes > 0 && summary.log.raw_bytes > summary.log.stored_bytes) {
    text += fmt::format(
        " for {} of heads and bodies ({:.1f} to 1)", HumanBytes(summary.log.raw_bytes),
        static_cast<double>(summary.log.raw_bytes) / static_cast<double>(summary.log.stored_bytes));
  }
  text += "\n";
  std::vector<Finding> findings = LossFindings(summary.counters, {});
  text += "  loss  " +
          (findings.empty() ? std::string("nothing that is known") : findings.front().what) + "\n";
  for (size_t i = 0; i < findings.size(); ++i) {
    text += i == 0 ? "" : "        " + findings[i].what + "\n";
    text += findings[i].remedy.empty()
                ? ""
                : "        " + paint(Tone::kDim, "try: " + findings[i].remedy) + "\n";
  }
  for (const Finding& finding : NothingSeenFindings(summary.counters)) {
    text += "  " + paint(Tone::kYellow, "note") + "  " + finding.what + "\n";
    text += finding.remedy.empty()
                ? ""
                : "        " + paint(Tone::kDim, "try: " + finding.remedy) + "\n";
  }
  return text + "next: trafrec " + (summary.log.exchanges > 0 ? "show " : "stats ") +
         ShellQuoted(options_.log) + "\n";
}

std::string RecordCommand::Json(const capture::RecorderSummary& summary, double seconds) const {
  std::string out;
  JsonAppender json(out);
  json.Open('{');
  json.Bytes("log", options_.log);
  json.Number("exchanges", summary.log.exchanges);
  json.NumberOrNull("incomplete", FindValue(summary.counters, "exchanges.incomplete"));
  json.Number("messages", summary.log.messages);
  json.Number("packets", ValueOf(summary.counters, "packets.received"));
  json.Number("segments", summary.log.segments);
  json.Number("raw_bytes", summary.log.raw_bytes);
  json.Number("stored_bytes", summary.log.stored_bytes);
  json.Number("wall_ns", static_cast<int64_t>(seconds * 1e9));
  json.TimeOrNull("first_packet", summary.first_packet_at);
  json.TimeOrNull("last_packet", summary.last_packet_at);
  json.Open("losses", '[');
  for (const Finding& finding : LossFindings(summary.counters, {})) {
    json.Open('{');
    json.Text("what", finding.what);
    json.Text("try", finding.remedy);
    json.Close('}');
  }
  json.Close(']');
  json.Texts("warnings", summary.warnings);
  json.Texts("broken_sums", summary.broken_sums);
  json.Open("counters", '{');
  for (const Counter& counter : summary.counters) {
    json.Number(counter.name, counter.value);
  }
  json.Close('}');
  json.Close('}');
  return out + "\n";
}

}  // namespace

std::unique_ptr<Command> MakeRecordCommand() { return std::make_unique<RecordCommand>(); }

}  // namespace trafrec::tools
