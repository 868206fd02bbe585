#include "tools/merge_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/time.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

constexpr int64_t kWorthTellingNs = 10 * kNsPerSecond;

/// A clock that is no worse than this needs no figure: 0.1 parts in a million.
constexpr double kDriftWorthTellingPpm = 0.1;

std::string DriftInWords(const store::ClockOffset& first, const store::ClockOffset& last) {
  const int64_t gained = last.offset_ns - first.offset_ns;
  const int64_t span = last.at - first.at;
  if (span <= 0 || std::abs(gained) <= first.uncertainty_ns + last.uncertainty_ns) {
    return {};
  }
  const double ppm = 1e6 * static_cast<double>(gained) / static_cast<double>(span);
  if (std::abs(ppm) < kDriftWorthTellingPpm) {
    return {};
  }
  return fmt::format(", and {} {:.1f} µs a second", gained > 0 ? "gains" : "loses", std::abs(ppm));
}

std::string Line(std::string_view name, std::string_view text) {
  return fmt::format("  {:<10}{}\n", name, text);
}

}  // namespace

std::string HoldSentence(const store::RecorderHold& hold) {
  return fmt::format(
      "exchanges after {} are held back: recorder '{}' has written no further ({}), others have "
      "come to {}; --without {} goes on without it",
      FormatTime(hold.through), hold.recorder,
      hold.running ? "it is running" : "its process is not running here",
      FormatTime(hold.others_through), hold.recorder);
}

bool IsWorthTelling(const store::RecorderHold& hold) {
  return !hold.running || hold.behind_ns > kWorthTellingNs;
}

std::string WithoutSentence(const std::string& recorder) {
  return fmt::format(
      "going on without recorder '{}': what it alone saw after its last mark is "
      "missing",
      recorder);
}

std::vector<std::string> ClockSentences(const std::vector<store::ClockOffset>& offsets) {
  std::vector<std::string> sentences;
  for (auto first = offsets.begin(); first != offsets.end();) {
    const auto end = std::find_if(first, offsets.end(), [&](const store::ClockOffset& offset) {
      return offset.recorder != first->recorder;
    });
    const store::ClockOffset& last = *(end - 1);
    uint64_t packets = 0;
    for (auto offset = first; offset != end; ++offset) {
      packets += offset->packets;
    }
    const bool right = std::abs(last.offset_ns) <= last.uncertainty_ns;
    sentences.push_back(
        fmt::format("'{}' {} '{}' (± {}, from {}{})", last.recorder,
                    right ? std::string("agrees with")
                          : fmt::format("is {} {}", HumanDuration(std::abs(last.offset_ns)),
                                        last.offset_ns > 0 ? "ahead of" : "behind"),
                    last.reference, HumanDuration(last.uncertainty_ns), CountOf(packets, "packet"),
                    DriftInWords(*first, last)));
    first = end;
  }
  return sentences;
}

std::string MergeReportInWords(const store::MergeReport& merged) {
  std::string out =
      Line("together",
           fmt::format("{}, each once; {} of them seen by several recorders",
                       CountOf(merged.exchanges, "exchange"), WithCommas(merged.seen_by_several)));
  for (const std::string& sentence : ClockSentences(merged.clocks)) {
    out += Line("clock", sentence);
  }
  if (merged.clocks.empty()) {
    out += Line("clocks", "not compared: no two recorders saw enough of the same messages");
  } else if (!merged.clocks_not_kept.empty()) {
    out += Line("note", "the offsets are not kept: " + EscapeForTerminal(merged.clocks_not_kept));
  }
  out += merged.hold ? Line("held back", HoldSentence(*merged.hold)) : "";
  return out;
}

void AppendMergeJson(JsonAppender& json, const store::MergeReport& merged,
                     const std::vector<std::string>& without) {
  json.Open("merged", '{');
  json.Number("exchanges", merged.exchanges);
  json.Number("seen_by_several", merged.seen_by_several);
  json.Open("clocks", '[');
  for (const store::ClockOffset& offset : merged.clocks) {
    json.Open('{');
    json.Text("recorder", offset.recorder);
    json.Time("time", offset.at);
    json.Text("reference", offset.reference);
    json.Number("offset_ns", offset.offset_ns);
    json.Number("uncertainty_ns", offset.uncertainty_ns);
    json.Number("packets", offset.packets);
    json.Close('}');
  }
  json.Close(']');
  if (merged.hold) {
    json.Open("held_by", '{');
    json.Text("recorder", merged.hold->recorder);
    json.Bool("running", merged.hold->running);
    json.Time("through", merged.hold->through);
    json.Time("others_through", merged.hold->others_through);
    json.Number("behind_ns", merged.hold->behind_ns);
    json.Close('}');
  } else {
    json.Null("held_by");
  }
  json.Texts("without", without);
  json.Close('}');
}

}  // namespace trafrec::tools
