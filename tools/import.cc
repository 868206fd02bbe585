#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string_view>

#include "tools/accounting.h"
#include "tools/command.h"
#include "tools/console.h"
#include "tools/event_log.h"
#include "tools/import_options.h"
#include "tools/interrupt.h"
#include "tools/json_object.h"
#include "tools/output.h"
#include "tools/progress.h"
#include "tools/shell_quote.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

using import::ImportSummary;

/// Places of damage that a person reads; --json has more.
constexpr size_t kPlacesShown = 10;

/// "cached_entries" in words; in the order of the names.
struct ReasonWords {
  std::string_view name;
  std::string_view words;
};

constexpr ReasonWords kReasons[] = {
    {"bodies_not_base64", "with a body that is said to be base64, and is not"},
    {"bytes_behind_a_message", "with bytes behind their end, which were dropped"},
    {"cached_entries", "that a browser answered from its cache: nothing was sent"},
    {"other_schemes", "of other protocols than HTTP"},
    {"out_of_order", "that came much later in their file than their time: they keep that place"},
    {"recorded_responses", "of the recorded server; --responses recorded takes these"},
    {"repeated_ids", "with an id that had its record already"},
    {"replayed_responses",
     "that GoReplay got for what it sent again; --responses replayed takes these"},
};

std::string WordsOf(const std::string& reason) {
  const auto* const found = std::ranges::find(kReasons, reason, &ReasonWords::name);
  return found == std::end(kReasons) ? reason : std::string(found->words);
}

std::string PlaceText(const import::LeftOut& place) {
  std::string text = fmt::format("{}, byte {}: {}", EscapeForTerminal(place.file),
                                 WithCommas(place.offset), place.what);
  if (place.bytes > 0) {
    text += fmt::format(" ({} left out)", CountOf(place.bytes, "byte"));
  }
  return text + (place.cut ? "; the file is cut there" : "");
}

class ImportCommand : public Command {
 public:
  CommandText text() const override;
  void AddOptions(OptionSet& options) override { options_.AddTo(options); }
  Result<ExitCode> Run(const Cli& cli) override;
  bool json() const override { return options_.json; }

 private:
  std::string Words(const ImportSummary& summary, double seconds) const;
  std::string Json(const ImportSummary& summary, double seconds) const;

  ImportCommandOptions options_;
};

CommandText ImportCommand::text() const {
  return {
      .name = "import",
      .summary = "make a log of HAR, GoReplay's .gor or NDJSON files",
      .usage = {"trafrec import FILE… -l LOG [options]"},
      .description =
          {"Takes over what others recorded, so that it can be searched, replayed and compared: "
           "HAR 1.1 and 1.2, GoReplay's .gor files, and the NDJSON of trafrec export. Times are "
           "kept; what a file does not have is flagged. docs/import.md says what becomes of what, "
           "and how to take flows over from mitmproxy.",
           "Secrets are replaced as record does it. What is damaged is named by its place and left "
           "out, and the exit code is 3. An import that does not come to its end (Ctrl-C: exit "
           "code "
           "130) leaves nothing in the log; call it again."},
      .examples = {{"a page, as a browser saved it", "trafrec import page.har -l LOG"},
                   {"several files, merged by time",
                    "trafrec import requests_0.gor requests_1.gor.gz -l LOG"},
                   {"what GoReplay got from the new server, as a log of its own",
                    "trafrec import replayed.gor --responses replayed -l NEW"},
                   {"a part of another log",
                    "trafrec export OLD --status 5xx | trafrec import - -l LOG"}},
  };
}

Result<ExitCode> ImportCommand::Run(const Cli& /*cli*/) {
  TRY(options_.Check());
  TRY_ASSIGN(import::ImportOptions options, options_.Make());
  const bool silent = options_.quiet || options_.json;
  EventLog events(LogFormat::kText);
  ProgressPrinter progress(events,
                           silent ? ProgressPrinter::Mode::kOff
                                  : ProgressPrinter::ModeFor(false, IsTerminal(STDERR_FILENO)));
  const Interrupt interrupt;
  const auto began_at = std::chrono::steady_clock::now();
  Result<ImportSummary> summary =
      import::Import(std::move(options), Interrupt::came(), [&](const import::ImportProgress& now) {
        capture::RecorderProgress shown;
        shown.bytes_read = now.bytes_read;
        shown.bytes_total = now.bytes_total;
        shown.exchanges = now.exchanges;
        progress.Show(shown);
      });
  events.ShowLine("");
  if (!summary && summary.error().code == ErrorCode::kInterrupted) {
    return Fail(ErrorCode::kInterrupted, "interrupted: nothing of it is in the log",
                "import it again");
  }
  TRY(summary);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began_at).count();
  for (const std::string& sum : summary->broken_sums) {
    PrintNote("a sum does not hold, which is a bug of trafrec; please report it: " + sum);
  }
  if (!options_.quiet || options_.json) {
    TRY_ASSIGN(Output out, Output::Open(""));
    out.Write(options_.json ? Json(*summary, seconds) : Words(*summary, seconds));
    TRY(out.Finish());
  }
  return summary->report.whole() ? ExitCode::kDone : ExitCode::kDifferences;
}

