#include <fmt/format.h>

#include <map>

#include "replay/recorded/content.h"
#include "store/reader/exchange_id.h"
#include "tools/command.h"
#include "tools/http_client.h"
#include "tools/json_object.h"
#include "tools/log_options.h"
#include "tools/mark_words.h"
#include "tools/output.h"
#include "tools/source_state.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

using store::SentinelRow;
using store::SentinelVerdict;

/// A sentinel that counted, as all recorders saw it, and what the captured answer says.
struct Watermark {
  SentinelRow first;
  std::vector<SentinelRow> also{};  ///< sightings of other recorders
  uint16_t status = 0;
  std::string method{};
  std::string target{};
  SourceState state{};
};

struct Report {
  std::vector<Watermark> watermarks;
  std::vector<SentinelRow> rejected;
  std::vector<store::AttemptInfo> attempts;
};

/// A damaged frame takes the answer away, not the watermark.
void AddAnswer(store::LogReader& log, Watermark& watermark) {
  const auto row = log.Find(FormatExchangeId(watermark.first.id));
  if (row) {
    watermark.status = row->status;
    watermark.method = row->method;
    watermark.target = row->target;
  }
  const auto exchange =
      row ? log.Load(*row) : Result<store::StoredExchange>(std::unexpected(row.error()));
  if (!exchange) {
    watermark.state.trouble = "its answer cannot be read: " + exchange.error().what;
    return;
  }
  if (!exchange->response) {
    watermark.state.trouble = "its answer is not in the log";
    return;
  }
  const recorded::Content content = recorded::DecodeContent(*exchange->response, kAnswerBytesMax);
  watermark.state = ParseSourceState(content.bytes);
  if (!content.trouble.empty()) {
    watermark.state.trouble = "its answer cannot be decoded: " + content.trouble;
  }
}

Result<Report> ReadReport(store::LogReader& log) {
  Report report;
  TRY_ASSIGN(const std::vector<SentinelRow> rows, log.Sentinels());
  std::map<std::string, size_t> by_nonce;
  for (const SentinelRow& row : rows) {
    if (row.record.verdict != SentinelVerdict::kCounted) {
      report.rejected.push_back(row);
      continue;
    }
    const std::string name = row.record.key_id + row.record.nonce;
    const auto [known, is_new] = by_nonce.emplace(name, report.watermarks.size());
    if (is_new) {
      report.watermarks.push_back({.first = row});
    } else {
      report.watermarks[known->second].also.push_back(row);
    }
  }
  for (Watermark& watermark : report.watermarks) {
    AddAnswer(log, watermark);
  }
  TRY_ASSIGN(report.attempts, log.Attempts());
  return report;
}

std::string TokenInWords(const store::SentinelRecord& record) {
  if (record.nonce.empty()) {
    return record.detail;
  }
  return fmt::format("{} for {}, key {}, sent {}, nonce {}", EscapeForTerminal(record.purpose),
                     EscapeForTerminal(record.audience), EscapeForTerminal(record.key_id),
                     FormatTime(record.sent_at), EscapeForTerminal(record.nonce));
}

std::string InWords(const Watermark& watermark) {
  const store::SentinelRecord& record = watermark.first.record;
  std::string out =
      fmt::format("{}  {}  {}\n    {} {} {}\n    {}\n", FormatTime(record.at),
                  FormatExchangeId(watermark.first.id), EscapeForTerminal(record.purpose),
                  watermark.status, EscapeForTerminal(watermark.method),
                  EscapeForTerminal(watermark.target), TokenInWords(record));
  for (const SentinelRow& sighting : watermark.also) {
    out += fmt::format("    seen as {}, too, at {}\n", FormatExchangeId(sighting.id),
                       FormatTime(sighting.record.at));
  }
  return out + SourceStateInWords(watermark.state);
}

