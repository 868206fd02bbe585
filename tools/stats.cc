#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "store/reader/exchange_id.h"
#include "tools/accounting.h"
#include "tools/command.h"
#include "tools/json_object.h"
#include "tools/log_options.h"
#include "tools/mark_words.h"
#include "tools/merge_words.h"
#include "tools/output.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

/// Loss rows shown one by one; the totals above them count all.
constexpr size_t kLossRowsShown = 10;

std::string AttemptName(const store::AttemptInfo& attempt) {
  return fmt::format("{}-{:04}", attempt.recorder, attempt.attempt);
}

std::string StateOf(const store::AttemptInfo& attempt) {
  if (attempt.discarded) {
    return "discarded by trafrec commit: nothing of it is in the log";
  }
  if (attempt.running) {
    return "running";
  }
  if (attempt.finished) {
    return "finished";
  }
  if (attempt.missing_segments > 0) {
    return "how it ended is not known";
  }
  return attempt.live ? "ended by a crash" : "did not finish: nothing of it is in the log";
}

std::string Line(std::string_view name, std::string_view text) {
  return fmt::format("  {:<10}{}\n", name, text);
}

std::string SeenInWords(const Counters& counters) {
  if (const auto files = FindValue(counters, "import.files")) {
    return fmt::format("{}, {}, {}", CountOf(*files, "file"),
                       HumanBytes(ValueOf(counters, "import.bytes")),
                       CountOf(ValueOf(counters, "exchanges"), "exchange"));
  }
  std::string connections = CountOf(ValueOf(counters, "connections.seen"), "connection");
  if (const uint64_t middle = ValueOf(counters, "connections.mid_stream"); middle > 0) {
    connections += fmt::format(" ({} of them without a beginning)", WithCommas(middle));
  }
  return fmt::format("{}, {}, {}", CountOf(ValueOf(counters, "packets.received"), "packet"),
                     connections, CountOf(ValueOf(counters, "exchanges"), "exchange"));
}

std::string StoredInWords(const store::AttemptInfo& attempt) {
  std::string text =
      fmt::format("{} ({}) in {}, {}", CountOf(attempt.exchanges, "exchange"),
                  CountOf(attempt.messages, "message"), CountOf(attempt.frames, "frame"),
                  CountOf(attempt.segments, "segment"));
  text += fmt::format("; {} as {} on disk", HumanBytes(attempt.raw_bytes),
                      HumanBytes(attempt.file_bytes));
  if (attempt.file_bytes > 0 && attempt.raw_bytes > attempt.file_bytes) {
    text += fmt::format(" (ratio {:.1f})", static_cast<double>(attempt.raw_bytes) /
                                               static_cast<double>(attempt.file_bytes));
  }
  return text;
}

std::string DeletedInWords(const store::AttemptInfo& attempt) {
  std::string text = fmt::format(
      "{} by retention ({}): {}, {}", CountOf(attempt.deleted_segments, "segment"),
      EscapeForTerminal(attempt.deleted_why), CountOf(attempt.deleted_exchanges, "exchange"),
      HumanBytes(attempt.deleted_bytes));
  if (attempt.deleted_until != 0) {
    text += fmt::format(", {} to {}", FormatTime(attempt.deleted_from),
                        FormatTime(attempt.deleted_until));
  }
  return text;
}

std::string IncompleteInWords(const Counters& counters) {
  constexpr std::string_view kStem = "exchanges.flag.";
  std::string text;
  for (const Counter& counter : counters) {
    if (counter.value > 0 && counter.name.starts_with(kStem)) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", WithCommas(counter.value),
                          counter.name.substr(kStem.size()));
    }
  }
  return text.empty() ? "none" : text;
}

/// Those of single connections come last: under heavy loss they are many.
std::string LossRows(std::vector<store::LossRecord> losses) {
  std::stable_partition(losses.begin(), losses.end(), [](const store::LossRecord& loss) {
    return loss.cause != store::LossCause::kGap;
  });
  std::string out;
  for (size_t i = 0; i < losses.size() && i < kLossRowsShown; ++i) {
    out += "    - " + LossSentence(losses[i]) + "\n";
  }
  if (losses.size() > kLossRowsShown) {
    out += fmt::format("    - and {} more (--json has all)\n",
                       WithCommas(losses.size() - kLossRowsShown));
  }
  return out;
}

