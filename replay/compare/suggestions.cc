#include "replay/compare/suggestions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "replay/compare/decimal.h"
#include "replay/compare/limits.h"
#include "replay/compare/rules_text.h"
#include "replay/json/json_pointer.h"
#include "replay/json/json_tree.h"

namespace trafrec::compare {
namespace {

/// What a rule says of a line that is JSON it says of the document that the line is.
Group OfDocument(Group group) {
  if (IsInJsonLine(group.first)) {
    group.part = Part::kBody;
    group.place = PlaceInLine(group.place);
  }
  return group;
}

/// A pattern of the places that a group has in common. Lines have none: the next answer has its
/// lines elsewhere.
std::optional<PointerPattern> PatternOf(const Group& group) {
  if (group.part == Part::kStatus || group.part == Part::kLine || group.place.empty()) {
    return PointerPattern();
  }
  Result<PointerPattern> pattern = PointerPattern::Parse(group.place);
  return pattern ? std::optional(std::move(*pattern)) : std::nullopt;
}

/// What stands in `when`.
std::string WhenOf(const Group& group) {
  std::string when = "shape = " + InQuotes(group.shape);
  if (group.part == Part::kStatus) {
    when +=
        fmt::format(", status = {}, target_status = {}", group.first.source, group.first.target);
  }
  return when;
}

/// By how much they differ, rounded up to two digits; nothing of what nobody would tolerate.
std::optional<double> ShareOf(const Difference& difference) {
  const auto source = ApproximateOf(difference.source);
  const auto target = ApproximateOf(difference.target);
  if (!source || !target) {
    return std::nullopt;
  }
  const double share = std::abs(*source - *target) / std::max(std::abs(*source), std::abs(*target));
  if (!std::isfinite(share) || share <= 0 || share > limits::kSuggestedShare) {
    return std::nullopt;
  }
  const double unit = std::pow(10, std::floor(std::log10(share)) - 1);
  return (std::floor(share / unit) + 1) * unit;
}

/// A whole string or number of JSON without its quotes.
std::optional<std::string> NameIn(const std::string& json) {
  const auto tree = json::Tree::Parse(json);
  const auto name = tree ? tree->ScalarOf(json::Tree::kRoot) : std::nullopt;
  return name && !name->contains('*') ? name : std::nullopt;
}

/// A field's value is no JSON.
std::optional<std::string> NameOf(const Group& group, const std::string& shown) {
  return group.part == Part::kField && !shown.contains('*') ? std::optional(shown) : NameIn(shown);
}

class Suggesting {
 public:
  Suggesting(const Group& group, std::string_view words) : group_(group), words_(words) {}

  std::vector<std::string> Run() {
    if (group_.kind == Kind::kValue && group_.part != Part::kStatus) {
      Tolerance();
      Map();
      Sort();
    }
    if (Rule rule = Base(Action::kIgnore); group_.part == Part::kBody) {
      rule.kind = group_.kind;
      Add(rule, "hides");
    } else {
      Add(rule, "hides");
    }
    return std::move(texts_);
  }

 private:
  Rule Base(Action action) const {
    return {.action = action, .part = group_.part, .place = *PatternOf(group_)};
  }

  void Add(const Rule& rule, std::string_view what) {
    texts_.push_back(RuleText(rule, fmt::format("{}: {}", what, words_), WhenOf(group_)));
  }

  void Tolerance() {
    const std::optional<double> share = ShareOf(group_.first);
    if (group_.part == Part::kBody && share) {
      Rule rule = Base(Action::kTolerance);
      rule.relative = *share;
      Add(rule, "tolerates");
    }
  }

  /// Names change from one server to the other, numbers and flags do not.
  void Map() {
    const bool field = group_.part == Part::kField;
    const auto from = NameOf(group_, group_.first.source);
    const auto to = NameOf(group_, group_.first.target);
    if (!from || !to || !(field || group_.first.source.starts_with('"'))) {
      return;
    }
    Rule rule = Base(Action::kMap);
    rule.values = {{*from, *to}};
    Add(rule, "if this is the same at the target");
  }

  /// Elements that are there on both sides, at one place another one than at the other.
  void Sort() {
    if (group_.part != Part::kBody || !group_.place.ends_with("/*")) {
      return;
    }
    Rule rule = Base(Action::kSort);
    rule.place = *PointerPattern::Parse(group_.place.substr(0, group_.place.size() - 2));
    Add(rule, "if only the order differs");
  }

  const Group& group_;
  std::string_view words_;
  std::vector<std::string> texts_;
};

}  // namespace

std::vector<std::string> SuggestedRules(const Group& group, std::string_view words) {
  const Group of_document = OfDocument(group);
  return PatternOf(of_document) ? Suggesting(of_document, words).Run() : std::vector<std::string>();
}

}  // namespace trafrec::compare
