#include "store/verify/verify.h"

#include <fmt/format.h>

#include "store/crypto/key_file.h"
#include "tools/command.h"
#include "tools/damage_text.h"
#include "tools/json_object.h"
#include "tools/log_options.h"
#include "tools/output.h"
#include "tools/repair_report.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

/// How what was checked was checked.
std::string MeansInWords(const store::VerifyReport& report) {
  std::string text;
  if (report.manifests > 0) {
    text += fmt::format("  {}, {} hashed\n", CountOf(report.manifests, "manifest"),
                        CountOf(report.blocks, "block"));
  }
  if (report.manifests > 0 && report.deep_segments > 0) {
    text += fmt::format("  {} checked frame by frame\n", CountOf(report.deep_segments, "segment"));
  }
  if (report.sealed_frames > 0) {
    text += "  " + CountOf(report.sealed_frames, "frame") +
            " encrypted: only checksums were compared; --identity KEYFILE opens them\n";
  }
  if (report.deleted_segments > 0) {
    text += fmt::format("  {} deleted by retention, as tombstones say\n",
                        CountOf(report.deleted_segments, "segment"));
  }
  return text;
}

std::string ReportOf(const store::VerifyReport& report) {
  return DamageLines(report.damages, "") + DamageLines(report.notes, "note: ") +
         fmt::format(
             "{} in {}, {}, {}: {}\n", CountOf(report.entries, "entry", "entries"),
             CountOf(report.frames, "frame"), CountOf(report.segments, "segment"),
             HumanBytes(report.bytes),
             report.damages.empty() ? "all is well" : CountOf(report.damages.size(), "damage")) +
         MeansInWords(report);
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
  json.Number("manifests", report.manifests);
  json.Number("blocks", report.blocks);
  json.Number("deep_segments", report.deep_segments);
  json.Number("deleted_segments", report.deleted_segments);
  AppendDamages(json, "damages", report.damages);
  AppendDamages(json, "notes", report.notes);
  json.Close('}');
  return out + "\n";
}

class VerifyCommand : public Command {
 public:
  CommandText text() const override {
    return {
        .name = "verify",
        .summary = "prove that a log is whole and unaltered",
        .usage = {"trafrec verify LOG [--deep] [--trust-log PUBKEY] [options]",
                  "trafrec verify --repair OUT LOG"},
        .description =
            {"Checks that the manifests of the sealed segments form an unbroken chain up to the "
             "summary, and hashes every byte of the segments against them: missing, altered, "
             "swapped, reordered and cut ones are named, and told from those that retention "
             "deleted. A segment without a manifest, or one that differs from it, is checked frame "
             "by frame: checksums, entries, rows, counts; what is damaged is named with its "
             "exchanges. --deep does that for all.",
             "Whoever can write to the log can also make new manifests. With --trust-log each must "
             "be signed with that key. Prints a line for each damage, and exits with 1 if there is "
             "any.",
             "With --repair it writes a new log of all that is good to OUT, which must be empty or "
             "not exist, and lists what had to be left out; LOG stays as it is. The exit code is 3 "
             "if anything was left out."},
        .examples = {
            {"is it whole?", "trafrec verify LOG"},
            {"is it what my recorder wrote?", "trafrec verify LOG --trust-log sign.key.pub"},
            {"save what is good", "trafrec verify --repair NEWLOG LOG"},
            {"for a script", "trafrec verify LOG --quiet || echo damaged"}}};
  }

  void AddOptions(OptionSet& options) override {
    options.Group("Arguments");
    log_.AddLog(options, "the log to check");
    options.Group("Checks");
    options.Flag("--deep", deep_,
                 "check every segment frame by frame, also where its manifest proves its bytes");
    options.Files("--trust-log", trusted_,
                  "manifests, tombstones and summary must be signed with this public key; "
                  "repeatable: with one of these");
    options.Number("--jobs", jobs_, 1, 256, "N",
                   "threads; as many as there are cores if not given");
    options.Group("Repair");
    options.Text("--repair", repair_, "OUT",
                 "make a new log of what is good, here, and list what is not");
    options.Group("Output");
    options.Flag("--json", json_, "print one JSON object");
    options.Flag("-q,--quiet", quiet_, "print nothing; the exit code says it");
    log_.AddSeveral(options, false);
  }

  Result<ExitCode> Run(const Cli& /*cli*/) override {
    TRY(log_.Check("trafrec verify LOG"));
    store::VerifyOptions options{.deep = deep_, .threads = static_cast<unsigned>(jobs_)};
    for (const std::string& file : trusted_) {
      TRY_ASSIGN(const store::crypto::VerifyKey key, store::crypto::ReadVerifyKey(file));
      options.trusted.push_back(key);
    }
    TRY_ASSIGN(options.identities, log_.Identities());
    if (!repair_.empty()) {
      TRY_ASSIGN(const std::string folder, log_.OnlyFolder("--repair"));
      return Repair(folder, repair_, options.identities, quiet_, json_);
    }
    TRY_ASSIGN(const store::VerifyReport report, store::VerifyFolders(log_.folders(), options));
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
  std::vector<std::string> trusted_;
  int jobs_ = 0;
  bool deep_ = false;
  std::string repair_;
  bool json_ = false;
  bool quiet_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeVerifyCommand() { return std::make_unique<VerifyCommand>(); }

}  // namespace trafrec::tools
