#include <fmt/format.h>

#include "tools/command.h"
#include "tools/json_object.h"
#include "tools/log_options.h"
#include "tools/output.h"
#include "tools/repair_report.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

std::string ReportOf(const store::VerifyReport& report) {
  std::string out;
  for (const store::Damage& damage : report.damages) {
    out += fmt::format("{}: {}\n", EscapeForTerminal(damage.file), EscapeForTerminal(damage.what));
  }
  if (report.sealed_frames > 0) {
    out += CountOf(report.sealed_frames, "frame") +
           " encrypted: only checksums were compared; --identity KEYFILE opens them\n";
  }
  return out + fmt::format("{} in {}, {}, {}: {}\n", CountOf(report.entries, "entry", "entries"),
                           CountOf(report.frames, "frame"), CountOf(report.segments, "segment"),
                           HumanBytes(report.bytes),
                           report.damages.empty() ? "all is well"
                                                  : CountOf(report.damages.size(), "damage"));
}

std::string JsonOf(const store::VerifyReport& report) {
  std::string out;
  JsonAppender json(out);
  json.Open('{');
  json.Bool("ok", report.damages.empty());
  json.Number("segments", report.segments);
  json.Number("frames", report.frames);
  json.Number("entries", report.entries);
  json.Number("bytes", report.bytes);
  json.Number("sealed_frames", report.sealed_frames);
  json.Open("damages", '[');
  for (const store::Damage& damage : report.damages) {
    json.Open('{');
    json.Bytes("file", damage.file);
    json.Bytes("what", damage.what);
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
  return out + "\n";
}

class VerifyCommand : public Command {
 public:
  CommandText text() const override {
    return {.name = "verify",
            .summary = "check every byte of a log",
            .usage = {"trafrec verify LOG [--json] [--quiet]", "trafrec verify --repair OUT LOG"},
            .description = {"Checks the checksum of every frame, decodes every entry, and compares "
                            "every row with its entry, and the counts. Prints a line for each "
                            "damage, and exits with 1 if there is any.",
                            "With --repair it writes a new log of all that is good to OUT, which "
                            "must be empty or not exist, and lists what had to be left out; LOG "
                            "stays as it is. The exit code is 3 if anything was left out."},
            .examples = {{"is it whole?", "trafrec verify LOG"},
                         {"save what is good", "trafrec verify --repair NEWLOG LOG"},
                         {"for a script", "trafrec verify LOG --quiet || echo damaged"}}};
  }

  void AddOptions(OptionSet& options) override {
    options.Group("Arguments");
    log_.AddLog(options, "the log to check");
    options.Group("Repair");
    options.Text("--repair", repair_, "OUT",
                 "make a new log of what is good, here, and list what is not");
    options.Group("Output");
    options.Flag("--json", json_, "print one JSON object");
    options.Flag("-q,--quiet", quiet_, "print nothing; the exit code says it");
    log_.AddSeveral(options, false);
  }

  Result<ExitCode> Run(const Cli& /*cli*/) override {
    if (!repair_.empty()) {
      TRY_ASSIGN(const std::string folder, log_.OnlyFolder("--repair"));
      TRY_ASSIGN(const store::Identities identities, log_.Identities());
      return Repair(folder, repair_, identities, quiet_, json_);
    }
    TRY_ASSIGN(auto log, log_.Open("trafrec verify LOG", true));
    TRY_ASSIGN(const store::VerifyReport report, log->Verify());
    if (!quiet_) {
      TRY_ASSIGN(Output out, Output::Open(""));
      out.Write(json_ ? JsonOf(report) : ReportOf(report));
      TRY(out.Finish());
    }
    return report.damages.empty() ? ExitCode::kDone : ExitCode::kFailed;
  }

  bool json() const override { return json_; }

 private:
  LogOptions log_;
  std::string repair_;
  bool json_ = false;
  bool quiet_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeVerifyCommand() { return std::make_unique<VerifyCommand>(); }

}  // namespace trafrec::tools
