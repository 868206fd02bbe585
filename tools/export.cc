#include <unistd.h>

#include "store/reader/exchange_id.h"
#include "tools/command.h"
#include "tools/console.h"
#include "tools/curl_writer.h"
#include "tools/deleted_note.h"
#include "tools/filter_options.h"
#include "tools/gor_writer.h"
#include "tools/har_writer.h"
#include "tools/log_options.h"
#include "tools/merge_words.h"
#include "tools/ndjson_writer.h"
#include "tools/output.h"
#include "tools/raw_writer.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

/// Text of so many bytes is handed on at once.
constexpr size_t kChunkBytes = size_t{256} << 10;

class ExportCommand : public Command {
 public:
  CommandText text() const override;
  void AddOptions(OptionSet& options) override;
  Result<ExitCode> Run(const Cli& cli) override;
  bool json() const override { return json_errors_; }

 private:
  Result<std::unique_ptr<ExchangeWriter>> MakeWriter() const;
  Result<ExitCode> Write(store::LogReader& log, const store::ExchangeFilter& filter,
                         ExchangeWriter& writer, Output& out);

  LogOptions log_;
  std::string format_ = "ndjson";
  std::string output_;
  std::string base_url_;
  FilterOptions filters_;
  bool quiet_ = false;
  bool json_errors_ = false;
};

CommandText ExportCommand::text() const {
  return {
      .name = "export",
      .summary = "print exchanges in a format for other programs",
      .usage = {"trafrec export LOG [--format FORMAT] [-o FILE|DIR] [options]"},
      .description =
          {"ndjson: one JSON object a line, the documented contract (docs/cli.md). har: HAR 1.2, "
           "for "
           "browsers' tools and Playwright. gor: GoReplay's file format. curl: shell commands that "
           "send the same requests again. raw: the bytes of each message as stored.",
           "What a format cannot express is left out and counted on standard error. A file appears "
           "under its name when it is whole."},
      .examples = {{"all answers of 1 MiB and more",
                    "trafrec export LOG --where 'response_bytes >= 1048576'"},
                   {"methods and how often", "trafrec export LOG | jq -r .method | sort | uniq -c"},
                   {"a page for a browser test",
                    "trafrec export LOG --format har --complete -o page.har"},
                   {"send the failed writes to a test server",
                    "trafrec export LOG --format curl --status 5xx --base-url "
                    "http://localhost:9200 -o again.sh && sh again.sh"},
                   {"each message in a file of its own",
                    "trafrec export LOG --format raw -o messages/"}},
  };
}

void ExportCommand::AddOptions(OptionSet& options) {
  options.Group("Arguments");
  log_.AddLog(options, "the log to read");
  options.Group("Output");
  options.Choice("--format", format_, "ndjson|har|gor|curl|raw",
                 "what to print; ndjson if not given");
  options.Text("-o,--output", output_, "PATH",
               "write to this file; for raw a directory that gets ID.request and ID.response; for "
               "curl, bodies that cannot stand in a command go to FILE.bodies");
  options.Text("--base-url", base_url_, "URL",
               "curl: send to this server, as http://host:9200, not to the recorded one");
  options.Flag("-q,--quiet", quiet_, "print no notes on standard error");
  options.Flag("--json", json_errors_, "ndjson is JSON as it is; prints errors as JSON, too");
  filters_.AddTo(options);
  log_.AddSeveral(options, true);
}

Result<std::unique_ptr<ExchangeWriter>> ExportCommand::MakeWriter() const {
  if (format_ == "har") {
    return std::make_unique<HarWriter>();
  }
  if (format_ == "gor") {
    return std::make_unique<GorWriter>();
  }
  const bool to_file = !output_.empty() && output_ != "-";
  if (format_ == "curl") {
    std::string base_url = base_url_;
    while (base_url.ends_with('/')) {
      base_url.pop_back();
    }
    return std::make_unique<CurlWriter>(
        CurlOptions{.base_url = base_url, .script = to_file ? output_ : ""});
  }
  if (format_ == "raw") {
    TRY_ASSIGN(RawWriter writer, RawWriter::Open(to_file ? output_ : ""));
    return std::make_unique<RawWriter>(std::move(writer));
  }
  return std::make_unique<NdjsonWriter>();
}

Result<ExitCode> ExportCommand::Run(const Cli& /*cli*/) {
  TRY_ASSIGN(const store::ExchangeFilter filter, filters_.Make());
  if (!base_url_.empty() && format_ != "curl") {
    return Fail(ErrorCode::kUsage, "--base-url is for --format curl only", "leave it out");
  }
  TRY_ASSIGN(auto log, log_.Open("trafrec export LOG --format ndjson", quiet_));
  TRY_ASSIGN(auto writer, MakeWriter());
  TRY_ASSIGN(Output out, Output::Open(format_ == "raw" ? "" : output_));
  if (format_ == "raw" && output_.empty() && out.terminal()) {
    return Fail(ErrorCode::kUsage, "raw bytes are not for a terminal",
                "-o DIR, or a pipe: trafrec export LOG --format raw | …");
  }
  return Write(*log, filter, *writer, out);
}

Result<ExitCode> ExportCommand::Write(store::LogReader& log, const store::ExchangeFilter& filter,
                                      ExchangeWriter& writer, Output& out) {
  ExitCode exit_code = ExitCode::kDone;
  uint64_t exchanges = 0;
  std::optional<Error> failed;
  std::string text;
  const bool terminal = out.terminal();
  writer.Begin(text);
  TRY(log.Visit(filter, [&](const store::ExchangeRow& row) {
    const Result<store::StoredExchange> exchange = log.Load(row);
    if (!exchange && exchange.error().code == ErrorCode::kPermission) {
      failed = exchange.error();  // the key is missing for the others, too
      return false;
    }
    if (!exchange) {
      // One damaged frame must not cost the others.
      PrintError(exchange.error(), json_errors_);
      exit_code = ExitCode::kFailed;
      return true;
    }
    if (const Status put = writer.Put(*exchange, text); !put) {
      failed = put.error();
      return false;
    }
    ++exchanges;
    if (text.size() >= kChunkBytes) {
      out.Write(terminal ? EscapeForTerminal(text, true) : text);
      text.clear();
    }
    return out.good();
  }));
  if (failed) {
    return std::unexpected(*failed);
  }
  writer.End(text);
  out.Write(terminal ? EscapeForTerminal(text, true) : text);
  TRY(out.Finish());
  if (!quiet_) {
    for (const std::string& note : writer.Notes()) {
      PrintNote(note);
    }
    if (log.hold()) {
      PrintNote(HoldSentence(*log.hold()));
    }
    PrintDeletedNote(log_.folders());
    if (exchanges == 0) {
      PrintNote(filters_.any() ? "no exchange fits" : "the log holds no exchanges");
    }
  }
  return exit_code;
}

}  // namespace

std::unique_ptr<Command> MakeExportCommand() { return std::make_unique<ExportCommand>(); }

}  // namespace trafrec::tools
