#include "replay/compare/rules_text.h"

#include <fmt/format.h>

#include "replay/json/json_tree.h"

namespace trafrec::compare {

/// JSON's strings are TOML's, but for one character.
std::string InQuotes(std::string_view text) {
  std::string quoted = json::Quoted(text);
  for (size_t at = quoted.find('\x7f'); at != std::string::npos; at = quoted.find('\x7f', at)) {
    quoted.replace(at, 1, "\\u007f");
  }
  return quoted;
}

namespace {

/// One line, whatever stands in it.
std::string Comment(std::string_view text) {
  std::string line = "# ";
  for (const char c : text) {
    line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  return line + "\n";
}

std::string InBraces(const std::vector<std::pair<std::string, std::string>>& values) {
  std::string text = "{";
  for (const auto& [from, to] : values) {
    text += fmt::format("{} {} = {}", text.size() > 1 ? "," : "", InQuotes(from), InQuotes(to));
  }
  return text + " }";
}

std::string WhatItDoes(const Rule& rule) {
  switch (rule.action) {
    case Action::kIgnore:
      return rule.kind ? fmt::format("kind = \"{}\"\n", NameOf(*rule.kind)) : "";
    case Action::kTolerance:
      return (rule.absolute > 0 ? fmt::format("absolute = {}\n", rule.absolute) : "") +
             (rule.relative > 0 ? fmt::format("relative = {}\n", rule.relative) : "");
    case Action::kRound:
      return fmt::format("digits = {}\n", rule.digits);
    case Action::kSort:
      return rule.by.empty() ? "" : fmt::format("by = {}\n", InQuotes(rule.by));
    case Action::kMap:
      return fmt::format("{}values = {}\n", rule.keys ? "keys = true\n" : "",
                         InBraces(rule.values));
    case Action::kJq:
      return fmt::format("program = {}\n", InQuotes(rule.program));
  }
  return "";
}

}  // namespace

std::string RuleText(const Rule& rule, std::string_view comment, std::string_view when) {
  std::string text = comment.empty() ? "" : Comment(comment);
  text += fmt::format("[[{}]]\n", NameOf(rule.action));
  if (!rule.name.empty() && rule.name != rule.place.text()) {
    text += fmt::format("name = {}\n", InQuotes(rule.name));
  }
  if (rule.part != Part::kBody) {
    text += fmt::format("part = \"{}\"\n", NameOf(rule.part));
  }
  if (rule.place.size() > 0) {
    text += fmt::format("place = {}\n", InQuotes(rule.place.text()));
  }
  text += WhatItDoes(rule);
  if (!rule.why.empty()) {
    text += fmt::format("why = {}\n", InQuotes(rule.why));
  }
  if (!when.empty()) {
    text += fmt::format("when = {{ {} }}\n", when);
  }
  return text;
}

}  // namespace trafrec::compare
