#include "replay/compare/rules.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/ascii.h"
#include "replay/compare/decimal.h"
#include "replay/json/json_pointer.h"
#include "replay/json/json_tree.h"

namespace trafrec::compare {
namespace {

bool IsNear(const Rule& rule, const Difference& difference) {
  const auto source = ApproximateOf(difference.source);
  const auto target = ApproximateOf(difference.target);
  return source && target &&
         std::abs(*source - *target) <=
             std::max(rule.absolute,
                      rule.relative * std::max(std::abs(*source), std::abs(*target)));
}

bool IsSameRounded(const Rule& rule, const Difference& difference) {
  const auto source = ParseDecimal(difference.source);
  const auto target = ParseDecimal(difference.target);
  return source && target && Rounded(*source, rule.digits) == Rounded(*target, rule.digits);
}

/// A JSON text as a rules file names it: strings without quotes.
std::string Plain(std::string_view json) {
  return json.size() >= 2 && json.starts_with('"') && json.ends_with('"') ? json::Unquoted(json)
                                                                          : std::string(json);
}

/// Names of fields have no case; those of rules are lower case.
bool FitsField(const PointerPattern& place, std::span<const std::string> tokens) {
  return tokens.size() == 1 && place.Fits(std::vector{LowerCase(tokens.front())});
}

/// What a '*' of `pattern` is in `text`; nothing if they do not fit.
std::optional<std::string_view> StarIn(std::string_view pattern, std::string_view text) {
  const size_t star = pattern.find('*');
  if (star == std::string_view::npos) {
    return pattern == text ? std::optional(std::string_view()) : std::nullopt;
  }
  const std::string_view tail = pattern.substr(star + 1);
  if (text.size() + 1 < pattern.size() || !text.starts_with(pattern.substr(0, star)) ||
      !text.ends_with(tail)) {
    return std::nullopt;
  }
  return text.substr(star, text.size() + 1 - pattern.size());
}

bool IsMapped(const Rule& rule, const Difference& difference) {
  const std::vector<std::string> mapped = MappedTo(rule, Plain(difference.source));
  return std::ranges::find(mapped, Plain(difference.target)) != mapped.end();
}

}  // namespace

std::string_view NameOf(Action action) {
  constexpr std::array<std::string_view, kActions> kNames = {"ignore", "tolerance", "round",
                                                             "sort",   "map",       "jq"};
  return kNames[static_cast<size_t>(action)];
}

std::vector<std::string> MappedTo(const Rule& rule, std::string_view source) {
  std::vector<std::string> mapped;
  for (const auto& [from, to] : rule.values) {
    if (const auto star = StarIn(from, source)) {
      const size_t place = to.find('*');
      mapped.push_back(place == std::string::npos
                           ? to
                           : to.substr(0, place) + std::string(*star) + to.substr(place + 1));
    }
  }
  return mapped;
}

bool Rule::Hides(const Difference& difference, std::span<const std::string> tokens) const {
  if (part == Part::kBody && difference.part == Part::kLine && tokens.size() > 1) {
    tokens = tokens.subspan(1);
  } else if (difference.part != part) {
    return false;
  }
  if (kind && *kind != difference.kind) {
    return false;
  }
  // The place first: it costs less than to read numbers.
  if (part == Part::kField ? !FitsField(place, tokens) : !place.Fits(tokens)) {
    return false;
  }
  const bool both = difference.kind == Kind::kValue;
  switch (action) {
    case Action::kIgnore:
      return true;
    case Action::kTolerance:
      return both && IsNear(*this, difference);
    case Action::kRound:
      return both && IsSameRounded(*this, difference);
    case Action::kMap:
      return both && !keys && IsMapped(*this, difference);
    case Action::kSort:
    case Action::kJq:
      return false;
  }
  std::unreachable();
}

RulesHere::RulesHere(const std::vector<Rule>& rules, const ExchangeFacts& facts) : rules_(&rules) {
  active_.reserve(rules.size());
  for (uint32_t i = 0; i < rules.size(); ++i) {
    if (rules[i].when == nullptr || rules[i].when->Fits(facts)) {
      active_.push_back(i);
      have_[static_cast<size_t>(rules[i].action)] = true;
    }
  }
}

std::optional<uint32_t> RulesHere::FindRule(const Difference& difference) const {
  if (active_.empty()) {
    return std::nullopt;
  }
  const std::vector<std::string> tokens = json::TokensOf(PointerOf(difference));
  const auto found = std::ranges::find_if(
      active_, [&](uint32_t rule) { return (*rules_)[rule].Hides(difference, tokens); });
  return found == active_.end() ? std::nullopt : std::optional(*found);
}

void RulesHere::Judge(Differences& differences) const {
  for (Difference& each : differences.found) {
    if (!each.rule) {
      each.rule = FindRule(each);
    }
  }
}

template <typename Predicate>
const Rule* RulesHere::FindOf(Action action, const Predicate& fits) const {
  if (!Have(action)) {
    return nullptr;
  }
  const auto found = std::ranges::find_if(active_, [&](uint32_t number) {
    const Rule& rule = (*rules_)[number];
    return rule.action == action && rule.part == Part::kBody && fits(rule);
  });
  return found == active_.end() ? nullptr : &(*rules_)[*found];
}

bool RulesHere::Ignored(std::span<const std::string> tokens) const {
  return FindOf(Action::kIgnore,
                [&](const Rule& rule) { return !rule.kind && rule.place.Fits(tokens); }) != nullptr;
}

const Rule* RulesHere::RoundAt(std::span<const std::string> tokens) const {
  return FindOf(Action::kRound, [&](const Rule& rule) { return rule.place.Fits(tokens); });
}

const Rule* RulesHere::SortAt(std::span<const std::string> tokens) const {
  return FindOf(Action::kSort, [&](const Rule& rule) { return rule.place.IsAt(tokens); });
}

}  // namespace trafrec::compare
