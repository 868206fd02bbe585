#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "replay/compare/difference.h"
#include "replay/json/json_tree.h"

namespace trafrec::compare {

/// A list whose elements have names of their own, as hits and buckets have.
struct NamedList {
  std::vector<std::string> names{};   ///< each once
  std::vector<std::string> labels{};  ///< JSON texts that people know them by
  /// For each the place of the first one of those around it that the list sorts alike: the order of
  /// these is chance.
  std::vector<size_t> runs{};
};

/// Documents: by _index and _id, in the order of sort or _score (which may differ by their
/// rounding). Nothing if an element has none, or if a document stands twice.
std::optional<NamedList> DocumentsOf(const json::Tree& tree, uint32_t array);
/// Buckets of an aggregation: by key, or key_as_string.
std::optional<NamedList> BucketsOf(const json::Tree& tree, uint32_t array);
/// Options of a suggestion: by text, and by document where they have one.
std::optional<NamedList> OptionsOf(const json::Tree& tree, uint32_t array);

/// Which elements of two lists are the same.
struct NamedPairs {
  std::vector<std::pair<size_t, size_t>> both{};  ///< places in the two lists, by the first
  std::vector<size_t> missing{};                  ///< places in the source's list
  std::vector<size_t> added{};                    ///< places in the target's list
  Overlap overlap{};

  /// Whether what only one side has is the end of its list, among what it sorts alike, and as many
  /// on both sides: of lists that are cut, chance decides there.
  bool EndsByChance(const NamedList& source, const NamedList& target) const;
};

NamedPairs PairByName(const NamedList& source, const NamedList& target);

/// Labels at some places, or all of them, as a JSON array.
std::string LabelsAt(const NamedList& list, const std::vector<size_t>& places);
std::string LabelsOf(const NamedList& list);

}  // namespace trafrec::compare