std::string ImportCommand::Words(const ImportSummary& summary, double seconds) const {
  const Paint paint(WantsColor(ColorMode::kAuto, STDOUT_FILENO));
  const uint64_t incomplete = ValueOf(summary.counters, "exchanges.incomplete");
  std::string text = paint(Tone::kBold, "imported " + CountOf(summary.log.exchanges, "exchange")) +
                     fmt::format(" ({} incomplete) from {}, {}, in {}\n",
                                 incomplete == 0 ? "none" : WithCommas(incomplete),
                                 CountOf(summary.formats.size(), "file"), HumanBytes(summary.bytes),
                                 HumanDuration(static_cast<int64_t>(seconds * 1e9)));
  text += fmt::format("  log   {}, {}\n", EscapeForTerminal(options_.log),
                      HumanBytes(summary.log.stored_bytes));
  const auto note = [&](std::string_view what) {
    text += "  " + paint(Tone::kYellow, "note") + "  " + std::string(what) + "\n";
  };
  for (const auto& [reason, count] : summary.report.left_out) {
    note(fmt::format("{} left out {}", CountOf(count, "record"), WordsOf(reason)));
  }
  for (const auto& [reason, count] : summary.report.noted) {
    note(fmt::format("{} {}", CountOf(count, "record"), WordsOf(reason)));
  }
  const import::ImportReport& report = summary.report;
  if (!report.whole()) {
    text += "  " + paint(Tone::kRed, "lost") +
            fmt::format("  {} could not be read, {}\n",
                        CountOf(report.damaged + report.cut_files, "place"),
                        HumanBytes(report.damaged_bytes));
    for (size_t i = 0; i < report.places.size() && i < kPlacesShown; ++i) {
      text += "        " + PlaceText(report.places[i]) + "\n";
    }
    if (report.damaged + report.cut_files > kPlacesShown) {
      text += "        and more (--json has them)\n";
    }
  }
  return text + "next: trafrec " + (summary.log.exchanges > 0 ? "show " : "stats ") +
         ShellQuoted(options_.log) + "\n";
}

std::string ImportCommand::Json(const ImportSummary& summary, double seconds) const {
  std::string out;
  JsonAppender json(out);
  const auto counts = [&](const char* name, const std::map<std::string, uint64_t>& values) {
    json.Open(name, '{');
    for (const auto& [reason, count] : values) {
      json.Number(reason, count);
    }
    json.Close('}');
  };
  json.Open('{');
  json.Bytes("log", options_.log);
  json.Number("exchanges", summary.log.exchanges);
  json.Number("incomplete", ValueOf(summary.counters, "exchanges.incomplete"));
  json.Number("messages", summary.log.messages);
  json.Open("files", '[');
  for (size_t i = 0; i < summary.formats.size(); ++i) {
    json.Open('{');
    json.Bytes("file", options_.files[i]);
    json.Text("format", import::FormatName(summary.formats[i]));
    json.Close('}');
  }
  json.Close(']');
  json.Number("bytes", summary.bytes);
  json.Number("segments", summary.log.segments);
  json.Number("raw_bytes", summary.log.raw_bytes);
  json.Number("stored_bytes", summary.log.stored_bytes);
  json.Number("wall_ns", static_cast<int64_t>(seconds * 1e9));
  json.TimeOrNull("first", summary.first_at);
  json.TimeOrNull("last", summary.last_at);
  counts("left_out", summary.report.left_out);
  counts("noted", summary.report.noted);
  json.Number("damaged_places", summary.report.damaged);
  json.Number("cut_files", summary.report.cut_files);
  json.Number("damaged_bytes", summary.report.damaged_bytes);
  json.Open("damages", '[');
  for (const import::LeftOut& place : summary.report.places) {
    json.Open('{');
    json.Bytes("file", place.file);
    json.Number("offset", place.offset);
    json.Number("bytes", place.bytes);
    json.Text("what", place.what);
    json.Bool("cut", place.cut);
    json.Close('}');
  }
  json.Close(']');
  json.Texts("broken_sums", summary.broken_sums);
  json.Close('}');
  return out + "\n";
}

}  // namespace

std::unique_ptr<Command> MakeImportCommand() { return std::make_unique<ImportCommand>(); }

}  // namespace trafrec::tools
