#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>

#include "store/sql/log_sql.h"
#include "tools/command.h"
#include "tools/console.h"
#include "tools/dialect_functions.h"
#include "tools/line_editor.h"
#include "tools/log_options.h"
#include "tools/merge_words.h"
#include "tools/output.h"
#include "tools/sql_functions.h"
#include "tools/sql_printer.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

/// SQL that a person or a program writes; more is another file by mistake.
constexpr size_t kSqlBytesMax = size_t{1} << 20;
constexpr std::string_view kBlanks = " \t\r\n";

volatile std::sig_atomic_t g_interrupted = 0;
void OnInterrupt(int /*signal*/) { g_interrupted = 1; }

class SqlCommand : public Command {
 public:
  CommandText text() const override;
  void AddOptions(OptionSet& options) override;
  Result<ExitCode> Run(const Cli& cli) override;
  bool json() const override { return format_ == "json"; }

 private:
  Status RunOne(store::LogSql& sql, std::string_view text, Output& out);
  Status Converse(store::LogSql& sql, Output& out);

  LogOptions log_;
  std::string sql_;
  std::string dialect_ = "auto";
  std::string format_ = "table";
  std::string timeout_;
  std::string color_ = "auto";
  int64_t timeout_ms_ = 0;
};

CommandText SqlCommand::text() const {
  return {
      .name = "sql",
      .summary = "ask a log questions in SQL",
      .usage = {"trafrec sql LOG SQL [options]", "trafrec sql LOG [options] < FILE"},
      .description =
          {"The tables exchanges, gaps, losses, watermarks and results are a view over all "
           "segments "
           "of the log; exchanges has the columns of show --where, and more. request_body(id), "
           "response_body(id), request_head(id), response_head(id), header(id, name) and "
           "response_header(id, name) take the messages out of the log; bodies are decoded. "
           "api(id) "
           "names what a request asks of Elasticsearch or OpenSearch, and operations(id) is a JSON "
           "array of what it does, item by item, and of what became of it: join json_each to it. "
           "SQLite runs the SQL, which can only read.",
           "Without SQL on a terminal: a prompt with a history. Conditions on id, n, time and "
           "time_ns are fast: what they exclude is not read."},
      .examples =
          {{"how the answers were",
            "trafrec sql LOG 'SELECT status, count(*) FROM exchanges "
            "GROUP BY status'"},
           {"who sent most in one minute, as CSV",
            "trafrec sql LOG \"SELECT client, sum(request_bytes) AS bytes FROM exchanges WHERE "
            "time "
            "BETWEEN '2026-11-21T06:48' AND '2026-11-21T06:49' GROUP BY client ORDER BY bytes "
            "DESC\" --format csv"},
           {"a value in JSON bodies",
            "trafrec sql LOG \"SELECT id, json_extract(request_body(id), '$.size') FROM exchanges "
            "WHERE target LIKE '%_search'\""},
           {"what became of the items of bulks",
            "trafrec sql LOG \"SELECT o.value->>'kind' AS kind, o.value->>'fate' AS fate, count(*) "
            "FROM exchanges AS e, json_each(operations(e.id)) AS o WHERE e.target LIKE '%_bulk' "
            "GROUP BY 1, 2\""},
           {"what was not captured",
            "trafrec sql LOG 'SELECT cause, sum(length) FROM gaps GROUP "
            "BY cause'"},
           {"a prompt", "trafrec sql LOG"}},
  };
}

void SqlCommand::AddOptions(OptionSet& options) {
  options.Group("Arguments");
  log_.AddLog(options, "the log to read");
  options.Positional("SQL", sql_, "statements; without it they come from standard input");
  log_.AddSeveral(options, true);
  options.Choice("--dialect", dialect_, "auto|http|search",
                 "what api(id) and operations(id) take the requests for: of any HTTP service, of "
                 "Elasticsearch and OpenSearch, or what the log looks like (auto)");
  options.Group("Output");
  options.Choice("--format", format_, "table|csv|json",
                 "a table, CSV with a header, or a JSON object a line");
  options.Text("--timeout", timeout_, "DURATION",
               "give up after this long: 30s, 5m; without it, never");
  options.Choice("--color", color_, "auto|always|never",
                 "colours: on a terminal (auto), always or never");
}

