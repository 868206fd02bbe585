#include "tools/compare/junit.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "replay/compare/known_differences.h"
#include "tools/page/html.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

/// Differences of one shape that a person reads in a list of failed tests.
constexpr size_t kShown = 20;

/// XML has five entities of HTML, and no way to write U+FFFE, U+FFFF and most control characters
/// (XML 1.0, section 2.2), which page::Html has made visible already.
std::string Xml(std::string_view bytes) {
  std::string out = page::Html(bytes);
  for (const auto& [none, shown] :
       {std::pair("\xef\xbf\xbe", "\\u{fffe}"), std::pair("\xef\xbf\xbf", "\\u{ffff}")}) {
    for (size_t at = out.find(none); at != std::string::npos; at = out.find(none, at)) {
      out.replace(at, 3, shown);
    }
  }
  return out;
}

std::string DifferencesOf(const std::vector<const compare::Group*>& groups) {
  std::string text;
  for (size_t i = 0; i < std::min(groups.size(), kShown); ++i) {
    const compare::Group& group = *groups[i];
    text += Xml(fmt::format("{} in {}, first in {} (in the run {})", InWords(group.first),
                            CountOf(group.exchanges, "exchange"), group.first_source,
                            group.first_result)) +
            (group.first.known == nullptr ? "" : "; " + Xml(InWords(*group.first.known))) + "\n";
  }
  if (groups.size() > kShown) {
    text += fmt::format("and {}\n", CountOf(groups.size() - kShown, "more kind", "more kinds"));
  }
  return text;
}

std::string ShapeCase(const compare::ShapeCount& shape, const std::string& differences,
                      bool fails) {
  std::string out =
      fmt::format("    <testcase classname=\"answers\" name=\"{}\" time=\"0\"", Xml(shape.shape));
  if (shape.differing == 0) {
    return out + "/>\n";
  }
  const std::string message =
      fmt::format("{} of {} differ ({})", WithCommas(shape.differing),
                  CountOf(shape.compared, "pair of answers", "pairs of answers"),
                  Percent(shape.differing, shape.compared));
  out += ">\n";
  out += fails ? fmt::format("      <failure message=\"{}\" type=\"difference\">{}</failure>\n",
                             message, differences)
               : fmt::format("      <system-out>{}\n{}</system-out>\n", message, differences);
  return out + "    </testcase>\n";
}

std::string ConditionCase(const FailResult& condition) {
  return fmt::format("    <testcase classname=\"conditions\" name=\"{}\" time=\"0\">\n",
                     Xml(condition.text)) +
         (condition.holds
              ? fmt::format("      <failure message=\"{}\" type=\"condition\">{}</failure>\n",
                            Xml(condition.says), Xml(condition.says))
              : fmt::format("      <system-out>{}</system-out>\n", Xml(condition.says))) +
         "    </testcase>\n";
}

std::string Suite(std::string_view name, size_t tests, size_t failures, const std::string& cases) {
  return fmt::format(
             "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\" "
             "time=\"0\">\n",
             name, tests, failures) +
         cases + "  </testsuite>\n";
}

}  // namespace

std::string JunitXml(const CompareReport& report) {
  const std::vector<compare::Group> groups = report.tally.Groups();
  std::map<std::string_view, std::vector<const compare::Group*>> by_shape;
  for (const compare::Group& group : groups) {
    by_shape[group.shape].push_back(&group);
  }
  const bool shapes_fail = report.conditions.empty();
  const std::vector<compare::ShapeCount> shapes = report.tally.Shapes();
  std::string answers;
  for (const compare::ShapeCount& shape : shapes) {
    answers += ShapeCase(shape, DifferencesOf(by_shape[shape.shape]), shapes_fail);
  }
  const auto differing = static_cast<size_t>(
      std::ranges::count_if(shapes, [](const auto& shape) { return shape.differing > 0; }));
  const size_t failed_shapes = shapes_fail ? differing : 0;
  std::string conditions;
  for (const FailResult& condition : report.conditions) {
    conditions += ConditionCase(condition);
  }
  const auto held =
      static_cast<size_t>(std::ranges::count_if(report.conditions, &FailResult::holds));
  return fmt::format(
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
             "<testsuites name=\"trafrec compare\" tests=\"{}\" failures=\"{}\" errors=\"0\" "
             "time=\"0\">\n",
             shapes.size() + report.conditions.size(), failed_shapes + held) +
         Suite("answers", shapes.size(), failed_shapes, answers) +
         Suite("conditions", report.conditions.size(), held, conditions) + "</testsuites>\n";
}

}  // namespace trafrec::tools
