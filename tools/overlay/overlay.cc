#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>

#include "replay/dialect/dialect.h"
#include "replay/plan/overlay_check.h"
#include "store/crypto/encoding.h"
#include "store/files/log_layout.h"
#include "store/overlay/overlay_reader.h"
#include "store/overlay/overlay_writer.h"
#include "store/reader/exchange_id.h"
#include "tools/json_object.h"
#include "tools/output.h"
#include "tools/overlay/entry_json.h"
#include "tools/overlay/entry_words.h"
#include "tools/overlay/input_file.h"
#include "tools/overlay/overlay_command.h"
#include "tools/overlay/overlay_edits.h"
#include "tools/overlay/overlay_remove.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

constexpr std::array<std::string_view, 8> kActions = {"drop",   "insert", "move", "rewrite",
                                                      "import", "remove", "list", "show"};

class OverlayCommand : public Command {
 public:
  CommandText text() const override;
  void AddOptions(OptionSet& options) override;
  Result<ExitCode> Run(const Cli& cli) override;
  bool json() const override { return json_; }

 private:
  Status Check() const;
  Result<ExitCode> PutEntries();
  Result<ExitCode> RemoveEntries() const;
  Status Import(store::OverlayWriter& writer);
  Status Put(store::OverlayWriter& writer, OverlayEdits edits);
  void Note(const store::OverlayEntry& entry);
  Status CheckRequests(store::LogReader& log);
  Status List(Output& out) const;
  Status ShowExchange(Output& out) const;
  Status ShowSummary(Output& out) const;
  template <typename Entry>
  void Write(Output& out, const Entry& entry) const;

  std::string file_;
  std::string action_;
  std::vector<std::string> operands_;
  std::vector<std::string> logs_;
  std::vector<std::string> kinds_;
  OverlayEditOptions edits_;
  bool json_ = false;
  std::vector<store::OverlayEntry> entries_;  ///< that were put, and can be checked
  std::string put_;                           ///< what was put, as --json prints it
  uint64_t count_ = 0;                        ///< entries that were put
  std::string inserted_;                      ///< ids of insertions that were put, the first ones
};

CommandText OverlayCommand::text() const {
  return {
      .name = "overlay",
      .summary = "lay drops, insertions, moves and rewrites over a log, for replay",
      .usage = {"trafrec overlay FILE drop ID... --log LOG [--reason TEXT]",
                "trafrec overlay FILE insert --request FILE --before|--after ID --log LOG",
                "trafrec overlay FILE move ID --before|--after ID --log LOG",
                "trafrec overlay FILE rewrite ID... [--method ...] [--set ...] --log LOG",
                "trafrec overlay FILE import NDJSON --log LOG",
                "trafrec overlay FILE remove ID... [--kind KIND]",
                "trafrec overlay FILE list|show [ID] [--json]"},
      .description =
          {"A log is never changed. What is to be replayed otherwise than it was recorded stands "
           "in FILE, which replay lays over the log (--overlay). FILE is made when there is none, "
           "and each call puts all or nothing.",
           "An ID is an exchange's (vm-0001-19), or an item of a bulk (vm-0001-19/3, from 0). An "
           "insertion gets an id of its own. One entry of a kind stands for an ID: the last one. "
           "import reads what list --json prints, verdicts and commit positions too. remove takes "
           "out all that FILE says of just this exchange, item or insertion, or what is of a "
           "--kind; with --json it prints what it took out, and import puts that back."},
      .examples = {
          {"a request that must not be sent",
           "trafrec overlay fix.overlay drop vm-0001-19 --log LOG --reason 'load test'"},
          {"one that was never recorded",
           "trafrec overlay fix.overlay insert --request put.http --after vm-0001-19 --log LOG"},
          {"two writes that committed the other way round",
           "trafrec overlay fix.overlay move vm-0001-1a --after vm-0001-1b --log LOG"},
          {"one number in a body",
           "trafrec overlay fix.overlay rewrite vm-0001-1c --set /price=1.0 --log LOG"},
          {"the exchange is to be sent after all",
           "trafrec overlay fix.overlay remove vm-0001-19 --kind drop"},
          {"all of it", "trafrec overlay fix.overlay list"},
          {"lay it over the log", "trafrec replay LOG --overlay fix.overlay --to URL --run RUN"}}};
}

void OverlayCommand::AddOptions(OptionSet& options) {
  options.Group("Arguments");
  options.Positional("FILE", file_, "the overlay");
  options.Positional("ACTION", action_,
                     "drop, insert, move, rewrite, import, remove, list or show");
  options.Positionals("ID", operands_,
                      "exchanges or operations; of import: a file, - for standard "
                      "input");
  options.Group("Log");
  options.Texts("-l,--log", logs_, "LOG",
                "the log that the overlay is for; needed to put entries. Repeatable, for folders "
                "that are parts of one log");
  edits_.AddTo(options);
  options.Group("Entries, of remove");
  options.List("--kind", kinds_, "KIND",
               "of remove: only entries of this kind: drop, verdict, move, position, rewrite or "
               "insert; repeatable, or separated by commas");
  options.Group("Output");
  options.Flag("--json", json_, "entries as NDJSON; of show without an ID: one object");
}