std::string MissingLine(const store::AttemptInfo& attempt) {
  if (attempt.missing_segments == 0) {
    return {};
  }
  return Line("missing",
              fmt::format("{} with {}: only the manifest is here; trafrec verify names them",
                          CountOf(attempt.missing_segments, "segment"),
                          CountOf(attempt.missing_exchanges, "exchange")));
}

/// There are rows of what the marks do not hold: all but those that every recording has, and those
/// that speak of bytes within what it has.
bool LacksSome(const std::vector<store::LossRecord>& losses) {
  return std::ranges::any_of(losses, [](const store::LossRecord& loss) {
    return loss.cause != store::LossCause::kStart && loss.cause != store::LossCause::kStop &&
           loss.cause != store::LossCause::kFilter && loss.cause != store::LossCause::kGapShare;
  });
}

/// It died, and no next start has written the row that says what may be missing.
bool DiedUnrecovered(const store::AttemptInfo& attempt) {
  return attempt.live && !attempt.running && !attempt.finished && attempt.missing_segments == 0 &&
         std::ranges::find(attempt.losses, store::LossCause::kCrash, &store::LossRecord::cause) ==
             attempt.losses.end();
}

std::vector<Finding> FindingsOf(const store::AttemptInfo& attempt) {
  std::vector<Finding> findings = LossFindings(attempt.counters, attempt.losses);
  if (DiedUnrecovered(attempt)) {
    findings.insert(
        findings.begin(),
        {"it was killed or died, and was not started again: what went by since a second "
         "before the mark that is written may be missing",
         "start the recorder again on this log: that seals what is here, and writes a "
         "loss row"});
  }
  return findings;
}

std::string AttemptReport(const store::AttemptInfo& attempt, const Paint& paint) {
  const std::string name = paint(Tone::kBold, AttemptName(attempt)) + "  ";
  if (attempt.version.empty()) {
    // It is no part of the log, so nothing of it was read.
    return name + StateOf(attempt) + "\n" + MissingLine(attempt);
  }
  std::string out = name + EscapeForTerminal(attempt.source) + ", " + StateOf(attempt) + "\n";
  std::string recorded =
      attempt.started_at == 0 ? "start not known" : "started " + FormatTime(attempt.started_at);
  if (attempt.ended_at != 0) {
    recorded += fmt::format(", took {}", HumanDuration(attempt.ended_at - attempt.started_at));
  }
  const bool imported = FindValue(attempt.counters, "import.files").has_value();
  out += Line(imported ? "imported" : "recorded",
              recorded + ", by trafrec " + EscapeForTerminal(attempt.version));
  if (imported || FindValue(attempt.counters, "packets.received")) {
    out += Line("seen", SeenInWords(attempt.counters));
  }
  out += Line("stored", StoredInWords(attempt));
  if (attempt.results > 0) {
    out += Line("results", CountOf(attempt.results, "link") + " to exchanges of a source");
  }
  if (attempt.deleted_segments > 0) {
    out += Line("deleted", DeletedInWords(attempt));
  }
  out += MissingLine(attempt);
  const std::string written = MarksInWords(attempt, attempt.written);
  const std::string durable = MarksInWords(attempt, attempt.durable);
  const std::string_view but = LacksSome(attempt.losses) ? ", but for the losses below" : "";
  out += Line("written", written + std::string(but));
  out += Line("durable", durable == written ? "the same" : durable);
  if (const auto incomplete = FindValue(attempt.counters, "exchanges.incomplete")) {
    out +=
        Line("partial", fmt::format("{} ({})", CountOf(*incomplete, "exchange"),
                                    Percent(*incomplete, ValueOf(attempt.counters, "exchanges"))));
  }
  out += Line("flags", IncompleteInWords(attempt.counters));
  const std::vector<Finding> lost = FindingsOf(attempt);
  out += Line("lost", lost.empty() ? "nothing that is known" : paint(Tone::kYellow, "see here"));
  for (const Finding& finding : lost) {
    out += "    - " + finding.what + "\n";
    out += finding.remedy.empty() ? "" : paint(Tone::kDim, "      try: " + finding.remedy) + "\n";
  }
  std::vector<Finding> notes = NothingSeenFindings(attempt.counters);
  std::ranges::move(AsideFindings(attempt.counters), std::back_inserter(notes));
  for (const Finding& finding : notes) {
    out += Line("note", finding.what);
    out += finding.remedy.empty() ? "" : paint(Tone::kDim, "      try: " + finding.remedy) + "\n";
  }
  out += Line("loss rows", attempt.losses.empty() ? "none" : "");
  out += LossRows(attempt.losses);
  const std::vector<std::string> broken = BrokenSums(attempt.counters);
  out += Line("sums", broken.empty() ? paint(Tone::kGreen, "all agree")
                                     : paint(Tone::kRed,
                                             "do not agree: this is a bug of trafrec, "
                                             "please report it"));
  for (const std::string& sum : broken) {
    out += "    - " + sum + "\n";
  }
  return out + CounterTree(attempt.counters);
}

