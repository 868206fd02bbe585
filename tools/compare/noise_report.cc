#include "tools/compare/noise_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/help_text.h"
#include "tools/units.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

uint64_t HiddenBy(const CompareReport& report, size_t noise) {
  return report.tally.hidden()[report.noise->first_rule + noise];
}

void AppendRate(JsonAppender& json, const char* name, const compare::Rate& rate) {
  json.Open(name, '{');
  json.Number("differing", rate.differing);
  json.Number("pairs", rate.pairs);
  json.Close('}');
}

/// "learned from 40 repeats at the source and 3,000 pairs of the control run".
std::string FromWhat(const NoiseReport& noise) {
  std::string text = "learned from ";
  if (noise.from_repeats) {
    text += CountOf(noise.repeats, "repeated request") + " at the source";
  }
  if (noise.from_control) {
    text += (noise.from_repeats ? " and " : "") + CountOf(noise.controls, "pair") +
            " of the control run";
  }
  return text;
}

}  // namespace

std::string NoiseText(const CompareReport& report, const CompareStyle& style) {
  if (!report.noise) {
    return "";
  }
  const NoiseReport& noise = *report.noise;
  std::string out = "\n" + style.paint(Tone::kBold, "Noise") + "\n";
  out += Wrapped(FromWhat(noise) + (noise.learned.empty() ? ": nothing" : ""), 2, style.width);
  const size_t shown = std::min(noise.learned.size(), style.top);
  for (size_t i = 0; i < shown; ++i) {
    const compare::Noise& each = noise.learned[i];
    out += fmt::format(
        "{:>9}  {}\n", WithCommas(HiddenBy(report, i)),
        ClipToWidth(EscapeForTerminal(each.shape), style.width > 20 ? style.width - 11 : 9));
    out += Wrapped(fmt::format("{} ({}): {}", EscapeForTerminal(each.place),
                               compare::NameOf(each.kind), compare::WhyOf(each)),
                   11, style.width);
  }
  if (noise.learned.size() > shown) {
    out += Wrapped(fmt::format("and {}: --top, or --json",
                               CountOf(noise.learned.size() - shown, "more place")),
                   2, style.width);
  }
  return out;
}

void AppendNoise(JsonAppender& json, const CompareReport& report) {
  if (!report.noise) {
    json.Null("noise");
    return;
  }
  json.Open("noise", '{');
  json.Number("repeats", report.noise->repeats);
  json.Number("controls", report.noise->controls);
  json.Open("learned", '[');
  for (size_t i = 0; i < report.noise->learned.size(); ++i) {
    const compare::Noise& each = report.noise->learned[i];
    json.Open('{');
    json.Bytes("shape", each.shape);
    json.Text("part", compare::NameOf(each.part));
    json.Text("kind", compare::NameOf(each.kind));
    json.Bytes("place", each.place);
    json.Text("from", compare::NameOf(each.origin));
    AppendRate(json, "noise", each.noise);
    AppendRate(json, "raw", each.raw);
    json.Number("hidden", HiddenBy(report, i));
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
}

}  // namespace trafrec::tools
