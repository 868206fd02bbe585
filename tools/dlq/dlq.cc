#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "replay/ledger/redrive.h"
#include "replay/ledger/sqlite_ledger.h"
#include "tools/command.h"
#include "tools/dlq/dlq_command.h"
#include "tools/dlq/dlq_export.h"
#include "tools/dlq/letter_json.h"
#include "tools/dlq/letter_words.h"
#include "tools/encryption_options.h"
#include "tools/output.h"
#include "tools/shell_quote.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

using ledger::State;

constexpr std::array<std::string_view, 4> kActions = {"list", "show", "export", "redrive"};

/// Those that a run gives (docs/replay_once.md).
constexpr std::array<std::string_view, 10> kReasons = {
    "undecidable", "partly", "contested",  "forbidden",  "failing",
    "unreadable",  "busy",   "unanswered", "unsendable", "blocked"};

class DlqCommand : public Command {
 public:
  CommandText text() const override;
  void AddOptions(OptionSet& options) override;
  Result<ExitCode> Run(const Cli& cli) override;
  bool json() const override { return json_; }

 private:
  Status Check() const;
  Status CheckChoice() const;
  Status CheckReason() const;
  Result<std::string> ResumeCommand() const;
  ledger::LetterQuery Query() const;
  Result<LetterRequests> Requests(ledger::LedgerReader& reader) const;
  Status List() const;
  Status Show() const;
  Status Export() const;
  Status Redrive() const;

  std::string action_;
  std::string run_;
  std::vector<std::string> ids_;
  std::string state_;
  std::string reason_;
  std::optional<uint64_t> limit_;
  bool all_ = false;
  bool over_newer_ = false;
  std::vector<std::string> logs_;
  IdentityOptions identity_;
  std::string out_;
  std::string max_bytes_;
  bool json_ = false;
};

CommandText DlqCommand::text() const {
  return {
      .name = "dlq",
      .summary = "what a replay gave up: list it, look at it, take it out, send it again",
      .usage = {"trafrec dlq list RUN [--state STATE] [--reason WORD] [--json]",
                "trafrec dlq show RUN ID [--json]",
                "trafrec dlq export RUN [--out FILE] [--max-bytes SIZE]",
                "trafrec dlq redrive RUN ID...|--reason WORD|--all"},
      .description =
          {"A mutation that replay can neither prove done nor send again without harm is a dead "
           "letter, with a reason; what comes after it on the same document is blocked behind it. "
           "list and export print them in the order in which they would be sent, show prints one "
           "with its request.",
           "redrive marks dead letters, and what is blocked by them, to be sent at the next "
           "trafrec replay --resume, in the source's order. Look first at what the target has: "
           "a dead letter may have been carried out."},
      .examples = {{"what was given up, and why", "trafrec dlq list RUN"},
                   {"one of them", "trafrec dlq show RUN vm-0001-19/3"},
                   {"in files of 1 MiB", "trafrec dlq export RUN --out dead --max-bytes 1MiB"},
                   {"try one kind again", "trafrec dlq redrive RUN --reason undecidable"}}};
}

void DlqCommand::AddOptions(OptionSet& options) {
  options.Group("Arguments");
  options.Positional("ACTION", action_, "list, show, export or redrive");
  options.Positional("RUN", run_, "the folder of the replay");
  options.Positionals("ID", ids_,
                      "of show and redrive: an operation (vm-0001-19/3), or an exchange for all "
                      "its letters");
  options.Group("Which letters");
  options.Choice("--state", state_, "dead|blocked|redriven", "of list and export: only those");
  options.Text("--reason", reason_, "WORD", "only those with this reason");
  options.Flag("--all", all_, "of redrive: all of them");
  options.Flag("--over-newer", over_newer_,
               "of redrive, after a run with --on-dead continue: also over later writes of the "
               "same documents");
  options.Count("-n,--limit", limit_, "N", "of list: the first N");
  options.Group("The source's log");
  options.Texts("-l,--log", logs_, "LOG",
                "of show and export: where it is now, if it was moved; repeatable, for folders "
                "that are parts of one log");
  identity_.AddTo(options);
  options.Group("Output");
  options.Text("-o,--out", out_, "FILE",
               "of export: into this file; with --max-bytes FILE.1, FILE.2 and so on");
  options.Text("--max-bytes", max_bytes_, "SIZE", "of export: no part is larger");
  options.Flag("--json", json_,
               "one JSON object, of list one a letter; export prints NDJSON anyway");
}