void AppendLossJson(JsonAppender& json, const store::LossRecord& loss) {
  json.Open('{');
  json.Text("cause", LossCauseName(loss.cause));
  json.TimeOrNull("from", loss.from);
  json.TimeOrNull("until", loss.until);
  json.NumberOrNull("connection", loss.connection);
  json.Number("packets", loss.packets);
  json.Number("bytes", loss.bytes);
  json.Bool("exact", loss.exact);
  json.NumberOrNull("of_bytes",
                    loss.of_bytes > 0 ? std::optional<uint64_t>(loss.of_bytes) : std::nullopt);
  json.Close('}');
}

void AppendAttemptJson(JsonAppender& json, const store::AttemptInfo& attempt) {
  json.Open('{');
  json.Text("attempt", AttemptName(attempt));
  json.Text("recorder", attempt.recorder);
  json.Text("source", EscapeForTerminal(attempt.source));
  json.Text("version", EscapeForTerminal(attempt.version));
  json.Bool("live", attempt.live);
  json.Bool("running", attempt.running);
  json.Bool("finished", attempt.finished);
  json.Time("started", attempt.started_at);
  json.TimeOrNull("ended", attempt.ended_at);
  for (const auto& [name, marks] :
       {std::pair("written", &attempt.written), std::pair("durable", &attempt.durable)}) {
    json.Open(name, '{');
    AppendMarksJson(json, attempt, *marks);
    json.Close('}');
  }
  json.Number("exchanges", attempt.exchanges);
  json.Number("messages", attempt.messages);
  json.Number("frames", attempt.frames);
  json.Number("segments", attempt.segments);
  json.Number("results", attempt.results);
  json.Number("raw_bytes", attempt.raw_bytes);
  json.Number("file_bytes", attempt.file_bytes);
  json.Bool("discarded", attempt.discarded);
  if (attempt.deleted_segments > 0) {
    json.Open("deleted", '{');
    json.Number("segments", attempt.deleted_segments);
    json.Number("exchanges", attempt.deleted_exchanges);
    json.Number("bytes", attempt.deleted_bytes);
    json.TimeOrNull("from", attempt.deleted_from);
    json.TimeOrNull("until", attempt.deleted_until);
    json.Text("why", EscapeForTerminal(attempt.deleted_why));
    json.Close('}');
  } else {
    json.Null("deleted");
  }
  if (attempt.missing_segments > 0) {
    json.Open("missing", '{');
    json.Number("segments", attempt.missing_segments);
    json.Number("exchanges", attempt.missing_exchanges);
    json.Close('}');
  } else {
    json.Null("missing");
  }
  json.Open("counters", '{');
  for (const Counter& counter : attempt.counters) {
    json.Number(counter.name, counter.value);
  }
  json.Close('}');
  json.Texts("broken_sums", BrokenSums(attempt.counters));
  json.Open("losses", '[');
  for (const store::LossRecord& loss : attempt.losses) {
    AppendLossJson(json, loss);
  }
  json.Close(']');
  json.Close('}');
}

