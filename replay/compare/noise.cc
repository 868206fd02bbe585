// What varies by itself.
//
// Two servers never say quite the same: times, ids that they make, the order of what is equal. No
// list of such places is ever complete, so they are learned, as Diffy does it: two answers that
// should be one are compared, too, and a place that differs there about as often as between source
// and target is noise. Rates are taken for each shape of request, each place and each kind of
// difference: a field that has another value each time does not hide that it is missing.
//
// Diffy's thresholds are fixed shares, which few observations exceed by chance: 3 of 1,000 against
// 1 of 1,000 is a difference of half of the sum. So the rates must also be further apart than
// chance makes two samples of one rate. Rejected: to call noise what ever varied. A document that
// is written between two reads varies, and would hide that the target has another one.

#include "replay/compare/noise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "replay/compare/limits.h"
#include "replay/json/json_pointer.h"
#include "replay/json/json_tree.h"

namespace trafrec::compare {
namespace {

/// Nothing: it cannot be noise.
std::optional<std::string> PlaceOf(const Difference& difference) {
  const std::string& pointer = PointerOf(difference);
  if (difference.rule || difference.part == Part::kStatus || pointer.empty()) {
    return std::nullopt;
  }
  std::string place = difference.part == Part::kLine && !IsInJsonLine(difference)
                          ? pointer
                          : FoldedPlace(difference);
  place = IsInJsonLine(difference) ? std::string(PlaceInLine(place)) : place;
  // A name that a rule would read as any number of names.
  return place.find("/**") == std::string::npos ? std::optional(std::move(place)) : std::nullopt;
}

bool StatusDiffers(const Compared& pair) {
  return std::ranges::any_of(pair.differences.found,
                             [](const Difference& each) { return each.part == Part::kStatus; });
}

/// A JSON string is one of TOML, too, but for DEL.
std::string TomlString(std::string_view text) {
  std::string quoted = json::Quoted(text);
  for (size_t at = quoted.find('\x7f'); at != std::string::npos; at = quoted.find('\x7f', at)) {
    quoted.replace(at, 1, "\\u007F");
  }
  return quoted;
}

std::string PercentOf(const Rate& rate) { return fmt::format("{:.3g}%", 100 * rate.share()); }

}  // namespace

std::string_view NameOf(NoiseOrigin origin) {
  return origin == NoiseOrigin::kRepeats ? "repeats" : "control";
}

double Rate::share() const {
  return pairs == 0 ? 0 : static_cast<double>(differing) / static_cast<double>(pairs);
}

bool MayBeChance(const Rate& noise, const Rate& raw) {
  const auto trials = static_cast<double>(noise.pairs);
  const auto pairs = static_cast<double>(raw.pairs);
  const double together = static_cast<double>(noise.differing + raw.differing) / (trials + pairs);
  const double deviation = std::sqrt(together * (1 - together) * (1 / trials + 1 / pairs));
  return raw.share() - noise.share() < limits::kNoiseDeviations * deviation;
}

bool Explains(const Rate& noise, const Rate& raw, const NoiseThresholds& thresholds) {
  if (noise.differing == 0) {
    return false;
  }
  const double more = raw.share() - noise.share();
  return more <= thresholds.absolute ||
         more <= thresholds.relative * (raw.share() + noise.share()) || MayBeChance(noise, raw);
}

template <typename Slot>
void NoiseLearner::Count(const Compared& pair, const Slot& slot) {
  if (shapes_.size() == limits::kGroups && !shapes_.contains(pair.shape)) {
    return;
  }
  ++slot(shapes_[pair.shape]);
  std::set<Key> counted;
  for (const Difference& each : pair.differences.found) {
    std::optional<std::string> place = PlaceOf(each);
    if (!place) {
      continue;
    }
    const Part part = IsInJsonLine(each) ? Part::kBody : each.part;
    Key key(pair.shape, part, each.kind, std::move(*place));
    if ((places_.size() < limits::kGroups || places_.contains(key)) && counted.insert(key).second) {
      ++slot(places_[std::move(key)]);
    }
  }
}

void NoiseLearner::AddRaw(const Compared& pair) {
  Count(pair, [](Counts& counts) -> uint64_t& { return counts.raw; });
}

void NoiseLearner::AddTrial(NoiseOrigin origin, const Compared& pair) {
  const auto at = static_cast<size_t>(origin);
  // What is said instead of an answer has other places.
  if (StatusDiffers(pair)) {
    return;
  }
  ++trials_[at];
  Count(pair, [at](Counts& counts) -> uint64_t& { return counts.trials[at]; });
}

uint64_t NoiseLearner::TrialsAt(const Key& key, size_t origin) const {
  const auto found = places_.find(key);
  return found == places_.end() ? 0 : found->second.trials[origin];
}

uint64_t NoiseLearner::TrialsOf(const Key& key, size_t origin) const {
  const Kind kind = std::get<Kind>(key);
  if (kind != Kind::kMissing && kind != Kind::kAdded) {
    return TrialsAt(key, origin);
  }
  Key other = key;
  std::get<Kind>(other) = kind == Kind::kMissing ? Kind::kAdded : Kind::kMissing;
  return std::max(TrialsAt(key, origin), TrialsAt(other, origin));
}

bool NoiseLearner::ComesAndGoes(const Key& key, size_t origin) const {
  Key missing = key;
  std::get<Kind>(missing) = Kind::kMissing;
  return TrialsOf(missing, origin) > 0;
}

std::vector<Noise> NoiseLearner::Learned(const NoiseThresholds& thresholds) const {
  std::vector<Noise> learned;
  for (const auto& [key, counts] : places_) {
    const Counts& all = shapes_.at(std::get<0>(key));
    for (size_t origin = 0; counts.raw > 0 && origin < kNoiseOrigins; ++origin) {
      const Rate noise{.differing = TrialsOf(key, origin), .pairs = all.trials[origin]};
      const Rate raw{.differing = counts.raw, .pairs = all.raw};
      // What is there now and then has another value when both happen to have it: too rare to be
      // seen in the trials.
      if (Explains(noise, raw, thresholds) ||
          (ComesAndGoes(key, origin) && MayBeChance(noise, raw))) {
        learned.push_back({.shape = std::get<0>(key),
                           .part = std::get<Part>(key),
                           .kind = std::get<Kind>(key),
                           .place = std::get<3>(key),
                           .origin = static_cast<NoiseOrigin>(origin),
                           .noise = noise,
                           .raw = raw});
        break;
      }
    }
  }
  std::ranges::stable_sort(learned, std::greater(),
                           [](const Noise& each) { return each.raw.differing; });
  learned.resize(std::min(learned.size(), limits::kNoises));
  return learned;
}

std::string WhyOf(const Noise& noise) {
  if (noise.noise.differing == 0) {
    return fmt::format("comes and goes by itself, differs in {}", PercentOf(noise.raw));
  }
  return fmt::format(
      "varies in {} of {} {} ({}), differs in {}", noise.noise.differing, noise.noise.pairs,
      noise.origin == NoiseOrigin::kRepeats ? "repeats at the source" : "pairs of the control run",
      PercentOf(noise.noise), PercentOf(noise.raw));
}

std::string RulesText(const std::vector<Noise>& learned) {
  std::string text =
      "# What varied by itself. Learned by trafrec compare; keep what you agree with.\n";
  for (const Noise& each : learned) {
    text += fmt::format("\n[[ignore]]\nplace = {}\n", TomlString(each.place));
    if (each.part != Part::kBody) {
      text += fmt::format("part = \"{}\"\n", NameOf(each.part));
    }
    text += fmt::format("kind = \"{}\"\nwhen = {{ shape = {} }}\nwhy = {}\n", NameOf(each.kind),
                        TomlString(each.shape), TomlString(WhyOf(each)));
  }
  return text;
}

}  // namespace trafrec::compare
