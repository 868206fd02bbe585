#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "replay/compare/difference.h"
#include "replay/compare/pointer_pattern.h"

namespace trafrec::compare {

/// A difference that nobody wants to hear of, and why. All that is said must fit.
struct Rule {
  std::string name;  ///< "search.took"; a person's own are named by their pattern
  std::string why;
  PointerPattern place;        ///< of a body
  std::optional<Kind> kind{};  ///< nothing: any
  /// Numbers that differ by no more than this share of the larger one; nothing: any difference.
  std::optional<double> tolerance{};

  /// `tokens` are those of PointerOf(difference).
  bool Hides(const Difference& difference, std::span<const std::string> tokens) const;
};

/// What is no news between two servers of a dialect: times, numbers that each node makes for
/// itself, and what OpenSearch is known to do otherwise than Elasticsearch. Empty for dialects that
/// know nothing of the kind.
std::vector<Rule> DefaultRules(std::string_view dialect);

/// The first rule that hides it; nothing: it is to be told.
std::optional<size_t> FindRule(const std::vector<Rule>& rules, const Difference& difference);

}  // namespace trafrec::compare