Status OverlayCommand::Check() const {
  const bool known = std::ranges::find(kActions, action_) != kActions.end();
  if (file_.empty() || action_.empty()) {
    return Fail(ErrorCode::kUsage, file_.empty() ? "no overlay given" : "no action given",
                "as in: trafrec overlay FILE list");
  }
  if (!known) {
    return Fail(ErrorCode::kUsage, fmt::format("there is no action '{}'", action_),
                fmt::format("one of these: {}", fmt::join(kActions, ", ")));
  }
  if (!kinds_.empty() && action_ != "remove") {
    return Fail(ErrorCode::kUsage, "--kind is not for " + action_, "it is for remove");
  }
  if (action_ == "remove") {
    return {};
  }
  if (action_ == "list" || action_ == "show") {
    return operands_.size() > (action_ == "show" ? 1U : 0U)
               ? Fail(ErrorCode::kUsage, "there are more arguments than " + action_ + " takes",
                      "as in: trafrec overlay FILE show ID")
               : Status();
  }
  if (logs_.empty()) {
    return Fail(ErrorCode::kUsage, "no log given", "--log LOG names the log that it is laid over");
  }
  if (action_ == "import" && operands_.size() != 1) {
    return Fail(ErrorCode::kUsage, "import takes one file",
                "as in: trafrec overlay FILE import ENTRIES.ndjson --log LOG");
  }
  return {};
}

Result<ExitCode> OverlayCommand::Run(const Cli& /*cli*/) {
  TRY(Check());
  if (action_ == "remove") {
    return RemoveEntries();
  }
  if (action_ != "list" && action_ != "show") {
    return PutEntries();
  }
  TRY(edits_.Make(action_, {}));
  TRY_ASSIGN(Output out, Output::Open(""));
  TRY(action_ == "list" ? List(out) : operands_.empty() ? ShowSummary(out) : ShowExchange(out));
  TRY(out.Finish());
  return ExitCode::kDone;
}

Result<ExitCode> OverlayCommand::RemoveEntries() const {
  TRY(edits_.Make(action_, {}));
  std::optional<std::string> log_id;
  if (!logs_.empty()) {
    TRY_ASSIGN(const store::LogIdentity identity, store::ReadLogIdentity(logs_.front()));
    log_id = identity.log_id;
  }
  TRY_ASSIGN(const TakenOut taken, TakeOut(file_, log_id, operands_, kinds_));
  TRY_ASSIGN(Output out, Output::Open(""));
  out.Write(
      json_ ? taken.json
            : fmt::format("{} taken out of {}\n", CountOf(taken.count, "entry", "entries"), file_));
  TRY(out.Finish());
  return ExitCode::kDone;
}

Result<ExitCode> OverlayCommand::PutEntries() {
  TRY_ASSIGN(OverlayEdits edits,
             edits_.Make(action_, action_ == "import" ? std::vector<std::string>() : operands_));
  TRY_ASSIGN(const store::LogIdentity identity, store::ReadLogIdentity(logs_.front()));
  TRY_ASSIGN(const auto log,
             store::LogReader::Open(store::LogSelection{.folders = {logs_.begin(), logs_.end()}}));
  TRY_ASSIGN(const auto writer, store::OverlayWriter::Open(file_, identity.log_id));
  TRY(action_ == "import" ? Import(*writer) : Put(*writer, std::move(edits)));
  TRY(writer->CheckAgainst(identity.log_id, *log));
  TRY(CheckRequests(*log));
  TRY(writer->Commit());
  TRY_ASSIGN(Output out, Output::Open(""));
  const std::string ids = inserted_.empty() ? "" : " (" + inserted_ + ")";
  out.Write(json_ ? put_
                  : fmt::format("{} laid over {}{}\n", CountOf(count_, "entry", "entries"),
                                logs_.front(), ids));
  TRY(out.Finish());
  return ExitCode::kDone;
}

Status OverlayCommand::Put(store::OverlayWriter& writer, OverlayEdits edits) {
  for (const store::OverlayEntry& entry : edits.entries) {
    TRY(writer.Put(entry));
    AppendJsonLine(put_, entry);
    ++count_;
    Note(entry);
  }
  for (store::Insertion& insertion : edits.insertions) {
    TRY_ASSIGN(insertion.number, writer.Put(insertion));
    AppendJsonLine(put_, insertion);
    ++count_;
    inserted_ +=
        (inserted_.empty() ? "" : ", ") + FormatExchangeId(store::InsertionId(insertion.number));
  }
  return {};
}