class StatsCommand : public Command {
 public:
  CommandText text() const override {
    return {.name = "stats",
            .summary = "what a log holds, what was lost, and that the sums agree",
            .usage = {"trafrec stats LOG [options]"},
            .description =
                {"For each start of a recorder: what was seen, stored, given up and lost, in "
                 "sentences; the marks below which everything is in the log; the loss rows; and "
                 "every counter under the one of which it is a part. docs/accounting.md explains "
                 "the counters."},
            .examples = {{"the whole account", "trafrec stats LOG"},
                         {"packets that the kernel dropped, for a script",
                          "trafrec stats LOG --json | jq '.attempts[].losses[] | "
                          "select(.cause == \"kernel_drop\") | .packets'"}}};
  }

  void AddOptions(OptionSet& options) override {
    options.Group("Arguments");
    log_.AddLog(options, "the log to read");
    options.Group("Output");
    options.Flag("--json", json_, "print one JSON object");
    options.Choice("--color", color_, "auto|always|never",
                   "colours: on a terminal (auto), always or never");
    log_.AddSeveral(options, true);
  }

  Result<ExitCode> Run(const Cli& cli) override;
  bool json() const override { return json_; }

 private:
  using Merged = std::optional<store::MergeReport>;

  std::string Report(const std::vector<store::AttemptInfo>& attempts, const Merged& merged) const;
  std::string JsonReport(const std::vector<store::AttemptInfo>& attempts,
                         const Merged& merged) const;

  LogOptions log_;
  std::string color_ = "auto";
  bool json_ = false;
};

Result<ExitCode> StatsCommand::Run(const Cli& /*cli*/) {
  TRY_ASSIGN(auto log, log_.Open("trafrec stats LOG"));
  TRY_ASSIGN(const std::vector<store::AttemptInfo> attempts, log->Attempts());
  TRY_ASSIGN(const Merged merged, log->Merged());
  TRY_ASSIGN(Output out, Output::Open(""));
  out.Write(json_ ? JsonReport(attempts, merged) : Report(attempts, merged));
  TRY(out.Finish());
  return ExitCode::kDone;
}

std::string StatsCommand::Report(const std::vector<store::AttemptInfo>& attempts,
                                 const Merged& merged) const {
  const Paint paint(WantsColor(ColorModeOf(color_), STDOUT_FILENO));
  uint64_t exchanges = 0;
  uint64_t bytes = 0;
  std::set<std::string> recorders;
  for (const store::AttemptInfo& attempt : attempts) {
    exchanges += attempt.exchanges;
    bytes += attempt.file_bytes;
    recorders.insert(attempt.recorder);
  }
  std::string out = fmt::format(
      "{}: {} in {}, from {} of {}\n", paint(Tone::kBold, EscapeForTerminal(log_.log())),
      CountOf(merged ? merged->exchanges : exchanges, "exchange"), HumanBytes(bytes),
      CountOf(attempts.size(), "start"), CountOf(recorders.size(), "recorder"));
  out += merged ? MergeReportInWords(*merged) : "";
  for (const store::AttemptInfo& attempt : attempts) {
    out += "\n" + AttemptReport(attempt, paint);
  }
  return out;
}

std::string StatsCommand::JsonReport(const std::vector<store::AttemptInfo>& attempts,
                                     const Merged& merged) const {
  std::string out;
  JsonAppender json(out);
  json.Open('{');
  json.Bytes("log", log_.log());
  if (merged) {
    AppendMergeJson(json, *merged, log_.without());
  } else {
    json.Null("merged");
  }
  json.Open("attempts", '[');
  for (const store::AttemptInfo& attempt : attempts) {
    AppendAttemptJson(json, attempt);
  }
  json.Close(']');
  json.Close('}');
  return out + "\n";
}

}  // namespace

std::unique_ptr<Command> MakeStatsCommand() { return std::make_unique<StatsCommand>(); }

}  // namespace trafrec::tools
