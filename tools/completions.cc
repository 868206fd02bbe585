// Shell completions, made from the options themselves, so that none can be forgotten.
//
// bash gets one function with a case of a line per command; zsh and fish get a line per option with
// its description. Values with a fixed set of words are completed, others as file names.

#include <fmt/format.h>

#include <iterator>

#include "tools/cli.h"
#include "tools/command.h"
#include "tools/console.h"
#include "tools/option_text.h"
#include "tools/terminal.h"

namespace trafrec::tools {
namespace {

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

std::vector<std::string> CommandNames(const Cli& cli) {
  std::vector<std::string> names;
  for (const Cli::Entry& entry : cli.entries()) {
    names.push_back(entry.command->text().name);
  }
  return names;
}

std::string BashCompletions(const Cli& cli) {
  std::string options;
  std::string values;
  for (const Cli::Entry& entry : cli.entries()) {
    std::vector<std::string> names;
    for (const OptionText& option : OptionsOf(*entry.app)) {
      names.insert(names.end(), option.names.begin(), option.names.end());
      if (!option.Choices().empty() && !option.positional) {
        fmt::format_to(std::back_inserter(values),
                       "    {0}:{1}) COMPREPLY=($(compgen -W '{2}' -- \"$word\")); return ;;\n",
                       entry.command->text().name, option.names.back(), Joined(option.Choices()));
      }
    }
    fmt::format_to(std::back_inserter(options), "    {}) options='{}' ;;\n",
                   entry.command->text().name, Joined(names));
  }
  return fmt::format(
      "# bash completions of trafrec: source <(trafrec completions bash)\n"
      "_trafrec() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}\n"
      "  local command=${{COMP_WORDS[1]}} options=\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W '{} --help --version' -- \"$word\")); return\n"
      "  fi\n"
      "  case $command:$before in\n{}  esac\n"
      "  case $command in\n{}"
      "    completions) options='bash zsh fish' ;;\n"
      "  esac\n"
      "  case $word in\n"
      "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
      "    *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n"
      "  esac\n"
      "  [ \"$command\" = completions ] && COMPREPLY=($(compgen -W 'bash zsh fish' -- \"$word\"))\n"
      "  return 0\n"
      "}}\n"
      "complete -o filenames -F _trafrec trafrec\n",
      Joined(CommandNames(cli)), values, options);
}

/// Inside single quotes of zsh's _arguments: brackets and colons have a meaning there.
std::string ZshText(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else if (c == '[' || c == ']' || c == ':' || c == '\\') {
      out += {'\\', c};
    } else {
      out += c;
    }
  }
  return out;
}

std::string ZshOption(const OptionText& option) {
  std::string action;
  if (!option.value.empty()) {
    const std::vector<std::string> choices = option.Choices();
    action = ":" + ZshText(choices.empty() ? option.value : "value") + ":" +
             (choices.empty() ? "_files" : "(" + Joined(choices) + ")");
  }
  std::string out;
  for (const std::string& name : option.names) {
    out += fmt::format(" \\\n        '{}{}[{}]{}'", option.repeatable ? "*" : "", name,
                       ZshText(option.description), action);
  }
  return out;
}

std::string ZshCompletions(const Cli& cli) {
  std::string commands;
  std::string cases;
  for (const Cli::Entry& entry : cli.entries()) {
    const CommandText text = entry.command->text();
    commands += fmt::format("    '{}:{}'\n", text.name, ZshText(text.summary));
    cases += fmt::format("    {})\n      _arguments -s", text.name);
    for (const OptionText& option : OptionsOf(*entry.app)) {
      cases += ZshOption(option);
    }
    cases += text.name == "completions" ? " \\\n        '1:shell:(bash zsh fish)' ;;\n"
                                        : " \\\n        '*:file:_files' ;;\n";
  }
  return "#compdef trafrec\n_trafrec() {\n  local -a commands\n  commands=(\n" + commands +
         "  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n"
         "  local command=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $command in\n" +
         cases +
         // A file in $fpath is the function's body, run at its first call; one that is sourced not.
         "  esac\n}\nif [ \"$funcstack[1]\" = _trafrec ]; then\n  _trafrec \"$@\"\nelse\n"
         "  compdef _trafrec trafrec\nfi\n";
}

std::string FishText(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out + "'";
}

std::string FishCompletions(const Cli& cli) {
  std::string out = "# fish completions of trafrec: trafrec completions fish | source\n";
  for (const Cli::Entry& entry : cli.entries()) {
    const CommandText text = entry.command->text();
    out += fmt::format("complete -c trafrec -n __fish_use_subcommand -f -a {} -d {}\n", text.name,
                       FishText(text.summary));
    for (const OptionText& option : OptionsOf(*entry.app)) {
      if (option.positional) {
        continue;
      }
      out += fmt::format("complete -c trafrec -n '__fish_seen_subcommand_from {}'", text.name);
      for (const std::string& name : option.names) {
        out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      const std::vector<std::string> choices = option.Choices();
      out += option.value.empty() ? "" : " -r";
      out += choices.empty() ? "" : " -f -a " + FishText(Joined(choices));
      out += " -d " + FishText(option.description) + "\n";
    }
  }
  return out +
         "complete -c trafrec -n '__fish_seen_subcommand_from completions' -f -a 'bash zsh fish'\n";
}

class CompletionsCommand : public Command {
 public:
  bool lists_options() const override { return true; }
  CommandText text() const override {
    return {.name = "completions",
            .summary = "print shell completions",
            .usage = {"trafrec completions bash|zsh|fish"},
            .description = {},
            .examples = {
                {"bash, now and in this shell", "source <(trafrec completions bash)"},
                {"zsh", "trafrec completions zsh > ~/.zfunc/_trafrec"},
                {"fish", "trafrec completions fish > ~/.config/fish/completions/trafrec.fish"}}};
  }

  void AddOptions(OptionSet& options) override {
    options.Group("Arguments");
    options.Positional("SHELL", shell_, "bash, zsh or fish");
  }

  Result<ExitCode> Run(const Cli& cli) override {
    if (shell_.empty()) {
      return Fail(ErrorCode::kUsage, "no shell given", "trafrec completions bash, zsh or fish");
    }
    if (shell_ != "bash" && shell_ != "zsh" && shell_ != "fish") {
      return Fail(ErrorCode::kUsage, "no completions for '" + EscapeForTerminal(shell_) + "'",
                  "bash, zsh and fish have them");
    }
    return PrintText(shell_ == "bash"  ? BashCompletions(cli)
                     : shell_ == "zsh" ? ZshCompletions(cli)
                                       : FishCompletions(cli));
  }

 private:
  std::string shell_;
};

}  // namespace

std::unique_ptr<Command> MakeCompletionsCommand() { return std::make_unique<CompletionsCommand>(); }

}  // namespace trafrec::tools
