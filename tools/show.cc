#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "replay/recorded/content.h"
#include "store/files/log_layout.h"
#include "tools/command.h"
#include "tools/console.h"
#include "tools/deleted_note.h"
#include "tools/exchange_page.h"
#include "tools/exchange_table.h"
#include "tools/filter_options.h"
#include "tools/log_options.h"
#include "tools/merge_words.h"
#include "tools/ndjson_writer.h"
#include "tools/output.h"
#include "tools/terminal.h"

namespace trafrec::tools {
namespace {

/// How often --follow looks for new exchanges; the writer commits each 100 ms.
constexpr int kFollowIntervalMs = 200;
/// On a terminal a longer body is cut; elsewhere it is not.
constexpr size_t kTerminalBodyBytesMax = size_t{16} << 10;

volatile std::sig_atomic_t g_interrupted = 0;
void OnInterrupt(int /*signal*/) { g_interrupted = 1; }

class ShowCommand : public Command {
 public:
  CommandText text() const override;
  void AddOptions(OptionSet& options) override;
  Result<ExitCode> Run(const Cli& cli) override;
  bool json() const override { return json_; }

 private:
  Result<std::unique_ptr<store::LogReader>> OpenOrWait() const;
  Result<ExitCode> List(store::LogReader& log);
  Status Follow(store::LogReader& log, const store::ExchangeFilter& filter, ExchangeTable& table,
                Output& out);
  Result<ExitCode> ShowSome(store::LogReader& log);
  Status ShowOne(const store::StoredExchange& exchange, Output& out);
  Status PrintBody(const store::StoredExchange& exchange, Output& out) const;
  void PutRow(const store::ExchangeRow& row, ExchangeTable& table, std::string& out) const;

