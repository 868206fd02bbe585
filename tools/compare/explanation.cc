#include "tools/compare/explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "replay/compare/known_differences.h"
#include "tools/compare/difference_json.h"
#include "tools/compare/limits.h"
#include "tools/compare/row_text.h"
#include "tools/compare/rules_report.h"
#include "tools/compare/side_by_side.h"
#include "tools/help_text.h"
#include "tools/json_object.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {

std::string ExplanationText(const compare::Compared& pair, const dialect::AnswerView& source,
                            const dialect::AnswerView& target,
                            const std::vector<compare::Rule>& rules,
                            const ExplanationStyle& style) {
  std::string out = fmt::format("{} at the source, {} of the run\n{}\n", pair.source, pair.result,
                                EscapeForTerminal(pair.shape));
  const std::vector<compare::Difference>& found = pair.differences.found;
  for (const compare::Difference& each : found) {
    const std::optional<uint32_t>& rule = each.rule;
    std::string line = Wrapped(EscapeForTerminal(compare::InWords(each)), 4, style.width);
    out += line.replace(0, 4, rule ? "  ~ " : "  * ");
    if (rule) {
      out +=
          Wrapped("hidden by " + EscapeForTerminal(NameWithReason(rules[*rule])), 8, style.width);
    }
    if (each.known != nullptr) {
      out += Wrapped(compare::InWords(*each.known), 8, style.width);
    }
  }
  if (pair.differences.more > 0) {
    out += fmt::format("  and {}\n", CountOf(pair.differences.more, "more difference"));
  }
  if (const uint64_t redacted = pair.differences.redacted; redacted > 0) {
    out += fmt::format("  {} redacted on one side, and not compared\n",
                       CountOf(redacted, "value is", "values are"));
  }
  if (pair.differences.none()) {
    out += "  no difference\n";
  }
  if (pair.differences.none() && !style.all) {
    return out;
  }
  const std::vector<AnswerRow> rows = SideBySide(
      source, target, found,
      {.all = style.all, .line_bytes = style.all ? std::string::npos : limits::kLineBytes});
  return out + "\n" + RowsText(rows, style.width, style.paint);
}

std::string ExplanationJson(const compare::Compared& pair,
                            const std::vector<compare::Rule>& rules) {
  std::string out;
  JsonAppender json(out);
  json.Open('{');
  json.Text("exchange", pair.source);
  json.Text("result", pair.result);
  json.Null("not_compared");
  json.Bytes("shape", pair.shape);
  json.Open("differences", '[');
  for (const compare::Difference& each : pair.differences.found) {
    json.Open('{');
    json.Text("part", compare::NameOf(each.part));
    json.Text("kind", compare::NameOf(each.kind));
    AppendDifference(json, each);
    const std::optional<uint32_t>& rule = each.rule;
    rule ? json.Bytes("hidden_by", rules[*rule].name) : json.Null("hidden_by");
    json.Close('}');
  }
  json.Close(']');
  json.Number("more", pair.differences.more);
  json.Number("redacted", pair.differences.redacted);
  json.Close('}');
  return out + "\n";
}

std::string LeftOutJson(const std::string& source, const std::string& result, Uncompared reason) {
  std::string out;
  JsonAppender json(out);
  json.Open('{');
  json.Text("exchange", source);
  json.Text("result", result);
  json.Text("not_compared", NameOf(reason));
  json.Close('}');
  return out + "\n";
}

}  // namespace trafrec::tools