std::string InWords(const Report& report) {
  std::string out = fmt::format("{}, {} rejected\n", CountOf(report.watermarks.size(), "watermark"),
                                CountOf(report.rejected.size(), "sentinel"));
  for (const Watermark& watermark : report.watermarks) {
    out += "\n" + InWords(watermark);
  }
  for (const SentinelRow& row : report.rejected) {
    out += fmt::format("\n{}  {}  rejected: {} ({})\n    {}\n", FormatTime(row.record.at),
                       FormatExchangeId(row.id), VerdictSentence(row.record.verdict),
                       SentinelVerdictName(row.record.verdict), TokenInWords(row.record));
  }
  out += report.attempts.empty() ? "" : "\nmarks\n";
  for (const store::AttemptInfo& attempt : report.attempts) {
    out += fmt::format("  {}-{:04}  {}\n", attempt.recorder, attempt.attempt,
                       MarksInWords(attempt, attempt.written));
  }
  return out;
}

void AppendTokenJson(JsonAppender& json, const SentinelRow& row) {
  const store::SentinelRecord& record = row.record;
  json.Time("time", record.at);
  json.Text("id", FormatExchangeId(row.id));
  json.Text("key", EscapeForTerminal(record.key_id));
  json.Text("audience", EscapeForTerminal(record.audience));
  json.Text("purpose", EscapeForTerminal(record.purpose));
  json.TimeOrNull("sent", record.sent_at);
  json.Text("nonce", EscapeForTerminal(record.nonce));
}

std::string InJson(const Report& report) {
  std::string out;
  JsonAppender json(out);
  json.Open('{');
  json.Open("watermarks", '[');
  for (const Watermark& watermark : report.watermarks) {
    json.Open('{');
    AppendTokenJson(json, watermark.first);
    std::vector<std::string> also;
    for (const SentinelRow& sighting : watermark.also) {
      also.push_back(FormatExchangeId(sighting.id));
    }
    json.Texts("also", also);
    json.Number("status", watermark.status);
    json.Bytes("method", watermark.method);
    json.Bytes("target", watermark.target);
    AppendSourceStateJson(json, watermark.state);
    json.Text("trouble", EscapeForTerminal(watermark.state.trouble));
    json.Close('}');
  }
  json.Close(']');
  json.Open("rejected", '[');
  for (const SentinelRow& row : report.rejected) {
    json.Open('{');
    AppendTokenJson(json, row);
    json.Text("reason", SentinelVerdictName(row.record.verdict));
    json.Text("detail", EscapeForTerminal(row.record.detail));
    json.Close('}');
  }
  json.Close(']');
  json.Open("marks", '[');
  for (const store::AttemptInfo& attempt : report.attempts) {
    json.Open('{');
    json.Text("attempt", fmt::format("{}-{:04}", attempt.recorder, attempt.attempt));
    AppendMarksJson(json, attempt, attempt.written);
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
  return out + "\n";
}

class WatermarksCommand : public Command {
 public:
  CommandText text() const override {
    return {
        .name = "watermarks",
        .summary = "the proved marks in a log, and what they say of the source",
        .usage = {"trafrec watermarks LOG [--json]"},
        .description =
            {"Lists the sentinels that counted: time and place in the log, and from the captured "
             "answers each shard's max_seq_no and checkpoints, primary terms and index UUIDs. "
             "Then those that were rejected, with the reason; and how far each start of a recorder "
             "has everything, with what holds it back.",
             "Only recorders that were started with --audience look for sentinels."},
        .examples = {{"what the log proves", "trafrec watermarks LOG"},
                     {"where the backfill began",
                      "trafrec watermarks LOG --json | jq '.watermarks[] | "
                      "select(.purpose == \"backfill-begin\") | .shards[]'"}}};
  }

  void AddOptions(OptionSet& options) override {
    options.Group("Arguments");
    log_.AddLog(options, "the log to read");
    options.Group("Output");
    options.Flag("--json", json_, "print one JSON object");
    log_.AddSeveral(options, false);
  }

  Result<ExitCode> Run(const Cli& /*cli*/) override {
    TRY_ASSIGN(auto log, log_.Open("trafrec watermarks LOG", json_));
    TRY_ASSIGN(const Report report, ReadReport(*log));
    TRY_ASSIGN(Output out, Output::Open(""));
    out.Write(json_ ? InJson(report) : InWords(report));
    TRY(out.Finish());
    return ExitCode::kDone;
  }

  bool json() const override { return json_; }

 private:
  LogOptions log_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeWatermarksCommand() { return std::make_unique<WatermarksCommand>(); }

}  // namespace trafrec::tools
