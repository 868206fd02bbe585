#include "tools/compare/latency_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "tools/compare/ranked.h"
#include "tools/help_text.h"
#include "tools/spread_json.h"
#include "tools/units.h"
#include "tools/utf8.h"

namespace trafrec::tools {
namespace {

using compare::LatencyCounts;
using compare::TripBy;

constexpr size_t kFigureColumns = 52;
constexpr size_t kLeastName = 16;

/// Where there is no room for a name beside the figures it stands above them, and the distance is
/// left out.
bool IsNarrow(size_t width) { return width < kFigureColumns + kLeastName; }

std::string Line(const LatencyCounts& counts, std::string_view name, size_t width) {
  const auto both = [&](double share) {
    return fmt::format("{:>7} {:>7}", ShortDuration(counts.source.Quantile(share)),
                       ShortDuration(counts.target.Quantile(share)));
  };
  std::string line =
      fmt::format("{}  {}  {:>6}", both(0.5), both(0.99), Percent(counts.slower, counts.count()));
  return IsNarrow(width) ? fmt::format("{}\n{}\n", ClipToWidth(name, width), line)
                         : fmt::format("{}  {:>5.2f}  {}\n", line, counts.distance(),
                                       ClipToWidth(name, width - kFigureColumns));
}

void AppendCounts(JsonAppender& json, const LatencyCounts& counts) {
  json.Number("count", counts.count());
  AppendSpread(json, "source_ns", counts.source);
  AppendSpread(json, "target_ns", counts.target);
  json.Number("slower", counts.slower);
  json.Real("distance", counts.distance());
}

std::string InWords(const compare::TripCounts& trips) {
  const auto pairs = [&](TripBy by) { return trips.pairs[static_cast<size_t>(by)]; };
  std::vector<std::string> words;
  if (trips.taken.count() > 0) {
    words.push_back(fmt::format("{} (p50)", HumanDuration(trips.taken.Quantile(0.5))));
  }
  if (pairs(TripBy::kHandshake) > 0) {
    words.push_back("by the handshake of " + CountOf(pairs(TripBy::kHandshake), "pair"));
  }
  if (pairs(TripBy::kCalibration) > 0) {
    words.push_back("by calibration of " + CountOf(pairs(TripBy::kCalibration), "pair"));
  }
  if (pairs(TripBy::kNone) > 0) {
    words.push_back(words.empty() ? "nothing"
                                  : "nothing of " + CountOf(pairs(TripBy::kNone), "pair"));
  }
  if (pairs(TripBy::kUnknown) > 0) {
    words.push_back("not known of " + CountOf(pairs(TripBy::kUnknown), "pair"));
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

void AppendTrips(JsonAppender& json, std::string_view name, const compare::TripCounts& trips) {
  json.Open(name, '{');
  for (size_t by = 0; by < compare::kTripBys; ++by) {
    json.Number(NameOf(static_cast<TripBy>(by)), trips.pairs[by]);
  }
  AppendSpread(json, "ns", trips.taken);
  json.Close('}');
}

}  // namespace

std::string TripsInWords(const compare::Latencies& latencies) {
  if (latencies.all().count() == 0) {
    return "";
  }
  return fmt::format("Taken out for the network: at the source {}; at the target {}",
                     InWords(latencies.source_trips()), InWords(latencies.target_trips()));
}

std::string LatencyTable(const compare::Latencies& latencies, size_t width, size_t top,
                         const Paint& paint) {
  if (latencies.all().count() == 0) {
    return "";
  }
  std::string out = paint(Tone::kBold, "Latency") + "\n";
  out += paint(Tone::kDim, fmt::format("{:>7} {:>7}  {:>7} {:>7}  {:>6}{}", "p50", "", "p99", "",
                                       "slower", IsNarrow(width) ? "" : "     KS")) +
         "\n";
  out += paint(Tone::kDim,
               fmt::format("{:>7} {:>7}  {:>7} {:>7}  {:>6}", "source", "target", "source",
                           "target", fmt::format(">{:.0f}%", 100 * latencies.slower_share()))) +
         "\n";
  return out + RankedLines(latencies.all(), latencies.shapes(), top,
                           [width](const LatencyCounts& counts, std::string_view name) {
                             return Line(counts, name, width);
                           });
}

void AppendLatencies(JsonAppender& json, const compare::Latencies& latencies) {
  json.Open("latency", '{');
  json.Real("slower_share", latencies.slower_share());
  json.Open("all", '{');
  AppendCounts(json, latencies.all());
  json.Close('}');
  json.Open("round_trips", '{');
  AppendTrips(json, "source", latencies.source_trips());
  AppendTrips(json, "target", latencies.target_trips());
  json.Close('}');
  AppendShapes(json, latencies.shapes(), AppendCounts);
  json.Close('}');
}

}  // namespace trafrec::tools
