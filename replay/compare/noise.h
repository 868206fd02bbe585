#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "replay/compare/difference.h"
#include "replay/compare/tally.h"

namespace trafrec::compare {

/// Where one learns what varies by itself.
enum class NoiseOrigin : uint8_t {
  kRepeats,  ///< one request asked again at the source
  kControl,  ///< one request sent twice, by two runs
};
inline constexpr size_t kNoiseOrigins = 2;

/// "repeats", "control".
std::string_view NameOf(NoiseOrigin origin);

/// How far a place may differ more often between source and target than by itself. Shares.
struct NoiseThresholds {
  double relative = 0.2;     ///< of the sum of both rates
  double absolute = 0.0003;  ///< of the pairs
};

/// How often something differs.
struct Rate {
  uint64_t differing = 0;
  uint64_t pairs = 0;

  double share() const;
};

/// Whether what varies so often by itself explains that it differs so often: Diffy's rule, or that
/// chance alone could make the difference of the two rates.
bool Explains(const Rate& noise, const Rate& raw, const NoiseThresholds& thresholds);
/// The second half alone.
bool MayBeChance(const Rate& noise, const Rate& raw);

/// A place whose differences between source and target are explained by what varies there.
struct Noise {
  std::string shape{};
  Part part = Part::kBody;
  Kind kind = Kind::kValue;
  std::string place{};  ///< a pointer; numbers of elements are `*`, but those of lines are not
  NoiseOrigin origin = NoiseOrigin::kRepeats;
  Rate noise{};
  Rate raw{};
};

/// Counts by place what differs between source and target, and what differs between two answers
/// that should be one. Status is never noise, nor is a body as a whole, nor what differs with the
/// status. Memory is bounded by
/// limits::kGroups: what is beyond is not learned. One thread.
class NoiseLearner {
 public:
  /// What no rule hides, of a pair of source and target.
  void AddRaw(const Compared& pair);
  /// The same of two answers that should be one.
  void AddTrial(NoiseOrigin origin, const Compared& pair);

  uint64_t trials(NoiseOrigin origin) const { return trials_[static_cast<size_t>(origin)]; }

  /// The noisiest first; at most limits::kNoises.
  std::vector<Noise> Learned(const NoiseThresholds& thresholds) const;

 private:
  using Key = std::tuple<std::string, Part, Kind, std::string>;
  struct Counts {
    uint64_t raw = 0;
    std::array<uint64_t, kNoiseOrigins> trials{};
  };

  /// Increments `slot` of each place that differs, once, and of the shape.
  template <typename Slot>
  void Count(const Compared& pair, const Slot& slot);
  uint64_t TrialsAt(const Key& key, size_t origin) const;
  /// What varies one way may as well vary the other way.
  uint64_t TrialsOf(const Key& key, size_t origin) const;
  /// Whether the place is not always there.
  bool ComesAndGoes(const Key& key, size_t origin) const;

  std::map<Key, Counts> places_;
  std::map<std::string, Counts> shapes_;  ///< all pairs
  std::array<uint64_t, kNoiseOrigins> trials_{};
};

/// As a rules file has it (docs/compare_rules.md).
std::string RulesText(const std::vector<Noise>& learned);

/// "varies in 12 of 40 repeats (30%), differs in 33%".
std::string WhyOf(const Noise& noise);

}  // namespace trafrec::compare
