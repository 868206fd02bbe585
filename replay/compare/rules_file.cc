#include "replay/compare/rules_file.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/toml/toml_table.h"
#include "replay/compare/limits.h"
#include "replay/compare/shared_program.h"

namespace trafrec::compare {
namespace {

template <typename Enum>
std::vector<std::string> Names(size_t count) {
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) {
    names.emplace_back(NameOf(static_cast<Enum>(i)));
  }
  return names;
}

/// What a rule is for; nothing of what it does.
Result<Rule> ReadSelection(TomlTable& table, Action action) {
  Rule rule{.action = action,
            .name = table.Text("name").value_or(""),
            .why = table.Text("why").value_or(""),
            .origin = table.PlaceOf("")};
  if (const auto part = table.Choice("part", Names<Part>(kParts))) {
    rule.part = static_cast<Part>(*part);
  }
  if (const std::optional<std::string> place = table.Text("place")) {
    Result<PointerPattern> pattern =
        PointerPattern::Parse(rule.part == Part::kField ? LowerCase(*place) : *place);
    if (!pattern) {
      return table.ComplainOf("place", pattern.error().what, pattern.error().remedy);
    }
    rule.place = std::move(*pattern);
  }
  if (std::optional<TomlTable> when = table.Table("when")) {
    TRY_ASSIGN(RuleCondition condition, RuleCondition::Read(std::move(*when)));
    rule.when = std::make_shared<const RuleCondition>(std::move(condition));
  }
  return rule;
}

/// A place that nothing can be at.
Status CheckPlace(const TomlTable& table, const Rule& rule) {
  const size_t tokens = rule.place.size();
  switch (rule.part) {
    case Part::kBody:
      return {};
    case Part::kStatus:
      return tokens == 0 ? Status() : table.ComplainOf("place", "a status has no places in it", "");
    case Part::kField:
      return tokens == 1 ? Status()
                         : table.Complain("a field of the head is named by 'place'",
                                          "as in part = \"field\" and place = \"/Location\"");
    case Part::kLine:
      return tokens <= 1 ? Status()
                         : table.ComplainOf("place", "the place of a line is its number",
                                            "as in place = \"/1\"; without a place: any line");
  }
  return {};
}

/// Its part must be one of a body, and its place must be given.
Status CheckOfBody(const TomlTable& table, const Rule& rule) {
  if (rule.part != Part::kBody) {
    return table.ComplainOf("part", "there is nothing of that kind in it",
                            "leave 'part' out: JSON bodies, and lines of NDJSON, have such values");
  }
  return rule.place.size() > 0
             ? Status()
             : table.Complain("'place' is missing",
                              "a JSON pointer, as in place = \"/hits/max_score\"");
}

Status ReadIgnore(TomlTable& table, Rule& rule) {
  if (const auto kind = table.Choice("kind", Names<Kind>(kKinds))) {
    rule.kind = static_cast<Kind>(*kind);
  }
  TRY(table.Finish());
  const bool selects = rule.place.size() > 0 || rule.part != Part::kBody || rule.when != nullptr;
  return selects ? Status()
                 : table.Complain("it would hide all there is",
                                  "give it a 'place', a 'part' or a 'when'");
}

Status ReadTolerance(TomlTable& table, Rule& rule) {
  rule.absolute = table.Number("absolute").value_or(0);
  rule.relative = table.Number("relative").value_or(0);
  TRY(table.Finish());
  TRY(CheckOfBody(table, rule));
  if (rule.absolute < 0 || rule.relative < 0 || (rule.absolute == 0 && rule.relative == 0)) {
    return table.Complain("it tolerates nothing",
                          "'absolute' is by how much numbers may differ, 'relative' by which share "
                          "of the larger one: relative = 0.01 is 1%");
  }
  return {};
}

Status ReadRound(TomlTable& table, Rule& rule) {
  const std::optional<int64_t> digits = table.Integer("digits", -limits::kRoundDigits);
  TRY(table.Finish());
  TRY(CheckOfBody(table, rule));
  if (!digits || *digits > limits::kRoundDigits) {
    return table.Complain("'digits' is missing or too large",
                          "how many digits behind the point are compared, as in digits = 3");
  }
  rule.digits = *digits;
  return {};
}

Status ReadMap(TomlTable& table, Rule& rule) {
  rule.values = table.TextPairs("values");
  rule.keys = table.Flag("keys").value_or(false);
  TRY(table.Finish());
  if (rule.values.empty()) {
    return table.Complain("'values' is missing or empty",
                          "as in values = { \"orders-old\" = \"orders-new\" }");
  }
  for (const auto& [from, to] : rule.values) {
    const auto stars = [](const std::string& text) { return std::ranges::count(text, '*'); };
    if (stars(from) > 1 || stars(to) > stars(from)) {
      return table.ComplainOf("values",
                              "'" + from + "' and '" + to +
                                  "': one '*' may stand at the source, and then one at the target",
                              "as in values = { \"logs-*\" = \"os-logs-*\" }");
    }
  }
  return rule.part == Part::kField && !rule.keys ? Status() : CheckOfBody(table, rule);
}

Status ReadSort(TomlTable& table, Rule& rule) {
  rule.by = table.Text("by").value_or("");
  TRY(table.Finish());
  TRY(CheckOfBody(table, rule));
  return rule.by.empty() || PointerPattern::Parse(rule.by)
             ? Status()
             : table.ComplainOf("by", "'" + rule.by + "' is no JSON pointer",
                                "as in by = \"/id\": it counts from each element");
}

Status ReadProgram(TomlTable& table, Rule& rule) {
  rule.program = table.Text("program").value_or("");
  TRY(table.Finish());
  if (rule.part != Part::kBody || rule.place.size() > 0) {
    return table.Complain("a program is given the whole JSON body: it has no place and no part",
                          "select in the program, as in program = 'del(.a.b)'");
  }
  if (rule.program.empty()) {
    return table.Complain("'program' is missing or empty", "as in program = 'del(.a.b)'");
  }
  auto compiled = SharedProgram::Compile(rule.program);
  if (!compiled) {
    return table.ComplainOf("program", compiled.error().what, compiled.error().remedy);
  }
  rule.compiled = std::move(*compiled);
  return {};
}

Result<Rule> ReadRule(TomlTable& table, Action action) {
  TRY_ASSIGN(Rule rule, ReadSelection(table, action));
  switch (action) {
    case Action::kIgnore:
      TRY(ReadIgnore(table, rule));
      break;
    case Action::kTolerance:
      TRY(ReadTolerance(table, rule));
      break;
    case Action::kRound:
      TRY(ReadRound(table, rule));
      break;
    case Action::kMap:
      TRY(ReadMap(table, rule));
      break;
    case Action::kSort:
      TRY(ReadSort(table, rule));
      break;
    case Action::kJq:
      TRY(ReadProgram(table, rule));
      break;
  }
  TRY(CheckPlace(table, rule));
  if (rule.name.empty()) {
    rule.name = rule.place.size() > 0        ? rule.place.text()
                : rule.action == Action::kJq ? rule.program
                                             : std::string(NameOf(rule.part));
  }
  return rule;
}

}  // namespace

Result<std::vector<Rule>> ParseRules(std::string_view text, const std::string& name) {
  TRY_ASSIGN(TomlTable root, TomlTable::Parse(text, name));
  std::vector<Rule> rules;
  for (size_t i = 0; i < kActions; ++i) {
    const auto action = static_cast<Action>(i);
    for (TomlTable& table : root.Tables(NameOf(action))) {
      TRY_ASSIGN(Rule rule, ReadRule(table, action));
      rules.push_back(std::move(rule));
    }
  }
  TRY(root.Finish());
  return rules;
}

}  // namespace trafrec::compare
