#include "tools/compare/compare_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "replay/compare/known_differences.h"
#include "tools/compare/difference_json.h"
#include "tools/compare/latency_text.h"
#include "tools/compare/noise_report.h"
#include "tools/compare/rules_report.h"
#include "tools/compare/verdict.h"
#include "tools/help_text.h"
#include "tools/json_object.h"
#include "tools/units.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

/// Columns of a value in the list; explain shows more of it.
constexpr size_t kValueColumns = 100;

compare::Difference Clipped(compare::Difference difference) {
  difference.source = ClipToWidth(difference.source, kValueColumns);
  difference.target = ClipToWidth(difference.target, kValueColumns);
  return difference;
}

class Printer {
 public:
  Printer(const CompareReport& report, const CompareStyle& style)
      : report_(report), style_(style) {}

  std::string Print() {
    PutVerdict();
    Conditions();
    Uncompareds();
    Groups();
    Shapes();
    Latencies();
    out_ += AmendmentsText(report_.amendments, style_.width, style_.paint);
    out_ += RulesText(report_.tally, style_);
    out_ += NoiseText(report_, style_);
    return std::move(out_);
  }

 private:
  void Paragraph(std::string_view text, size_t indent) {
    out_ += Wrapped(text, indent, style_.width);
  }
  void Heading(std::string_view text) { out_ += "\n" + style_.paint(Tone::kBold, text) + "\n"; }

  void PutVerdict() {
    const compare::Tally& tally = report_.tally;
    const auto [says, tone] = VerdictOf(report_);
    out_ += style_.paint(tone, says) + "\n";
    if (tally.unexplained() < tally.differing()) {
      Paragraph(fmt::format("{} of them in known ways only",
                            WithCommas(tally.differing() - tally.unexplained())),
                2);
    }
    if (report_.two_runs) {
      Paragraph(fmt::format("two runs: the source is {}, the target {}",
                            EscapeForTerminal(report_.source), EscapeForTerminal(report_.run)),
                2);
    }
  }

  void Conditions() {
    for (const FailResult& each : report_.conditions) {
      Paragraph(style_.paint(each.holds ? Tone::kRed : Tone::kGreen,
                             fmt::format("{}: {}: {}", each.holds ? "fails" : "passes",
                                         EscapeForTerminal(each.text), each.says)),
                2);
    }
  }

  void Latencies() {
    const std::string table =
        LatencyTable(report_.tally.latencies(), style_.width, style_.top, style_.paint);
    out_ += table.empty() ? "" : "\n" + table;
  }

  void Uncompareds() {
    for (size_t i = 0; i < kUncomparedReasons; ++i) {
      if (report_.uncompared[i] > 0) {
        Paragraph(fmt::format("not compared: {}, {}", CountOf(report_.uncompared[i], "exchange"),
                              InWords(static_cast<Uncompared>(i), report_.two_runs)),
                  2);
      }
    }
    if (report_.tally.redacted() > 0) {
      Paragraph(fmt::format("not compared: {}, redacted on one side",
                            CountOf(report_.tally.redacted(), "value")),
                2);
    }
    if (const std::string as_text = AsTextInWords(report_.tally); !as_text.empty()) {
      Paragraph(as_text, 2);
    }
  }

  void Groups() {
    const std::vector<compare::Group> groups = report_.tally.Groups();
    if (groups.empty()) {
      return;
    }
    Heading("Differences");
    for (size_t i = 0; i < std::min(groups.size(), style_.top); ++i) {
      const compare::Group& group = groups[i];
      out_ += fmt::format(
          "{:>9}  {}\n", WithCommas(group.exchanges),
          ClipToWidth(EscapeForTerminal(group.shape), style_.width > 20 ? style_.width - 11 : 9));
      Paragraph(EscapeForTerminal(InWords(Clipped(group.first))), 11);
      if (group.first.known != nullptr) {
        Paragraph(InWords(*group.first.known), 11);
      }
      Paragraph(style_.paint(Tone::kDim, fmt::format("first in {} (here {})", group.first_source,
                                                     group.first_result)),
                11);
      out_ += report_.suggest ? SuggestionText(group, *report_.suggest, 11) : "";
    }
    More(groups.size(), "kind of difference", "kinds of differences");
    if (report_.tally.ungrouped() > 0) {
      Paragraph(fmt::format("{} beyond the limits of one answer or of this list",
                            CountOf(report_.tally.ungrouped(), "more difference")),
                2);
    }
  }

