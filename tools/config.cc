// A config file with every option of a command, made from the options themselves, so that it cannot
// drift from them.

#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>

#include "base/nearest.h"
#include "tools/cli.h"
#include "tools/command.h"
#include "tools/console.h"
#include "tools/help_text.h"
#include "tools/option_text.h"
#include "tools/settings.h"
#include "tools/terminal.h"

namespace trafrec::tools {
namespace {

constexpr size_t kCommentWidth = 96;

/// Lines of a comment.
std::string Comment(std::string_view text) {
  std::string lines = "# ";
  for (const char c : Wrapped(text, 0, kCommentWidth)) {
    lines += c;
    if (c == '\n') {
      lines += "# ";
    }
  }
  return lines.substr(0, lines.size() - 2);
}

/// As the config file's reader takes it: words in quotes, of which it knows both kinds and no
/// escapes; numbers and true bare.
Result<std::string> Quoted(const std::string& value) {
  if (value == "true" || (!value.empty() && std::ranges::all_of(value, [](unsigned char c) {
        return std::isdigit(c) != 0;
      }))) {
    return value;
  }
  const bool control =
      std::ranges::any_of(value, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  const char quote = value.find('"') == std::string::npos ? '"' : '\'';
  if (control || value.find(quote) != std::string::npos) {
    return Fail(ErrorCode::kUsage,
                "a config file cannot hold the value " + EscapeForTerminal(value),
                "leave out its control characters, or one of its two kinds of quotes");
  }
  return quote + value + quote;
}

/// What stands behind "#name = ": the default, else the word that help has for the value.
std::string ShownValue(const OptionText& option) {
  return option.value.empty() ? "true" : option.preset.empty() ? option.value : option.preset;
}

class ConfigCommand : public Command {
 public:
  bool lists_options() const override { return true; }
  CommandText text() const override {
    return {.name = "config",
            .summary = "print a config file with every option of a command, explained",
            .usage = {"trafrec config [--for COMMAND] [--set NAME=VALUE…]"},
            .description = {"Prints a config file for --config in which each option of a command "
                            "stands with its meaning and its default, switched off by a '#'."},
            .examples = {{"a config file for a recorder",
                          "trafrec config --set interface=eth0 --set port=9200 > recorder.toml"},
                         {"record with it", "trafrec record --config recorder.toml"}}};
  }

  void AddOptions(OptionSet& options) override {
    options.Group("Output");
    options.Text("--for", command_, "COMMAND",
                 "the command whose options are printed; record if not given");
    options.Texts("--set", set_, "NAME=VALUE",
                  "switch this option on, with this value; repeatable");
  }

  Result<ExitCode> Run(const Cli& cli) override;

 private:
  Status ReadSettings(const std::vector<std::string>& known);

  std::string command_ = "record";
  std::vector<std::string> set_;
  std::map<std::string, std::string> values_;  ///< of --set, quoted
};

Status ConfigCommand::ReadSettings(const std::vector<std::string>& known) {
  for (const std::string& setting : set_) {
    const size_t equals = setting.find('=');
    const std::string name = setting.substr(0, equals);
    if (equals == std::string::npos) {
      return Fail(ErrorCode::kUsage, "--set " + EscapeForTerminal(setting) + " has no value",
                  "as in --set port=9200");
    }
    if (std::ranges::find(known, name) == known.end()) {
      const std::string near = Nearest(name, known);
      return Fail(
          ErrorCode::kUsage,
          "trafrec " + command_ + " has no option '" + EscapeForTerminal(name) + "'",
          near.empty() ? "see trafrec " + command_ + " --help" : "did you mean '" + near + "'?");
    }
    TRY_ASSIGN(values_[name], Quoted(setting.substr(equals + 1)));
  }
  return {};
}

Result<ExitCode> ConfigCommand::Run(const Cli& cli) {
  const auto entry = std::ranges::find_if(cli.entries(), [&](const Cli::Entry& candidate) {
    return candidate.command->text().name == command_;
  });
  if (entry == cli.entries().end()) {
    return Fail(ErrorCode::kUsage, "there is no command '" + EscapeForTerminal(command_) + "'",
                "trafrec --help lists the commands");
  }
  const std::vector<std::string> known = SettableNames(*entry->app);
  TRY(ReadSettings(known));
  std::string out = Comment("Options of trafrec " + command_ + ", for --config.");
  out += Comment(
      "A line that begins with '#' and a name is an option that is not set: it shows the default, "
      "or in capitals what is wanted. Take the '#' away to set it. Several values: "
      "name = [\"a\", \"b\"].");
  out += "\n[" + command_ + "]\n";
  for (const OptionText& option : OptionsOf(*entry->app)) {
    const std::string name = option.names.empty() ? "" : option.names.back().substr(2);
    if (std::ranges::find(known, name) == known.end()) {
      continue;
    }
    out += "\n" + Comment(option.names.back() + (option.value.empty() ? "" : " " + option.value) +
                          ": " + option.description);
    const auto value = values_.find(name);
    if (value != values_.end()) {
      out += name + " = " + value->second + "\n";
    } else {
      TRY_ASSIGN(const std::string shown, Quoted(ShownValue(option)));
      out += "#" + name + " = " + shown + "\n";
    }
  }
  return PrintText(out);
}

}  // namespace

std::unique_ptr<Command> MakeConfigCommand() { return std::make_unique<ConfigCommand>(); }

}  // namespace trafrec::tools
