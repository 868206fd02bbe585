#include "replay/compare/rules.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "replay/compare/decimal.h"
#include "replay/json/json_pointer.h"

namespace trafrec::compare {
namespace {

struct Default {
  const char* name;
  const char* place;
  const char* why;
  std::optional<Kind> kind{};
  std::optional<double> tolerance{};
};

/// Scores are sums of 32-bit floats, whose order depends on the segments.
constexpr double kScoreTolerance = 1e-5;

const Default kSearch[] = {
    {"search.took", "/**/took", "how long it took"},
    {"search.seq_no", "/**/_seq_no", "each server counts the writes of its shards"},
    {"search.primary_term", "/**/_primary_term", "each server counts the terms of its shards"},
    {"search.score", "/**/_score", "rounding of scores", Kind::kValue, kScoreTolerance},
    {"search.max_score", "/**/max_score", "rounding of scores", Kind::kValue, kScoreTolerance},
    {"search.scroll_id", "/_scroll_id", "the name of a context at this server"},
    {"search.pit_id", "/pit_id", "the name of a context at this server"},
    {"search.task", "/task", "the name of a task at this server"},
    {"search.index_uuid", "/**/index_uuid", "made by the server"},
    {"search.reason", "/**/reason", "the words of an error, whose type is compared", Kind::kValue},
    {"search.type", "/**/_type", "OpenSearch 2 has no mapping types", Kind::kMissing},
    {"search.terminated_early", "/terminated_early", "OpenSearch does not say it of a scroll",
     Kind::kMissing},
};

}  // namespace

bool Rule::Hides(const Difference& difference, std::span<const std::string> tokens) const {
  if (difference.part != Part::kBody || (kind && *kind != difference.kind)) {
    return false;
  }
  if (tolerance) {
    const auto source = ApproximateOf(difference.source);
    const auto target = ApproximateOf(difference.target);
    if (!source || !target ||
        std::abs(*source - *target) > *tolerance * std::max(std::abs(*source), std::abs(*target))) {
      return false;
    }
  }
  return place.Fits(tokens);
}

std::vector<Rule> DefaultRules(std::string_view dialect) {
  std::vector<Rule> rules;
  if (dialect != "search") {
    return rules;
  }
  for (const Default& each : kSearch) {
    auto place = PointerPattern::Parse(each.place);
    CHECK(place.has_value());
    rules.push_back({.name = each.name,
                     .why = each.why,
                     .place = std::move(*place),
                     .kind = each.kind,
                     .tolerance = each.tolerance});
  }
  return rules;
}

std::optional<size_t> FindRule(const std::vector<Rule>& rules, const Difference& difference) {
  const std::vector<std::string> tokens = json::TokensOf(PointerOf(difference));
  const auto found =
      std::ranges::find_if(rules, [&](const Rule& rule) { return rule.Hides(difference, tokens); });
  return found == rules.end() ? std::nullopt
                              : std::optional(static_cast<size_t>(found - rules.begin()));
}

}  // namespace trafrec::compare