Status DlqCommand::Check() const {
  if (action_.empty() || run_.empty()) {
    return Fail(ErrorCode::kUsage, action_.empty() ? "no action given" : "no run given",
                "as in: trafrec dlq list RUN");
  }
  if (std::ranges::find(kActions, action_) == kActions.end()) {
    return Fail(ErrorCode::kUsage, fmt::format("there is no action '{}'", action_),
                fmt::format("one of these: {}", fmt::join(kActions, ", ")));
  }
  struct Use {
    const char* option;
    bool given;
    std::string_view actions;
  };
  for (const Use& use : std::array{
           Use{"--state", !state_.empty(), "list export"},
           Use{"--reason", !reason_.empty(), "list export redrive"}, Use{"--all", all_, "redrive"},
           Use{"--over-newer", over_newer_, "redrive"}, Use{"--limit", limit_.has_value(), "list"},
           Use{"--log", !logs_.empty(), "show export"},
           Use{"--identity", !identity_.files.empty(), "show export"},
           Use{"--out", !out_.empty(), "export"}, Use{"--max-bytes", !max_bytes_.empty(), "export"},
           Use{"an ID", !ids_.empty(), "show redrive"}}) {
    if (use.given && !use.actions.contains(action_)) {
      return Fail(ErrorCode::kUsage, fmt::format("{} is not for {}", use.option, action_),
                  fmt::format("it is for {}", use.actions));
    }
  }
  return CheckChoice();
}

Status DlqCommand::CheckChoice() const {
  if (action_ == "show" && ids_.size() != 1) {
    return Fail(ErrorCode::kUsage, "show takes one ID", "as in: trafrec dlq show RUN vm-0001-19/3");
  }
  const int chosen = (ids_.empty() ? 0 : 1) + (reason_.empty() ? 0 : 1) + (all_ ? 1 : 0);
  if (action_ == "redrive" && chosen != 1) {
    return Fail(ErrorCode::kUsage,
                chosen == 0 ? "which letters are to be sent again?"
                            : "IDs, --reason and --all exclude each other",
                "give IDs, or --reason WORD, or --all");
  }
  return {};
}

ledger::LetterQuery DlqCommand::Query() const {
  ledger::LetterQuery query{.reason = reason_};
  for (const State state : {State::kDead, State::kBlocked, State::kRedriven}) {
    if (state_ == NameOf(state)) {
      query.states = {state};
    }
  }
  return query;
}

Result<LetterRequests> DlqCommand::Requests(ledger::LedgerReader& reader) const {
  TRY_ASSIGN(const ledger::RunFacts facts, reader.Facts());
  TRY_ASSIGN(store::Identities identities, identity_.Make());
  return LetterRequests::Open(facts, {logs_.begin(), logs_.end()}, std::move(identities));
}

/// A word that no letter of any run has is a mistake; one that none of this run has is no letters.
Status DlqCommand::CheckReason() const {
  if (reason_.empty() || std::ranges::find(kReasons, reason_) != kReasons.end()) {
    return {};
  }
  TRY_ASSIGN(const auto reader, ledger::OpenLedgerReader(run_));
  TRY_ASSIGN(const auto found, reader->Letters({.reason = reason_, .limit = 1}));
  return found.empty()
             ? Fail(ErrorCode::kUsage, fmt::format("no letter has the reason '{}'", reason_),
                    fmt::format("one of these: {}", fmt::join(kReasons, ", ")))
             : Status();
}

/// What sends again what was marked, to be copied.
Result<std::string> DlqCommand::ResumeCommand() const {
  TRY_ASSIGN(const auto reader, ledger::OpenLedgerReader(run_));
  TRY_ASSIGN(const ledger::RunFacts facts, reader->Facts());
  return fmt::format("trafrec replay {} --run {} --resume", ShellQuoted(facts.log_folders.front()),
                     ShellQuoted(run_));
}

Result<ExitCode> DlqCommand::Run(const Cli& /*cli*/) {
  TRY(Check());
  TRY(CheckReason());
  TRY(action_ == "list"     ? List()
      : action_ == "show"   ? Show()
      : action_ == "export" ? Export()
                            : Redrive());
  return ExitCode::kDone;
}

