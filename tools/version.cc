#include "tools/version.h"

#include "tools/command.h"
#include "tools/console.h"
#include "tools/json_object.h"

namespace trafrec::tools {
namespace {

class VersionCommand : public Command {
 public:
  CommandText text() const override {
    return {.name = "version",
            .summary = "print the version",
            .usage = {"trafrec version [--json]"},
            .description = {},
            .examples = {{"the version, for a bug report", "trafrec version"}}};
  }

  void AddOptions(OptionSet& options) override {
    options.Group("Output");
    options.Flag("--json", json_, "print one JSON object");
  }

  Result<ExitCode> Run(const Cli& /*cli*/) override {
    if (!json_) {
      return PrintText(VersionLine());
    }
    std::string out;
    JsonAppender json(out);
    json.Open('{');
    json.Text("version", kVersion);
    json.Number("ndjson", 1);
    json.Close('}');
    return PrintText(out + "\n");
  }

  bool json() const override { return json_; }

 private:
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeVersionCommand() { return std::make_unique<VersionCommand>(); }

}  // namespace trafrec::tools
