#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include "store/files/log_layout.h"
#include "tools/command.h"
#include "tools/console.h"
#include "tools/ctl_target.h"
#include "tools/host_addresses.h"
#include "tools/output.h"
#include "tools/shell_quote.h"
#include "tools/status_screen.h"
#include "tools/status_text.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

using control::Json;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr auto kScreenInterval = milliseconds(1'000);
/// How often is looked whether a rotation or a stop is done.
constexpr auto kAskAgain = milliseconds(100);
constexpr size_t kTalkersPrinted = 5;
constexpr size_t kPrintedWidth = 100;

class CtlCommand : public Command {
 public:
  CommandText text() const override;
  void AddOptions(OptionSet& options) override;
  Result<ExitCode> Run(const Cli& cli) override;
  bool json() const override { return json_; }

 private:
  Status Check();
  Result<Json> Ask(CtlTarget& target, const Json& request) {
    return target.client.Ask(request, timeout_);
  }
  Status ShowStatus(std::vector<CtlTarget>& targets);
  Status PrintStatus(std::vector<CtlTarget>& targets, Output& out);
  Result<std::vector<std::string>> Page(std::vector<CtlTarget>& targets, size_t columns,
                                        size_t rows);
  Status Rotate(CtlTarget& target);
  Status Stop(CtlTarget& target);
  Status Filter(CtlTarget& target);
  Status Print(const Json& json, const std::string& words);
  Status Steer(CtlTarget& target);
  bool changes_filter(bool with_value) const {
    return (with_value && !value_.empty()) || !ports_.empty() || !hosts_.empty() || all_;
  }

  std::string log_;
  std::string action_;
  std::string value_;
  std::string recorder_;
  std::vector<uint16_t> ports_;
  std::vector<std::string> hosts_;
  bool all_ = false;
  bool json_ = false;
  std::string watch_;
  std::string timeout_text_ = "10s";
  std::string color_ = "auto";
  milliseconds timeout_{0};
  milliseconds watch_interval_{0};
};

CommandText CtlCommand::text() const {
  return {
      .name = "ctl",
      .summary = "look at a running recorder or replay, and steer it",
      .usage = {"trafrec ctl LOG status|rotate|stop [options]",
                "trafrec ctl LOG filter [BPF] [options]",
                "trafrec ctl RUN status|pause|resume|stop [options]", "trafrec ctl RUN speed SPEED",
                "trafrec ctl RUN seek TIME"},
      .description =
          {"status shows rates, losses, lags, queues, marks, and who talks most; on a terminal it "
           "goes on until q. rotate ends the open segment, and waits until the next one is there. "
           "stop ends the recording in good order, and waits until the log is sealed. filter shows "
           "what is let through, and with BPF, --port or --host lets through that instead from now "
           "on; no packet is lost by it, and the log says when it happened.",
           "Of a replay, pause sends nothing new until resume, whose time does not count; speed "
           "takes "
           "what replay's --speed takes; seek sends at once, in its order, what was recorded "
           "before "
           "TIME. stop waits for the answers that are due, and replay --resume goes on.",
           "The recorder must be live and on this machine, and you the user it runs as, or root."},
      .examples = {{"how is it going?", "trafrec ctl LOG status"},
                   {"for a script", "trafrec ctl LOG status --json | jq .rates"},
                   {"a line each ten seconds", "trafrec ctl LOG status --watch 10s"},
                   {"a segment that can be copied", "trafrec ctl LOG rotate"},
                   {"another port, too", "trafrec ctl LOG filter --port 9200,9201"},
                   {"as tcpdump has it",
                    "trafrec ctl LOG filter 'tcp port 9200 and net 10.0.0.0/8'"},
                   {"done", "trafrec ctl LOG stop --timeout 60s"},
                   {"a replay, twice as fast", "trafrec ctl RUN speed 2x"}},
  };
}

void CtlCommand::AddOptions(OptionSet& options) {
  options.Group("Arguments");
  options.Positional("LOG", log_, "the log that is being recorded, or the run");
  options.Positional("ACTION", action_,
                     "status or stop; of a recorder rotate or filter; of a replay pause, resume, "
                     "speed or seek");
  options.Positional("VALUE", value_,
                     "of filter: let through only this, in tcpdump's language; of speed and seek: "
                     "how fast, and to which time");
  options.Group("Target");
  options.Text("--recorder", recorder_, "NAME",
               "this recorder of the log; needed if several are running, but for status");
  options.Text("--timeout", timeout_text_, "DURATION", "give up after this long; 10s if not given");
  options.Group("Filter");
  options.Ports("-p,--port", ports_,
                "only this TCP port, in tunnels too; repeatable, or separated by commas");
  options.List("--host", hosts_, "HOST", "only this host; repeatable, or separated by commas");
  options.Flag("--all", all_, "let everything through");
  options.Group("Output");
  options.Text("--watch", watch_, "DURATION", "of status: print a line again and again");
  options.Flag("--json", json_, "one JSON object; of status one a recorder, each on a line");
  options.Choice("--color", color_, "auto|always|never",
                 "colours: on a terminal (auto), always or never");
}

Status CtlCommand::Check() {
  static constexpr std::array<std::string_view, 8> kActions = {
      "status", "rotate", "stop", "filter", "pause", "resume", "speed", "seek"};
  if (log_.empty() || action_.empty()) {
    return Fail(ErrorCode::kUsage, log_.empty() ? "no log given" : "no action given",
                "as in: trafrec ctl LOG status");
  }
  if (std::ranges::find(kActions, action_) == kActions.end()) {
    return Fail(ErrorCode::kUsage, "there is no action '" + action_ + "'",
                fmt::format("one of these: {}", fmt::join(kActions, ", ")));
  }
  const bool takes_value = action_ == "speed" || action_ == "seek";
  if (takes_value ? changes_filter(false) : action_ != "filter" && changes_filter(true)) {
    return Fail(ErrorCode::kUsage, "a filter is given, and the action is " + action_,
                "trafrec ctl LOG filter BPF");
  }
  if (takes_value && value_.empty()) {
    return Fail(ErrorCode::kUsage, action_ + " needs a value",
                action_ == "speed" ? "trafrec ctl RUN speed 2x"
                                   : "trafrec ctl RUN seek 2026-11-21T06:48:00Z");
  }
  if (all_ && (!value_.empty() || !ports_.empty() || !hosts_.empty())) {
    return Fail(ErrorCode::kUsage, "--all and a filter exclude each other", "give one of them");
  }
  TRY_ASSIGN(const int64_t timeout, ParseDurationMs(timeout_text_));
  timeout_ = milliseconds(timeout);
  if (!watch_.empty()) {
    if (action_ != "status") {
      return Fail(ErrorCode::kUsage, "--watch is for status", "trafrec ctl LOG status --watch 1s");
    }
    TRY_ASSIGN(const int64_t watch, ParseDurationMs(watch_));
    watch_interval_ = milliseconds(std::max<int64_t>(watch, 100));
  }
  return {};
}

Result<ExitCode> CtlCommand::Run(const Cli& /*cli*/) {
  TRY(Check());
  TRY_ASSIGN(std::vector<CtlTarget> targets, FindRunning(log_, recorder_, timeout_));
  if (action_ == "status") {
    TRY(ShowStatus(targets));
    return ExitCode::kDone;
  }
  if (targets.size() > 1) {
    std::vector<std::string> names;
    for (const CtlTarget& target : targets) {
      names.push_back(target.recorder);
    }
    return Fail(ErrorCode::kUsage,
                fmt::format("several recorders write to this log: {}", fmt::join(names, ", ")),
                "name one: --recorder " + names.front());
  }
  CtlTarget& target = targets.front();
  TRY(action_ == "rotate"   ? Rotate(target)
      : action_ == "stop"   ? Stop(target)
      : action_ == "filter" ? Filter(target)
                            : Steer(target));
  return ExitCode::kDone;
}

Status CtlCommand::Print(const Json& json, const std::string& words) {
  TRY_ASSIGN(Output out, Output::Open(""));
  out.Write(json_ ? json.dump() + "\n" : words + "\n");
  return out.Finish();
}

Status CtlCommand::ShowStatus(std::vector<CtlTarget>& targets) {
  if (!json_ && watch_.empty() && IsTerminal(STDOUT_FILENO) && IsTerminal(STDIN_FILENO)) {
    return ShowScreen(kScreenInterval,
                      [&](size_t columns, size_t rows) { return Page(targets, columns, rows); });
  }
  TRY_ASSIGN(Output out, Output::Open(""));
  do {
    TRY(PrintStatus(targets, out));
    out.Flush();
    if (!watch_.empty()) {
      std::this_thread::sleep_for(watch_interval_);
    }
  } while (!watch_.empty() && out.good());
  return out.Finish();
}

Status CtlCommand::PrintStatus(std::vector<CtlTarget>& targets, Output& out) {
  const Paint paint(WantsColor(ColorModeOf(color_), STDOUT_FILENO));
  for (CtlTarget& target : targets) {
    TRY_ASSIGN(const Json status, Ask(target, {{"command", "status"}}));
    if (json_) {
      out.Write(status.dump() + "\n");
    } else if (!watch_.empty()) {
      out.Write(StatusLine(status) + "\n");
    } else {
      for (const std::string& line : StatusLines(status, kPrintedWidth, kTalkersPrinted, paint)) {
        out.Write(line + "\n");
      }
    }
  }
  return {};
}

/// What is left below the facts is shared out among hosts and connections.
Result<std::vector<std::string>> CtlCommand::Page(std::vector<CtlTarget>& targets, size_t columns,
                                                  size_t rows) {
  const Paint paint(WantsColor(ColorModeOf(color_), STDOUT_FILENO));
  std::vector<std::string> lines;
  for (CtlTarget& target : targets) {
    TRY_ASSIGN(const Json status, Ask(target, {{"command", "status"}}));
    const size_t facts = StatusLines(status, columns, 0, paint).size();
    const size_t room = rows / targets.size();
    const size_t talkers = room > facts + 4 ? (room - facts - 2) / 2 : 0;
    std::ranges::move(StatusLines(status, columns, talkers, paint), std::back_inserter(lines));
  }
  return lines;
}

Status CtlCommand::Rotate(CtlTarget& target) {
  const auto until = Clock::now() + timeout_;
  TRY_ASSIGN(const Json asked, Ask(target, {{"command", "rotate"}}));
  const int64_t before = control::NumberOf(asked, "segment");
  while (Clock::now() < until) {
    TRY_ASSIGN(const Json status, Ask(target, {{"command", "status"}}));
    const Json segment = status.value("segment", Json::object());
    const int64_t now = control::NumberOf(segment, "number");
    if (now > before) {
      const std::string name = fmt::format(
          "{}/{}/{}", target.recorder, control::TextOf(status, "attempt"),
          store::SegmentFileName(static_cast<uint32_t>(now), store::SegmentState::kOpen));
      return Print(
          {{"recorder", target.recorder}, {"ended", before}, {"segment", now}, {"file", name}},
          fmt::format("segment {} ended; {} is open", before, name));
    }
    std::this_thread::sleep_for(kAskAgain);
  }
  return Fail(
      ErrorCode::kIo, fmt::format("segment {} has not ended within {}", before, timeout_text_),
      "one that is still empty ends with its first record; trafrec ctl LOG status says what "
      "troubles the disk");
}

Status CtlCommand::Stop(CtlTarget& target) {
  const auto until = Clock::now() + timeout_;
  TRY(Ask(target, {{"command", "stop"}}));
  std::string words;
  while (words.empty()) {
    if (Clock::now() >= until) {
      return Fail(ErrorCode::kIo,
                  fmt::format("recorder '{}' stops, but has not sealed its log within {}",
                              target.recorder, timeout_text_),
                  "wait, and look with trafrec stats " + ShellQuoted(log_) +
                      "; a longer --timeout waits longer");
    }
    const Result<Json> status = Ask(target, {{"command", "status"}});
    words = LastWords(log_, target.recorder);
    if (!status && words.empty() && status.error().code != ErrorCode::kNotFound) {
      return std::unexpected(status.error());
    }
    if (!status && words.empty() && !FindRunning(log_, target.recorder, timeout_)) {
      // It may have said its last words between the two looks.
      words = LastWords(log_, target.recorder);
      if (words.empty()) {
        return Fail(ErrorCode::kIo, "recorder '" + target.recorder + "' ended without a word",
                    "trafrec stats " + ShellQuoted(log_) + " shows what is in the log");
      }
    }
    if (words.empty()) {
      std::this_thread::sleep_for(kAskAgain);
    }
  }
  return Print({{"recorder", target.recorder}, {"summary", words}},
               fmt::format("recorder '{}' has ended: {}", target.recorder, words));
}

Status CtlCommand::Filter(CtlTarget& target) {
  Json request = {{"command", "filter"}};
  if (changes_filter(true)) {
    // The recorder may not ask a name server: its system calls are filtered.
    TRY_ASSIGN(const std::vector<std::string> addresses, AddressesOf(hosts_));
    request.update({{"change", true}, {"bpf", value_}, {"ports", ports_}, {"hosts", addresses}});
  }
  TRY_ASSIGN(const Json answer, Ask(target, request));
  const auto shown = [&answer](const char* name) {
    const std::string text = control::TextOf(answer, name);
    return text.empty() ? std::string("everything") : EscapeForTerminal(text);
  };
  return Print(answer, changes_filter(true)
                           ? fmt::format("before  {}\nnow     {}", shown("before"), shown("filter"))
                           : shown("filter"));
}

/// A replay: pause, resume, speed, seek.
Status CtlCommand::Steer(CtlTarget& target) {
  Json request = {{"command", action_}};
  std::string words = action_ == "pause" ? "nothing new is sent" : "it goes on";
  if (action_ == "speed") {
    request["speed"] = value_;
    words = "speed " + value_;
  } else if (action_ == "seek") {
    TRY_ASSIGN(const TimeNs time, ParseTime(value_, WallClockNow()));
    request["time_ns"] = time;
    words = "what was recorded before " + FormatTime(time) + " is sent at once";
  }
  TRY_ASSIGN(const Json answer, Ask(target, request));
  return Print(answer, words);
}

}  // namespace

std::unique_ptr<Command> MakeCtlCommand() { return std::make_unique<CtlCommand>(); }

}  // namespace trafrec::tools