Status DlqCommand::List() const {
  TRY_ASSIGN(const auto reader, ledger::OpenLedgerReader(run_));
  TRY_ASSIGN(Output out, Output::Open(""));
  uint64_t count = 0;
  TRY(ForEachLetter(*reader, Query(), [&](const ledger::Letter& letter) -> Result<bool> {
    if (limit_ && count == *limit_) {
      return false;
    }
    ++count;
    std::string line;
    if (json_) {
      AppendLetterLine(line, letter, nullptr);
    } else {
      line = InWords(letter);
    }
    out.Write(line);
    return out.good();
  }));
  if (!json_) {
    out.Write(fmt::format("{}\n", CountOf(count, "letter")));
  }
  return out.Finish();
}

Status DlqCommand::Show() const {
  TRY_ASSIGN(const auto reader, ledger::OpenLedgerReader(run_));
  TRY_ASSIGN(const store::OperationAddress asked, store::ParseAddress(ids_.front()));
  TRY_ASSIGN(LetterRequests requests, Requests(*reader));
  std::vector<uint32_t> items;
  if (asked.item) {
    items = {*asked.item};
  } else {
    TRY_ASSIGN(const auto states, reader->StatesOf(asked.exchange));
    for (const auto& [item, state] : states) {
      items.push_back(item);
    }
  }
  std::string page;
  for (const uint32_t item : items) {
    const ledger::Address at{.exchange = asked.exchange, .item = item};
    TRY_ASSIGN(const std::optional<ledger::Letter> letter, reader->FindLetter(at));
    if (letter) {
      const LetterRequest request = requests.Find(at);
      page += page.empty() || json_ ? "" : "\n";
      json_ ? AppendLetterLine(page, *letter, &request)
            : static_cast<void>(page += PageOf(*letter, request));
    }
  }
  if (page.empty()) {
    return Fail(ErrorCode::kNotFound, fmt::format("{} is no dead letter of {}", ids_.front(), run_),
                "trafrec dlq list RUN shows which there are");
  }
  TRY_ASSIGN(Output out, Output::Open(""));
  out.Write(page);
  return out.Finish();
}

Status DlqCommand::Export() const {
  TRY_ASSIGN(const auto reader, ledger::OpenLedgerReader(run_));
  TRY_ASSIGN(LetterRequests requests, Requests(*reader));
  DlqExport options{.run = std::filesystem::absolute(run_).lexically_normal().string(),
                    .out = out_ == "-" ? "" : out_};
  if (!max_bytes_.empty()) {
    TRY_ASSIGN(options.bytes_max, Named("--max-bytes", ParseSize(max_bytes_)));
  }
  TRY_ASSIGN(const DlqExported exported, ExportLetters(*reader, Query(), requests, options));
  if (options.out.empty()) {
    return {};
  }
  TRY_ASSIGN(Output out, Output::Open(""));
  out.Write(json_
                ? fmt::format("{{\"letters\":{},\"parts\":{}}}\n", exported.letters, exported.parts)
                : fmt::format("{} in {}\n", CountOf(exported.letters, "letter"),
                              CountOf(exported.parts, "part")));
  return out.Finish();
}

Status DlqCommand::Redrive() const {
  ledger::RedriveSelection selection{.all = all_, .reason = reason_, .over_newer = over_newer_};
  for (const std::string& id : ids_) {
    TRY_ASSIGN(selection.operations.emplace_back(), store::ParseAddress(id));
  }
  TRY_ASSIGN(const ledger::RunLock lock, ledger::RunLock::Take(run_));
  TRY_ASSIGN(const uint64_t marked, ledger::Redrive(lock, selection));
  TRY_ASSIGN(Output out, Output::Open(""));
  if (json_) {
    out.Write(fmt::format("{{\"redriven\":{}}}\n", marked));
  } else {
    out.Write(fmt::format("{} to be sent again\n", CountOf(marked, "operation")));
    if (marked == 0 && reason_ == "blocked") {
      out.Write(fmt::format(
          "what is blocked goes with the dead one that blocks it: trafrec dlq list {}\n",
          ShellQuoted(run_)));
    }
    if (marked > 0) {
      TRY_ASSIGN(const std::string next, ResumeCommand());
      out.Write("next: " + next + "\n");
    }
  }
  return out.Finish();
}

}  // namespace

std::unique_ptr<Command> MakeDlqCommand() { return std::make_unique<DlqCommand>(); }

}  // namespace trafrec::tools
