#include "tools/compare/rules_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "tools/help_text.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

using compare::Rule;

/// "ignore /**/took": what it does, and where.
std::string Deed(const Rule& rule) {
  const std::string_view action = NameOf(rule.action);
  const std::string where =
      rule.part == compare::Part::kBody
          ? rule.place.text()
          : std::string(NameOf(rule.part)) + (rule.place.size() > 0 ? " " : "") + rule.place.text();
  return where.empty() ? std::string(action) : fmt::format("{} {}", action, where);
}

std::string Line(const Rule& rule, uint64_t hidden, const CompareStyle& style) {
  std::string line = EscapeForTerminal(Deed(rule));
  if (rule.name != rule.place.text() && rule.name != NameOf(rule.part)) {
    line += " (" + EscapeForTerminal(rule.name) + ")";
  }
  if (!rule.why.empty() && rule.why != rule.origin) {
    line += ": " + EscapeForTerminal(rule.why);
  }
  if (rule.is_own()) {
    line += style.paint(Tone::kDim, fmt::format("  {}", EscapeForTerminal(rule.origin)));
    line += hidden == 0 ? style.paint(Tone::kYellow, "  never applied") : "";
  }
  constexpr size_t kIndent = 11;
  return Wrapped(line, kIndent, style.width)
      .replace(0, kIndent, fmt::format("{:>9}  ", WithCommas(hidden)));
}

/// Their places, what hid most first.
std::vector<size_t> Ranked(const compare::Tally& tally, bool own) {
  std::vector<size_t> ranked;
  for (size_t i = 0; i < tally.rules().size(); ++i) {
    if (tally.rules()[i].is_own() == own && !tally.rules()[i].learned) {
      ranked.push_back(i);
    }
  }
  std::ranges::stable_sort(ranked, std::greater(), [&](size_t i) { return tally.hidden()[i]; });
  return ranked;
}

std::string List(const compare::Tally& tally, const CompareStyle& style, bool own,
                 std::string_view title) {
  const std::vector<size_t> ranked = Ranked(tally, own);
  if (ranked.empty()) {
    return "";
  }
  std::string out = "\n" + style.paint(Tone::kBold, title) + "\n";
  const size_t shown = style.show_hidden ? ranked.size() : std::min(ranked.size(), style.top);
  for (size_t i = 0; i < shown; ++i) {
    out += Line(tally.rules()[ranked[i]], tally.hidden()[ranked[i]], style);
  }
  if (shown < ranked.size()) {
    const auto unused =
        std::ranges::count_if(ranked.begin() + static_cast<ptrdiff_t>(shown), ranked.end(),
                              [&](size_t i) { return tally.hidden()[i] == 0; });
    out += Wrapped(fmt::format("and {}, {} of them never applied: --show-hidden",
                               CountOf(ranked.size() - shown, "more rule"), unused),
                   2, style.width);
  }
  return out;
}

}  // namespace

std::string RulesText(const compare::Tally& tally, const CompareStyle& style) {
  std::string out = List(tally, style, true, "Your rules hid");
  uint64_t by_defaults = 0;
  for (const size_t i : Ranked(tally, false)) {
    by_defaults += tally.hidden()[i];
  }
  if (style.show_hidden) {
    out += List(tally, style, false, "Default rules hid");
  } else if (by_defaults > 0) {
    out += "\n" + Wrapped(fmt::format("{} hidden by default rules: --show-hidden",
                                      CountOf(by_defaults, "difference")),
                          0, style.width);
  }
  return out;
}

std::string NameWithReason(const Rule& rule) {
  return rule.name + (rule.is_own() ? fmt::format(" ({})", rule.origin) : "") +
         (rule.why.empty() || rule.why == rule.origin ? "" : ": " + rule.why);
}

void AppendRules(JsonAppender& json, const compare::Tally& tally) {
  json.Open("rules", '[');
  for (size_t i = 0; i < tally.rules().size(); ++i) {
    const Rule& rule = tally.rules()[i];
    json.Open('{');
    json.Bytes("name", rule.name);
    json.Text("action", NameOf(rule.action));
    json.Text("part", NameOf(rule.part));
    json.Bytes("place", rule.place.text());
    json.Bytes("why", rule.why);
    rule.is_own() ? json.Bytes("origin", rule.origin) : json.Null("origin");
    json.Number("hidden", tally.hidden()[i]);
    json.Close('}');
  }
  json.Close(']');
}

}  // namespace trafrec::tools
