#include "tools/compare/suggestion_text.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "base/ascii.h"
#include "replay/compare/known_differences.h"
#include "replay/compare/suggestions.h"
#include "replay/json/json_pointer.h"
#include "tools/compare/compare_report.h"
#include "tools/shell_quote.h"
#include "tools/terminal.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

/// The exchange, or the item of a bulk that the difference is in: "vm-0001-19/3".
std::string OperationOf(const compare::Group& group) {
  const std::vector<std::string> tokens = json::TokensOf(compare::PointerOf(group.first));
  const bool item = group.part == compare::Part::kBody && tokens.size() > 1 &&
                    tokens[0] == "items" && compare::IsElement(tokens[1]) &&
                    group.shape.contains("/_bulk");
  return item ? group.first_source + "/" + tokens[1] : group.first_source;
}

/// Columns of a value in a comment.
constexpr size_t kValueColumns = 60;

std::vector<std::string> Rules(const compare::Group& group) {
  compare::Difference shown = group.first;
  shown.source = ClipToWidth(shown.source, kValueColumns);
  shown.target = ClipToWidth(shown.target, kValueColumns);
  return compare::SuggestedRules(group, InWords(shown));
}

std::vector<std::string> OverlayCommands(const compare::Group& group,
                                         const SuggestionStyle& style) {
  if (style.log.empty()) {
    return {};
  }
  const std::string operation = ShellQuoted(OperationOf(group));
  const std::string overlay = ShellQuoted(style.overlay);
  const std::string log = ShellQuoted(style.log);
  std::vector<std::string> commands = {fmt::format(
      "trafrec overlay {} drop {} --log {} --reason 'differs'", overlay, operation, log)};
  if (!group.shape.starts_with("GET ") && !group.shape.starts_with("HEAD ")) {
    commands.push_back(fmt::format("trafrec overlay {} rewrite {} --log {} --set /POINTER=JSON",
                                   overlay, operation, log));
  }
  return commands;
}

/// The next run with what mends a known difference; "" if nothing does, or it is of no log.
std::string TransformCommand(const compare::Group& group, const SuggestionStyle& style) {
  const compare::KnownDifference* known = group.first.known;
  return known == nullptr || known->transform.empty() || style.log.empty()
             ? ""
             : fmt::format("trafrec replay {} --to URL --run RUN --transform es-to-opensearch",
                           ShellQuoted(style.log));
}

}  // namespace

SuggestionStyle SuggestionsFor(const CompareReport& report) {
  SuggestionStyle style{.log = report.two_runs ? "" : report.source};
  if (std::string overlay = OverlayOf(report.amendments); !overlay.empty()) {
    style.overlay = std::move(overlay);
  }
  return style;
}

std::string SuggestionText(const compare::Group& group, const SuggestionStyle& style,
                           size_t indent) {
  const std::string blanks(indent, ' ');
  std::string out;
  for (const std::string& rule : Rules(group)) {
    std::string_view rest = rule;
    while (!rest.empty()) {
      out += fmt::format("{}{}\n", blanks, EscapeForTerminal(TakeLine(rest)));
    }
  }
  if (const std::string command = TransformCommand(group, style); !command.empty()) {
    out += fmt::format("{0}# mended in the next run by the transform {1}\n{0}# {2}\n", blanks,
                       group.first.known->transform, command);
  }
  const std::vector<std::string> commands = OverlayCommands(group, style);
  if (!commands.empty()) {
    out +=
        fmt::format("{}# or, for the next run: without the request, or with another one\n", blanks);
  }
  for (const std::string& command : commands) {
    out += fmt::format("{}# {}\n", blanks, command);
  }
  return out;
}

void AppendSuggestions(JsonAppender& json, const compare::Group& group,
                       const SuggestionStyle& style) {
  json.Open("suggestions", '[');
  const auto append = [&json](std::string_view name, const std::string& text) {
    json.Open('{');
    json.Bytes(name, text);
    json.Close('}');
  };
  for (const std::string& rule : Rules(group)) {
    append("rule", rule);
  }
  if (const std::string command = TransformCommand(group, style); !command.empty()) {
    append("command", command);
  }
  for (const std::string& command : OverlayCommands(group, style)) {
    append("command", command);
  }
  json.Close(']');
}

}  // namespace trafrec::tools