/// All of standard input.
Result<std::string> ReadInput() {
  std::string text;
  std::array<char, 4'096> bytes{};
  while (text.size() <= kSqlBytesMax) {
    const ssize_t got = read(STDIN_FILENO, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return FailErrno(errno, "cannot read standard input");
    }
    if (got == 0) {
      return text;
    }
    text.append(bytes.data(), static_cast<size_t>(got));
  }
  return Fail(ErrorCode::kUsage, "standard input is longer than 1 MiB of SQL",
              "give the statements alone");
}

Result<ExitCode> SqlCommand::Run(const Cli& /*cli*/) {
  if (!timeout_.empty()) {
    const Result<int64_t> timeout = ParseDurationMs(timeout_);
    if (!timeout) {
      return Fail(ErrorCode::kUsage, "--timeout: " + timeout.error().what, timeout.error().remedy);
    }
    timeout_ms_ = *timeout;
  }
  TRY_ASSIGN(store::LogSelection selection,
             log_.Select("trafrec sql LOG 'SELECT count(*) FROM exchanges'"));
  TRY_ASSIGN(const auto sql, store::LogSql::Open(selection));
  TRY(AddMessageFunctions(sql->tables()));
  TRY(AddDialectFunctions(sql->tables(), dialect_, std::move(selection)));
  log_.Tell(sql->tables().reader().notes());
  TRY_ASSIGN(Output out, Output::Open(""));
  if (sql_.empty() && IsTerminal(STDIN_FILENO)) {
    TRY(Converse(*sql, out));
  } else {
    if (sql_.empty()) {
      TRY_ASSIGN(sql_, ReadInput());
    }
    TRY(RunOne(*sql, sql_, out));
  }
  TRY(out.Finish());
  return ExitCode::kDone;
}

Status SqlCommand::RunOne(store::LogSql& sql, std::string_view text, Output& out) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::milliseconds(timeout_ms_);
  const auto late = [&] { return timeout_ms_ > 0 && Clock::now() >= end; };
  SqlPrinter printer(format_, out.terminal() ? TerminalWidth(STDOUT_FILENO) : 0,
                     Paint(WantsColor(ColorModeOf(color_), STDOUT_FILENO)), out);
  const Status run = sql.Run(text, printer, [&] { return g_interrupted != 0 || late(); });
  printer.Finish();
  out.Flush();
  if (!run && run.error().code == ErrorCode::kInterrupted && g_interrupted == 0) {
    return Fail(ErrorCode::kIo, "--timeout " + timeout_ + ": " + run.error().what,
                "ask for less (WHERE time …, LIMIT), or allow more time");
  }
  if (run && sql.hold()) {
    PrintNote(HoldSentence(*sql.hold()));
  }
  return run;
}

Status SqlCommand::Converse(store::LogSql& sql, Output& out) {
  struct sigaction action{};
  action.sa_handler = OnInterrupt;
  sigaction(SIGINT, &action, nullptr);
  TRY_ASSIGN(const auto editor, LineEditor::Open(LineEditor::HistoryPath("sql_history")));
  out.Write("SQL over the log; .tables lists what there is, .quit leaves. Statements end with ;\n");
  out.Flush();
  std::string statement;
  while (out.good()) {
    const LineEditor::Line line = editor->Read(statement.empty() ? "trafrec> " : "    ...> ");
    if (line.end == LineEditor::End::kEndOfInput) {
      out.Write("\n");
      return {};
    }
    if (line.end == LineEditor::End::kInterrupted || line.text == ".tables") {
      g_interrupted = 0;
      out.Write(line.end == LineEditor::End::kInterrupted ? "\n" : "");
      for (const std::string& table : store::LogTables::InWords()) {
        out.Write(line.end == LineEditor::End::kLine ? table + "\n" : "");
      }
      out.Flush();
      statement.clear();
      continue;
    }
    if (line.text == ".quit") {
      return {};
    }
    statement += (statement.empty() ? "" : "\n") + line.text;
    if (statement.find_first_not_of(kBlanks) == std::string::npos) {
      statement.clear();
    }
    if (statement.empty() || !store::db::QuerySession::IsComplete(statement)) {
      continue;
    }
    editor->Remember(statement);
    const Status run = RunOne(sql, statement, out);
    if (!run) {
      PrintError(run.error(), json());
    }
    g_interrupted = 0;
    statement.clear();
  }
  return {};
}

}  // namespace

std::unique_ptr<Command> MakeSqlCommand() { return std::make_unique<SqlCommand>(); }

}  // namespace trafrec::tools
