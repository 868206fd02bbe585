#include "tools/compare/size_text.h"

#include <fmt/format.h>

#include <vector>

#include "tools/compare/ranked.h"
#include "tools/spread_json.h"
#include "tools/units.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

using compare::BothSides;

constexpr size_t kFigureColumns = 55;
constexpr size_t kLeastName = 16;

/// Where there is no room for a name beside the figures it stands above them, and p90 and the
/// distance are left out.
bool IsNarrow(size_t width) { return width < kFigureColumns + kLeastName; }

std::string Line(const BothSides& counts, std::string_view name, size_t width) {
  std::vector<double> shares = {0.5, 0.9, 0.99};
  if (IsNarrow(width)) {
    shares.erase(shares.begin() + 1);
  }
  std::string line;
  for (const double share : shares) {
    line += fmt::format("{}{:>6} {:>6}", line.empty() ? "" : "   ",
                        ShortBytes(static_cast<uint64_t>(counts.source.Quantile(share))),
                        ShortBytes(static_cast<uint64_t>(counts.target.Quantile(share))));
  }
  return IsNarrow(width) ? fmt::format("{}\n{}\n", ClipToWidth(name, width), line)
                         : fmt::format("{}   {:>5.2f}  {}\n", line, counts.distance(),
                                       ClipToWidth(name, width - kFigureColumns));
}

void AppendCounts(JsonAppender& json, const BothSides& counts) {
  json.Number("count", counts.count());
  AppendSpread(json, "source_bytes", counts.source);
  AppendSpread(json, "target_bytes", counts.target);
  json.Real("distance", counts.distance());
}

}  // namespace

std::string SizeTable(const compare::AnswerSizes& sizes, size_t width, size_t top,
                      const Paint& paint) {
  const BothSides& all = sizes.all();
  if (all.source.greatest() == 0 && all.target.greatest() == 0) {
    return "";
  }
  const bool narrow = IsNarrow(width);
  std::string out = paint(Tone::kBold, "Bytes of an answer") + "\n";
  out += paint(Tone::kDim,
               narrow ? fmt::format("{:>6}{:>16}", "p50", "p99")
                      : fmt::format("{:>6}{:>16}{:>16}{:>15}", "p50", "p90", "p99", "KS")) +
         "\n";
  out += paint(Tone::kDim, narrow ? "source target   source target"
                                  : "source target   source target   source target") +
         "\n";
  return out + RankedLines(sizes.all(), sizes.shapes(), top,
                           [width](const BothSides& counts, std::string_view name) {
                             return Line(counts, name, width);
                           });
}

void AppendSizes(JsonAppender& json, const compare::AnswerSizes& sizes) {
  json.Open("sizes", '{');
  json.Open("all", '{');
  AppendCounts(json, sizes.all());
  json.Close('}');
  AppendShapes(json, sizes.shapes(), AppendCounts);
  json.Close('}');
}

}  // namespace trafrec::tools