  LogOptions log_;
  std::vector<std::string> ids_;
  FilterOptions filters_;
  bool follow_ = false;
  bool request_ = false;
  bool response_ = false;
  bool body_ = false;
  bool raw_body_ = false;
  bool json_ = false;
  std::string color_ = "auto";
};

CommandText ShowCommand::text() const {
  return {
      .name = "show",
      .summary = "list the exchanges of a log, or show one",
      .usage = {"trafrec show LOG [options]", "trafrec show LOG ID… [options]"},
      .description =
          {"Without an ID: a line for each exchange, in order of time. With an ID from such a "
           "line: "
           "what is known of the exchange in words, then its heads and bodies. Bodies are decoded "
           "(gzip, deflate, br, zstd), JSON is indented, binary ones are a hexdump.",
           "REQ and RESP are the sizes of the bodies before their content encoding is taken off. "
           "LATENCY is from the last byte of the request to the first of the response. What is "
           "wrong with an exchange stands behind its target. Of several recorders' exchanges each "
           "is shown once; SEEN says how many saw it."},
      .examples = {{"everything", "trafrec show LOG"},
                   {"what failed in the last five minutes",
                    "trafrec show LOG --status 5xx,none --since -5m"},
                   {"slow writes, by SQL",
                    "trafrec show LOG --method PUT,POST --where 'latency_ns > 1e9'"},
                   {"what is incomplete, while it is being recorded",
                    "trafrec show LOG --incomplete --follow"},
                   {"what two machines recorded, as one list",
                    "trafrec show LOG --also /mnt/node2/LOG"},
                   {"one exchange", "trafrec show LOG web1-0001-12s"},
                   {"only the body of its response, as a program wants it",
                    "trafrec show LOG web1-0001-12s --body | jq ."}},
  };
}

void ShowCommand::AddOptions(OptionSet& options) {
  options.Group("Arguments");
  log_.AddLog(options, "the log to read");
  options.Positionals("ID", ids_, "exchanges to show, as the list names them");
  filters_.AddTo(options);
  log_.AddSeveral(options, true);
  options.Group("Output");
  options.Flag("-f,--follow", follow_,
               "wait for more, until Ctrl-C; open exchanges come again when they are complete");
  options.Flag("--request", request_, "with an ID: only the request");
  options.Flag("--response", response_, "with an ID: only the response");
  options.Flag("--body", body_,
               "with an ID: only the bytes of the response's body (with --request: of the "
               "request's), decoded");
  options.Flag("--raw-body", raw_body_, "as --body, but with its content encoding left on");
  options.Flag("--json", json_,
               "one JSON object a line: rows without heads and bodies, or with an ID the whole "
               "exchange as export prints it");
  options.Choice("--color", color_, "auto|always|never",
                 "colours: on a terminal (auto), always or never");
}

Result<ExitCode> ShowCommand::Run(const Cli& /*cli*/) {
  body_ = body_ || raw_body_;
  if (ids_.empty() && (request_ || response_ || body_)) {
    return Fail(ErrorCode::kUsage, "--request, --response and --body need the ID of an exchange",
                "trafrec show LOG lists the IDs");
  }
  if (!ids_.empty() && (filters_.any() || follow_)) {
    return Fail(ErrorCode::kUsage, "filters and --follow are for lists, not for a given ID",
                "leave one of them out");
  }
  if (follow_) {
    struct sigaction action{};
    action.sa_handler = OnInterrupt;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
  }
  TRY_ASSIGN(auto log, OpenOrWait());
  if (log == nullptr) {
    return ExitCode::kDone;
  }
  return ids_.empty() ? List(*log) : ShowSome(*log);
}

bool OneIsToCome(const std::vector<std::filesystem::path>& folders) {
  return std::ranges::any_of(folders, [](const std::filesystem::path& folder) {
    return store::CanBecomeLog(folder).value_or(false);
  });
}

/// Waits until a reader of standard output goes away (false), or for the next look.
bool PauseOutput() {
  pollfd reader{STDOUT_FILENO, 0, 0};
  return poll(&reader, 1, kFollowIntervalMs) <= 0 || (reader.revents & (POLLERR | POLLHUP)) == 0;
}

/// With --follow a log that does not exist yet is waited for. Null: until somebody ended it.
Result<std::unique_ptr<store::LogReader>> ShowCommand::OpenOrWait() const {
  constexpr const char* kExample = "trafrec show LOG";
  TRY(log_.Check(kExample));
  for (bool told = false; follow_ && OneIsToCome(log_.folders()); told = true) {
    if (!told) {
      PrintNote(EscapeForTerminal("there is no log " + log_.log()) +
                " yet: waiting for a recorder to make it");
    }
    if (!PauseOutput() || g_interrupted != 0) {
      return nullptr;
    }
  }
  return log_.Open(kExample);
}

void ShowCommand::PutRow(const store::ExchangeRow& row, ExchangeTable& table,
                         std::string& out) const {
  json_ ? AppendRowJson(out, row) : table.Put(row, out);
}

Result<ExitCode> ShowCommand::List(store::LogReader& log) {
  TRY_ASSIGN(const store::ExchangeFilter filter, filters_.Make());
  TRY_ASSIGN(Output out, Output::Open(""));
  TRY_ASSIGN(const bool several, log.HasSeveralRecorders());
  ExchangeTable table(out.terminal() ? TerminalWidth(STDOUT_FILENO) : 0,
                      Paint(WantsColor(ColorModeOf(color_), STDOUT_FILENO)), several);
  uint64_t rows = 0;
  std::string text;
  TRY(log.Visit(filter, [&](const store::ExchangeRow& row) {
    PutRow(row, table, text);
    out.Write(text);
    text.clear();
    ++rows;
    return out.good() && g_interrupted == 0;
  }));
  if (!json_ && (rows > 0 || follow_)) {
    table.Release(text);
    out.Write(text);
  }
  if (follow_ && (!filter.limit || rows < *filter.limit)) {
    TRY_ASSIGN(const auto attempts, log.Progress());
    if (attempts.empty()) {
      PrintNote("the log has no recorder yet: waiting for one");
    }
    store::ExchangeFilter rest = filter;
    if (rest.limit) {
      *rest.limit -= rows;
    }
    TRY(Follow(log, rest, table, out));
  } else if (log.hold()) {
    PrintNote(HoldSentence(*log.hold()));
  } else if (rows == 0 && !json_) {
    PrintNote(filters_.any() ? "no exchange fits" : "the log holds no exchanges");
  }
  if (!json_) {
    PrintDeletedNote(log_.folders());
  }
  TRY(out.Finish());
  return ExitCode::kDone;
}

Status ShowCommand::Follow(store::LogReader& log, const store::ExchangeFilter& filter,
                           ExchangeTable& table, Output& out) {
  uint64_t rows = 0;
  std::string text;
  const auto visit = [&](const store::ExchangeRow& row) {
    PutRow(row, table, text);
    out.Write(text);
    text.clear();
    ++rows;
    return out.good() && (!filter.limit || rows < *filter.limit);
  };
  store::ExchangeFilter unlimited = filter;
  unlimited.limit.reset();
  std::string told;
  uint64_t missed = 0;
  while (g_interrupted == 0 && out.good() && (!filter.limit || rows < *filter.limit)) {
    TRY(log.Follow(unlimited, visit));
    out.Flush();
    if (log.hold() && log.hold()->recorder != told && IsWorthTelling(*log.hold())) {
      PrintNote(HoldSentence(*log.hold()));
      told = log.hold()->recorder;
    }
    if (log.missed() > missed) {
      TRY_ASSIGN(const bool several, log.HasSeveralRecorders());
      PrintMissedNote(log.missed() - missed, several);
      missed = log.missed();
    }
    if (!PauseOutput()) {
      break;
    }
  }
  return {};
}

Result<ExitCode> ShowCommand::ShowSome(store::LogReader& log) {
  TRY_ASSIGN(Output out, Output::Open(""));
  bool first = true;
  for (const std::string& id : ids_) {
    TRY_ASSIGN(const store::ExchangeRow row, log.Find(id));
    TRY_ASSIGN(const store::StoredExchange exchange, log.Load(row));
    if (!first && !json_ && !body_) {
      out.Write("\n");
    }
    first = false;
    TRY(ShowOne(exchange, out));
  }
  TRY(out.Finish());
  return ExitCode::kDone;
}

Status ShowCommand::ShowOne(const store::StoredExchange& exchange, Output& out) {
  if (body_) {
    return PrintBody(exchange, out);
  }
  if (json_) {
    std::string text;
    TRY(NdjsonWriter().Put(exchange, text));
    out.Write(text);
    return {};
  }
  const bool both = request_ == response_;
  const PageOptions options{.request = both || request_,
                            .response = both || response_,
                            .body_bytes_max = out.terminal() ? kTerminalBodyBytesMax : 0};
  out.Write(ExchangePage(exchange, options, Paint(WantsColor(ColorModeOf(color_), STDOUT_FILENO))));
  return {};
}

Status ShowCommand::PrintBody(const store::StoredExchange& exchange, Output& out) const {
  const std::optional<store::StoredMessage>& message =
      request_ && !response_ ? exchange.request : exchange.response;
  if (!message) {
    return Fail(ErrorCode::kNotFound,
                std::string("the exchange has no ") + (request_ ? "request" : "response"),
                "its page says why: leave --body out");
  }
  if (raw_body_) {
    out.Write(out.terminal() ? EscapeForTerminal(message->body, true) : message->body);
    return {};
  }
  const recorded::Content content = recorded::DecodeContent(*message, recorded::kContentBytesMax);
  if (!content.trouble.empty()) {
    PrintNote(content.trouble);
  }
  if (message->body.size() < message->facts.body_bytes) {
    PrintNote("the body is not whole: bytes of it are not in the log");
  }
  out.Write(out.terminal() ? EscapeForTerminal(content.bytes, true) : content.bytes);
  return {};
}

}  // namespace

std::unique_ptr<Command> MakeShowCommand() { return std::make_unique<ShowCommand>(); }

}  // namespace trafrec::tools
