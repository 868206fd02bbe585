#include <fmt/format.h>

#include "tools/command.h"
#include "tools/filter_options.h"
#include "tools/json_object.h"
#include "tools/output.h"
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
            .usage = {"trafrec verify LOG [--json] [--quiet]"},
            .description = {"Checks the checksum of every frame, decodes every entry, and compares "
                            "every row with its entry, and the counts. Prints a line for each "
                            "damage, and exits with 1 if there is any."},
            .examples = {{"is it whole?", "trafrec verify LOG"},
                         {"for a script", "trafrec verify LOG --quiet || echo damaged"}}};
  }

  void AddOptions(OptionSet& options) override {
    options.Group("Arguments");
    options.Positional("LOG", log_, "the log to check");
    identity_.AddTo(options);
    options.Group("Output");
    options.Flag("--json", json_, "print one JSON object");
    options.Flag("-q,--quiet", quiet_, "print nothing; the exit code says it");
  }

  Result<ExitCode> Run(const Cli& /*cli*/) override {
    TRY_ASSIGN(auto log, OpenLog(log_, "trafrec verify LOG", identity_));
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
  std::string log_;
  IdentityOptions identity_;
  bool json_ = false;
  bool quiet_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeVerifyCommand() { return std::make_unique<VerifyCommand>(); }

}  // namespace trafrec::tools