  void More(size_t count, std::string_view thing, std::string_view things) {
    if (count > style_.top) {
      Paragraph(fmt::format("and {}: --top, or --json",
                            CountOf(count - style_.top, "more " + std::string(thing),
                                    "more " + std::string(things))),
                2);
    }
  }

  void Shapes() {
    const std::vector<compare::ShapeCount> shapes = report_.tally.Shapes();
    if (shapes.empty()) {
      return;
    }
    Heading("Requests");
    out_ += fmt::format("{:>9}  {:>9}\n", "differ", "compared");
    for (size_t i = 0; i < std::min(shapes.size(), style_.top); ++i) {
      out_ += fmt::format("{:>9}  {:>9}  {}\n", WithCommas(shapes[i].differing),
                          WithCommas(shapes[i].compared),
                          ClipToWidth(EscapeForTerminal(shapes[i].shape),
                                      style_.width > 32 ? style_.width - 22 : 10));
    }
    More(shapes.size(), "shape", "shapes");
  }

  const CompareReport& report_;
  const CompareStyle& style_;
  std::string out_;
};

}  // namespace

std::string AsTextInWords(const compare::Tally& tally) {
  const compare::Tally::AsText& as_text = tally.as_text();
  return as_text.pairs == 0
             ? ""
             : fmt::format("compared as text: the JSON of {}; first {}: {}",
                           CountOf(as_text.pairs, "pair"), as_text.first, as_text.why);
}

std::string CompareText(const CompareReport& report, const CompareStyle& style) {
  return Printer(report, style).Print();
}

std::string CompareJsonText(const CompareReport& report) {
  std::string out;
  JsonAppender json(out);
  json.Open('{');
  json.Bytes("source", report.source);
  json.Bytes("run", report.run);
  json.Text("dialect", report.dialect);
  json.Number("compared", report.tally.compared());
  json.Number("differing", report.tally.differing());
  json.Number("unexplained", report.tally.unexplained());
  json.Open("not_compared", '{');
  for (size_t i = 0; i < kUncomparedReasons; ++i) {
    json.Number(NameOf(static_cast<Uncompared>(i)), report.uncompared[i]);
  }
  json.Close('}');
  json.Open("differences", '[');
  for (const compare::Group& group : report.tally.Groups()) {
    json.Open('{');
    json.Bytes("shape", group.shape);
    json.Text("part", compare::NameOf(group.part));
    json.Text("kind", compare::NameOf(group.kind));
    json.Bytes("place", group.place);
    json.Number("exchanges", group.exchanges);
    json.Open("first", '{');
    json.Text("exchange", group.first_source);
    json.Text("result", group.first_result);
    AppendDifference(json, group.first);
    json.Close('}');
    if (report.suggest) {
      AppendSuggestions(json, group, *report.suggest);
    }
    json.Close('}');
  }
  json.Close(']');
  json.Number("ungrouped", report.tally.ungrouped());
  json.Number("redacted", report.tally.redacted());
  json.Open("as_text", '{');
  json.Number("pairs", report.tally.as_text().pairs);
  json.Text("first", report.tally.as_text().first);
  json.Text("why", report.tally.as_text().why);
  json.Close('}');
  json.Open("shapes", '[');
  for (const compare::ShapeCount& shape : report.tally.Shapes()) {
    json.Open('{');
    json.Bytes("shape", shape.shape);
    json.Number("compared", shape.compared);
    json.Number("differing", shape.differing);
    json.Close('}');
  }
  json.Close(']');
  AppendAmendments(json, report.amendments);
  AppendRules(json, report.tally);
  AppendNoise(json, report);
  AppendLatencies(json, report.tally.latencies());
  json.Open("conditions", '[');
  for (const FailResult& each : report.conditions) {
    json.Open('{');
    json.Bytes("text", each.text);
    json.Bool("holds", each.holds);
    json.Text("says", each.says);
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
  return out + "\n";
}

}  // namespace trafrec::tools
