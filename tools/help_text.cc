#include "tools/help_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "tools/option_text.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

constexpr size_t kOptionIndent = 2;
/// Descriptions begin here; a longer signature gets a line of its own.
constexpr size_t kOptionColumn = 30;

void AppendOption(std::string& out, const OptionText& option, size_t width) {
  std::string signature = std::string(kOptionIndent, ' ');
  if (!option.positional && option.names.front().starts_with("--")) {
    signature += "    ";
  }
  signature += option.Signature();
  const std::string description = Wrapped(option.description, kOptionColumn, width);
  if (DisplayWidth(signature) + 2 > kOptionColumn) {
    out += signature + "\n" + description;
  } else {
    out += signature + description.substr(DisplayWidth(signature));
  }
}

void AppendOptions(std::string& out, const CLI::App& app, size_t width) {
  const std::vector<OptionText> options = OptionsOf(app);
  std::vector<std::string> groups;
  for (const OptionText& option : options) {
    if (std::ranges::find(groups, option.group) == groups.end()) {
      groups.push_back(option.group);
    }
  }
  for (const std::string& group : groups) {
    out += "\n" + group + ":\n";
    for (const OptionText& option : options) {
      if (option.group == group) {
        AppendOption(out, option, width);
      }
    }
  }
}

}  // namespace

std::string Wrapped(std::string_view text, size_t indent, size_t width) {
  const size_t room = width > indent + 20 ? width - indent : 20;
  std::string out;
  std::string line;
  while (!text.empty()) {
    const size_t end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && DisplayWidth(line) + 1 + DisplayWidth(word) > room) {
      out += std::string(indent, ' ') + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + std::string(word);
  }
  return out + std::string(indent, ' ') + line + "\n";
}

std::vector<std::pair<std::string, std::string>> ExitCodeTexts() {
  return {
      {"0", "done; also a live recording that was ended by Ctrl-C or SIGTERM"},
      {"1", "failed: the message says what and what to do"},
      {"2", "the command line, a filter or the config file is wrong"},
      {"3", "done, and differences were found"},
      {"130",
       "a recording from files was interrupted (what was read is sealed in the log), an import "
       "(nothing of it is in the log) or a replay (--resume goes on); or a second Ctrl-C"},
  };
}

std::vector<std::pair<std::string, std::string>> EnvironmentTexts() {
  return {
      {"TRAFREC_…",
       "every option can be set by a variable of its name: TRAFREC_ROTATE_BYTES for "
       "--rotate-bytes; 1 switches a flag on, a comma separates values; the command "
       "line goes before the variable, the variable before the config file"},
      {"NO_COLOR", "not empty: no colours (see --color)"},
      {"COLUMNS", "width of tables and help, instead of the terminal's own"},
      {"XDG_CONFIG_HOME", "folder of trafrec/config.toml; ~/.config if not set"},
      {"XDG_STATE_HOME", "folder of trafrec/sql_history; ~/.local/state if not set"},
  };
}

std::string RootHelp(const Cli& cli, size_t width) {
  std::string out = Wrapped(std::string("trafrec: ") + kWhatItIs, 0, width);
  out += "\nUsage: trafrec COMMAND [options]\n\nCommands:\n";
  for (const Cli::Entry& entry : cli.entries()) {
    const CommandText text = entry.command->text();
    fmt::format_to(std::back_inserter(out), "  {:<13}{}\n", text.name, text.summary);
  }
  AppendOptions(out, cli.root(), width);
  out +=
      "\nStart with:\n"
      "  trafrec record -i any --port 9200 -l LOG     record live, until Ctrl-C\n"
      "  trafrec record -r capture.pcap -l LOG        record from a file\n"
      "  trafrec show LOG                             look at what was recorded\n";
  out += "\nEach command has its own --help; `trafrec man | man -l -` is the whole.\n";
  return out;
}

std::string CommandHelp(const Cli::Entry& entry, size_t width) {
  const CommandText text = entry.command->text();
  std::string out =
      Wrapped(fmt::format("trafrec {}: {}", text.name, text.summary), 0, width) + "\n";
  for (size_t i = 0; i < text.usage.size(); ++i) {
    out += (i == 0 ? "Usage: " : "       ") + text.usage[i] + "\n";
  }
  for (const std::string& paragraph : text.description) {
    out += "\n" + Wrapped(paragraph, 0, width);
  }
  AppendOptions(out, *entry.app, width);
  out += "\nExamples:\n";
  for (const Example& example : text.examples) {
    out += "  # " + example.says + "\n  " + example.command + "\n";
  }
  return out;
}

}  // namespace trafrec::tools
