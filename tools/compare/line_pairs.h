#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace trafrec::tools {

/// A line of one text beside the line of another that is the same; nothing where only one has it.
struct LinePair {
  std::optional<size_t> source{};
  std::optional<size_t> target{};

  bool operator==(const LinePair&) const = default;
};

/// All lines of both, each once and in order. Lines are the same if their keys are. Texts that
/// differ in more than limits::kLineEdits places are paired up to there; what follows stands first
/// on one side, then on the other.
std::vector<LinePair> PairLines(const std::vector<std::string>& source,
                                const std::vector<std::string>& target);

}  // namespace trafrec::tools
