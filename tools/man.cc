#include <fmt/format.h>

#include "tools/cli.h"
#include "tools/command.h"
#include "tools/console.h"
#include "tools/help_text.h"
#include "tools/option_text.h"
#include "tools/version.h"

namespace trafrec::tools {
namespace {

/// Text as roff prints it unchanged: backslashes and hyphens escaped, no line that begins with a
/// control character.
std::string Roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

void AppendTerm(std::string& out, std::string_view term, std::string_view meaning) {
  out += ".TP\n\\fB" + Roff(term) + "\\fR\n" + Roff(meaning) + "\n";
}

void AppendCommand(std::string& out, const Cli::Entry& entry) {
  const CommandText text = entry.command->text();
  out += ".SS \"trafrec " + Roff(text.name) + "\"\n" + Roff(text.summary) + ".\n.PP\n.nf\n";
  for (const std::string& usage : text.usage) {
    out += Roff(usage) + "\n";
  }
  out += ".fi\n";
  for (const std::string& paragraph : text.description) {
    out += ".PP\n" + Roff(paragraph) + "\n";
  }
  for (const OptionText& option : OptionsOf(*entry.app)) {
    AppendTerm(out, option.Signature(), option.description);
  }
  out += ".PP\nExamples:\n.PP\n.nf\n";
  for (const Example& example : text.examples) {
    out += "    # " + Roff(example.says) + "\n    " + Roff(example.command) + "\n";
  }
  out += ".fi\n";
}

std::string ManPage(const Cli& cli) {
  std::string out = fmt::format(".TH TRAFREC 1 \"\" \"trafrec {}\" \"User Commands\"\n", kVersion);
  out += ".SH NAME\ntrafrec \\- " + Roff(kWhatItIs) + "\n";
  out += ".SH SYNOPSIS\n.B trafrec\n.I COMMAND\n[options]\n";
  out += ".SH COMMANDS\n";
  for (const Cli::Entry& entry : cli.entries()) {
    AppendCommand(out, entry);
  }
  out += ".SH \"EXIT STATUS\"\n";
  for (const auto& [code, meaning] : ExitCodeTexts()) {
    AppendTerm(out, code, meaning);
  }
  out += ".SH ENVIRONMENT\n";
  for (const auto& [name, meaning] : EnvironmentTexts()) {
    AppendTerm(out, name, meaning);
  }
  out += ".SH FILES\n";
  AppendTerm(out, "~/.config/trafrec/config.toml",
             "options by their names without the dashes, one a line (port = 9200); a section "
             "[record] or [show] is for that command alone; an unknown name is an error");
  return out;
}

class ManCommand : public Command {
 public:
  bool lists_options() const override { return true; }
  CommandText text() const override {
    return {.name = "man",
            .summary = "print the man page",
            .usage = {"trafrec man"},
            .description = {"Prints the manual in roff, made from the same text as --help."},
            .examples = {{"read it", "trafrec man | man -l -"},
                         {"install it", "trafrec man > /usr/local/share/man/man1/trafrec.1"}}};
  }
  void AddOptions(OptionSet& /*options*/) override {}
  Result<ExitCode> Run(const Cli& cli) override { return PrintText(ManPage(cli)); }
};

}  // namespace

std::unique_ptr<Command> MakeManCommand() { return std::make_unique<ManCommand>(); }

}  // namespace trafrec::tools
