#include "tools/compare/compare_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "replay/compare/known_differences.h"
#include "tools/compare/difference_json.h"
#include "tools/compare/latency_text.h"
#include "tools/compare/noise_report.h"
#include "tools/compare/rules_report.h"
#include "tools/compare/size_text.h"
#include "tools/compare/verdict.h"
#include "tools/help_text.h"
#include "tools/json_object.h"
#include "tools/units.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

/// Columns of a value in the list; explain shows more of it.
constexpr size_t kValueColumns = 100;
/// Where less is there, what is told of a difference begins at the margin.
constexpr size_t kNarrow = 60;
/// Of lists that are not of differences, when it has to be brief.
constexpr size_t kBriefTop = 3;

compare::Difference Clipped(compare::Difference difference) {
  difference.source = ClipToWidth(difference.source, kValueColumns);
  difference.target = ClipToWidth(difference.target, kValueColumns);
  return difference;
}

/// How much more the target's answers hold.
std::string Growth(const compare::Sizes& sizes) {
  if (sizes.source == 0) {
    return sizes.target == 0 ? "0%" : "more";
  }
  const double share = static_cast<double>(sizes.target) / static_cast<double>(sizes.source) - 1;
  return sizes.source == sizes.target ? "0%" : fmt::format("{:+.1f}%", 100 * share);
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
    Sizes();
    out_ += AmendmentsText(report_.amendments, style_.width, style_.paint, style_.brief);
    CompareStyle lists = style_;
    lists.top = style_.brief ? std::min(style_.top, kBriefTop) : style_.top;
    out_ += RulesText(report_.tally, lists);
    out_ += NoiseText(report_, lists);
    return std::move(out_);
  }

 private:
  void Paragraph(std::string_view text, size_t indent, Tone tone = Tone::kPlain) {
    const std::string lines = Wrapped(text, indent, style_.width);
    for (std::string_view rest = lines; !rest.empty();) {
      out_ += style_.paint(tone, TakeLine(rest)) + "\n";
    }
  }
  void Heading(std::string_view text) { out_ += "\n" + style_.paint(Tone::kBold, text) + "\n"; }

  void PutVerdict() {
    const compare::Tally& tally = report_.tally;
    const auto [says, tone] = VerdictOf(report_);
    Paragraph(says, 0, tone);
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
      Paragraph(fmt::format("{}: {}: {}", each.holds ? "fails" : "passes",
                            EscapeForTerminal(each.text), each.says),
                2, each.holds ? Tone::kRed : Tone::kGreen);
    }
  }

  void Latencies() {
    const compare::Latencies& latencies = report_.tally.latencies();
    const std::string table =
        LatencyTable(latencies, style_.width, style_.brief ? 0 : style_.top, style_.paint);
    if (!table.empty()) {
      out_ += "\n" + table;
      if (!style_.brief) {
        Paragraph(TripsInWords(latencies), 2);
      }
    }
  }

  /// Of a brief summary only the growth beside each shape.
  void Sizes() {
    const std::string table =
        style_.brief ? ""
                     : SizeTable(report_.tally.sizes(), style_.width, style_.top, style_.paint);
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
      style_.brief ? PutBriefly(groups[i]) : Put(groups[i]);
    }
    More(groups.size(), "kind of difference", "kinds of differences");
    if (report_.tally.ungrouped() > 0) {
      Paragraph(fmt::format("{} beyond the limits of one answer or of this list",
                            CountOf(report_.tally.ungrouped(), "more difference")),
                2);
    }
  }

  void Put(const compare::Group& group) {
    const size_t indent = style_.width < kNarrow ? 2 : 11;
    out_ += fmt::format("{:>9}  {}\n", WithCommas(group.exchanges),
                        ClipToWidth(EscapeForTerminal(group.shape), Room(11)));
    Paragraph(EscapeForTerminal(InWords(Clipped(group.first))), indent);
    if (group.first.known != nullptr) {
      Paragraph(InWords(*group.first.known), indent);
    }
    Paragraph(fmt::format("first in {} (here {})", group.first_source, group.first_result), indent,
              Tone::kDim);
    out_ += report_.suggest ? SuggestionText(group, *report_.suggest, indent) : "";
  }

  void PutBriefly(const compare::Group& group) {
    const std::string first = "  " + group.first_source;
    out_ += fmt::format("{:>9}  {}{}\n", WithCommas(group.exchanges),
                        ClipToWidth(EscapeForTerminal(group.shape), Room(11 + first.size())),
                        style_.paint(Tone::kDim, first));
    const std::string known =
        group.first.known == nullptr ? "" : fmt::format(" ({})", group.first.known->id);
    const size_t indent = style_.width < kNarrow ? 2 : 11;
    out_ += std::string(indent, ' ') +
            ClipToWidth(EscapeForTerminal(InWords(group.first)), Room(indent + known.size())) +
            known + "\n";
  }

  /// Columns that are left, some at least.
  size_t Room(size_t taken) const { return style_.width > taken + 9 ? style_.width - taken : 9; }

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
    const bool with_sizes = style_.width >= kNarrow;
    const std::string head =
        fmt::format("{:>9}  {:>9}{}", "differ", "compared", with_sizes ? "     bytes" : "");
    Heading(style_.brief ? head : "Requests");
    out_ += style_.brief ? "" : head + "\n";
    const size_t top = style_.brief ? std::min(style_.top, kBriefTop) : style_.top;
    for (size_t i = 0; i < std::min(shapes.size(), top); ++i) {
      out_ += fmt::format("{:>9}  {:>9}", WithCommas(shapes[i].differing),
                          WithCommas(shapes[i].compared));
      out_ += with_sizes ? fmt::format("  {:>8}", Growth(shapes[i].sizes)) : "";
      out_ += fmt::format(
          "  {}\n", ClipToWidth(EscapeForTerminal(shapes[i].shape), Room(with_sizes ? 32 : 22)));
    }
    if (!style_.brief) {
      More(shapes.size(), "shape", "shapes");
    }
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
  CompareStyle fitted = style;
  std::string text = Printer(report, fitted).Print();
  // The last row is the prompt's.
  const auto fits = [&] {
    return style.rows == 0 || static_cast<size_t>(std::ranges::count(text, '\n')) < style.rows;
  };
  for (fitted.brief = true; !fits() && fitted.top > 0; --fitted.top) {
    text = Printer(report, fitted).Print();
  }
  return text;
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
    json.Number("source_bytes", shape.sizes.source);
    json.Number("target_bytes", shape.sizes.target);
    json.Close('}');
  }
  json.Close(']');
  AppendAmendments(json, report.amendments);
  AppendRules(json, report.tally);
  AppendNoise(json, report);
  AppendLatencies(json, report.tally.latencies());
  AppendSizes(json, report.tally.sizes());
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
