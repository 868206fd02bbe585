#include "tools/compare/explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "tools/compare/difference_json.h"
#include "tools/help_text.h"
#include "tools/json_object.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {

bool AllHidden(const compare::Differences& differences, const std::vector<compare::Rule>& rules) {
  return differences.more == 0 &&
         std::ranges::all_of(differences.found, [&](const compare::Difference& each) {
           return compare::FindRule(rules, each).has_value();
         });
}

std::string ExplanationText(const compare::Compared& pair, const std::vector<compare::Rule>& rules,
                            size_t width) {
  std::string out = fmt::format("{} at the source, {} of the run\n{}\n", pair.source, pair.result,
                                EscapeForTerminal(pair.shape));
  if (pair.differences.none()) {
    return out + "  no difference\n";
  }
  for (const compare::Difference& each : pair.differences.found) {
    const std::optional<size_t> rule = compare::FindRule(rules, each);
    std::string line = Wrapped(EscapeForTerminal(compare::InWords(each)), 4, width);
    out += line.replace(0, 4, rule ? "    " : "  * ");
    if (rule) {
      out +=
          Wrapped(fmt::format("hidden by {}: {}", rules[*rule].name, rules[*rule].why), 8, width);
    }
  }
  if (pair.differences.more > 0) {
    out += fmt::format("  and {}\n", CountOf(pair.differences.more, "more difference"));
  }
  return out;
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
    const std::optional<size_t> rule = compare::FindRule(rules, each);
    rule ? json.Bytes("hidden_by", rules[*rule].name) : json.Null("hidden_by");
    json.Close('}');
  }
  json.Close(']');
  json.Number("more", pair.differences.more);
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