Status OverlayCommand::Import(store::OverlayWriter& writer) {
  return ForEachLine(operands_.front(), [&](std::string_view line) -> Status {
    TRY_ASSIGN(const auto read, ReadJsonLine(line));
    ++count_;
    if (const auto* insertion = std::get_if<store::Insertion>(&read)) {
      TRY(writer.Put(*insertion));
      return {};
    }
    Note(std::get<store::OverlayEntry>(read));
    return writer.Put(std::get<store::OverlayEntry>(read));
  });
}

void OverlayCommand::Note(const store::OverlayEntry& entry) {
  if (plan::OverlayCheck::Concerns(entry)) {
    entries_.push_back(entry);
  }
}

/// Of what was put now. What it makes of it together with what was there before, replay checks.
Status OverlayCommand::CheckRequests(store::LogReader& log) {
  plan::OverlayCheck check(log, {&dialect::SearchDialect(), &dialect::HttpDialect()});
  std::ranges::sort(entries_, {}, &store::OverlayEntry::at);
  for (auto at = entries_.begin(); at != entries_.end();) {
    const auto end = std::find_if(at, entries_.end(), [&](const store::OverlayEntry& entry) {
      return entry.at.exchange != at->at.exchange;
    });
    TRY(check.Entries({at, end}));
    at = end;
  }
  return {};
}

template <typename Entry>
void OverlayCommand::Write(Output& out, const Entry& entry) const {
  std::string line;
  if (json_) {
    AppendJsonLine(line, entry);
  } else {
    line = InWords(entry);
  }
  out.Write(line);
}

Status OverlayCommand::List(Output& out) const {
  TRY_ASSIGN(const auto overlay, store::OverlayReader::Open(file_));
  const auto write = [&](const auto& entry) {
    Write(out, entry);
    return out.good();
  };
  return overlay->Visit(write, write);
}

Status OverlayCommand::ShowExchange(Output& out) const {
  TRY_ASSIGN(const auto overlay, store::OverlayReader::Open(file_));
  TRY_ASSIGN(const store::OperationAddress at, store::ParseAddress(operands_.front()));
  TRY_ASSIGN(const store::ExchangeOverlay said, overlay->Of(at.exchange));
  bool any = false;
  const auto write = [&](const auto& entry) {
    any = true;
    Write(out, entry);
    out.Write(json_ ? "" : Details(entry));
  };
  for (const store::OverlayEntry& entry : said.entries) {
    if (!at.item || !entry.at.item || entry.at.item == at.item) {
      write(entry);
    }
  }
  std::ranges::for_each(said.before, write);
  std::ranges::for_each(said.after, write);
  if (store::IsInsertion(at.exchange)) {
    TRY_ASSIGN(const auto insertion, overlay->FindInsertion(at.exchange.number));
    if (insertion) {
      write(*insertion);
    }
  }
  return any ? Status()
             : Fail(ErrorCode::kNotFound,
                    fmt::format("{} says nothing of {}", file_, FormatAddress(at)),
                    "trafrec overlay FILE list shows of what it speaks");
}

Status OverlayCommand::ShowSummary(Output& out) const {
  TRY_ASSIGN(const auto overlay, store::OverlayReader::Open(file_));
  static constexpr std::array<const char*, 5> kKinds = {"drops", "verdicts", "moves", "positions",
                                                        "rewrites"};
  std::array<uint64_t, kKinds.size()> counts{};
  uint64_t insertions = 0;
  TRY(overlay->Visit(
      [&](const store::OverlayEntry& entry) {
        ++counts.at(entry.what.index());
        return true;
      },
      [&](const store::Insertion&) {
        ++insertions;
        return true;
      }));
  TRY_ASSIGN(const auto digest, overlay->Digest());
  std::string text;
  JsonAppender json(text);
  json.Open('{');
  json.Text("log", overlay->log_id());
  json.Text("digest", store::crypto::ToHex(digest));
  std::string words = fmt::format("log         {}\ndigest      {}\n", overlay->log_id(),
                                  store::crypto::ToHex(digest));
  for (size_t i = 0; i < kKinds.size(); ++i) {
    json.Number(kKinds.at(i), counts.at(i));
    words += fmt::format("{:<11} {}\n", kKinds.at(i), WithCommas(counts.at(i)));
  }
  json.Number("insertions", insertions);
  json.Close('}');
  out.Write(json_ ? text + "\n" : fmt::format("{}insertions  {}\n", words, WithCommas(insertions)));
  return {};
}

}  // namespace

std::unique_ptr<Command> MakeOverlayCommand() { return std::make_unique<OverlayCommand>(); }

}  // namespace trafrec::tools
