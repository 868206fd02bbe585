#include "replay/compare/rule_compare.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <ranges>
#include <string>
#include <utility>

#include "replay/compare/array_order.h"
#include "replay/compare/map_values.h"
#include "replay/compare/rewritten.h"
#include "replay/compare/shared_program.h"
#include "replay/json/json_pointer.h"
#include "replay/json/json_tree.h"

namespace trafrec::compare {
namespace {

using json::Tree;

/// Both bodies as a rule made them.
using Made = std::pair<Rewritten, Rewritten>;

bool IsIn(std::string_view place, std::string_view container) {
  return place.starts_with(container) &&
         (place.size() == container.size() || place[container.size()] == '/');
}

/// What is in an array has no place of its own when the array's order is at stake: "/a/0/b" is in
/// "/a".
std::string_view OutermostArray(std::string_view pointer) {
  for (size_t at = pointer.find('/'); at != std::string_view::npos;) {
    const size_t next = std::min(pointer.find('/', at + 1), pointer.size());
    if (IsElement(pointer.substr(at + 1, next - at - 1))) {
      return pointer.substr(0, at);
    }
    at = next == pointer.size() ? std::string_view::npos : next;
  }
  return pointer;
}

/// Whether one of the two is at the other's place, or in it.
bool Touch(const Difference& a, const Difference& b) {
  return IsIn(a.source_pointer, b.source_pointer) || IsIn(b.source_pointer, a.source_pointer) ||
         IsIn(a.target_pointer, b.target_pointer) || IsIn(b.target_pointer, a.target_pointer);
}

/// The same, where the order of arrays may be another one.
bool TouchButForOrder(const Difference& a, const Difference& b) {
  return IsIn(a.source_pointer, OutermostArray(b.source_pointer)) ||
         IsIn(OutermostArray(b.source_pointer), a.source_pointer);
}

bool IsTold(const Difference& difference) { return !difference.rule; }

/// What makes bodies anew.
bool Rewrites(Action action) {
  return action == Action::kMap || action == Action::kSort || action == Action::kJq;
}

bool SamePlace(const Difference& a, const Difference& b) {
  return a.part == b.part && a.kind == b.kind && a.source_pointer == b.source_pointer &&
         a.target_pointer == b.target_pointer;
}

/// One pair of bodies, and what is still told of it.
class Narrowing {
 public:
  Narrowing(std::string_view source, std::string_view target, const RulesHere& rules,
            const JsonComparison& compare)
      : raw_source_(source), source_(source), target_(target), rules_(rules), compare_(compare) {}

  Differences Run(Differences found) {
    best_ = std::move(found);
    for (const Action action : {Action::kMap, Action::kSort}) {
      ForEach(action, [this](uint32_t rule, Made& made, Differences& now) {
        if (TakeIfBetter(std::move(now), rule)) {
          source_ = source_made_.emplace_back(std::move(made.first)).text;
          target_ = target_made_.emplace_back(std::move(made.second)).text;
        }
      });
    }
    // Each program by itself: what one of them makes could lead another one astray.
    const Differences without = best_;
    ForEach(Action::kJq, [&](uint32_t rule, const Made&, const Differences& now) {
      Narrow(without, now, rule);
    });
    return std::move(best_);
  }

 private:
  /// Calls `take` with what each rule makes of both bodies, and what then differs, as long as
  /// something is told.
  template <typename Take>
  void ForEach(Action action, const Take& take) {
    for (const uint32_t rule : rules_.active()) {
      std::optional<Made> made;
      if (rules_[rule].action == action && best_.told() > 0) {
        made = Make(rules_[rule]);
      }
      if (!made) {
        continue;
      }
      Differences found = compare_(made->first.text, made->second.text);
      for (Difference& each : found.found) {
        each.source_pointer = Back(source_made_, made->first.Back(each.source_pointer));
        each.target_pointer = Back(target_made_, made->second.Back(each.target_pointer));
      }
      rules_.Judge(found);
      take(rule, *made, found);
    }
  }

  std::optional<Made> Make(const Rule& rule) const {
    if (rule.action == Action::kJq) {
      return RunProgram(rule);
    }
    const auto source = Tree::Parse(source_);
    const auto target = Tree::Parse(target_);
    if (!source || !target) {
      return std::nullopt;
    }
    if (rule.action == Action::kSort) {
      return InOneOrder(rules_, rule, *source, *target);
    }
    std::optional<Rewritten> mapped = WithMappedValues(rule, *source, *target);
    return mapped ? std::optional(Made(*mapped, {.text = std::string(target_)})) : std::nullopt;
  }

  /// A program that fails on one of both says nothing of the pair.
  std::optional<Made> RunProgram(const Rule& rule) const {
    using Kind = jq::Outcome::Kind;
    jq::Outcome source = rule.compiled->Run(source_);
    jq::Outcome target = rule.compiled->Run(target_);
    const auto ran = [](const jq::Outcome& each) {
      return each.kind == Kind::kSame || each.kind == Kind::kChanged;
    };
    if (!ran(source) || !ran(target) ||
        (source.kind == Kind::kSame && target.kind == Kind::kSame)) {
      return std::nullopt;
    }
    return Made(
        {.text = source.kind == Kind::kSame ? std::string(source_) : std::move(source.text)},
        {.text = target.kind == Kind::kSame ? std::string(target_) : std::move(target.text)});
  }

  static std::string Back(const std::deque<Rewritten>& made, std::string pointer) {
    for (const Rewritten& each : std::views::reverse(made)) {
      pointer = each.Back(pointer);
    }
    return pointer;
  }

  /// False: the rule's work is not taken.
  bool TakeIfBetter(Differences found, uint32_t rule) {
    const bool maps = rules_[rule].action == Action::kMap;
    const auto was_told_there = [this](const Difference& each) {
      return std::ranges::any_of(best_.found, [&](const Difference& before) {
        return IsTold(before) && (Touch(each, before) || TouchButForOrder(each, before));
      });
    };
    const bool elsewhere = std::ranges::any_of(
        found.found, [&](const Difference& each) { return IsTold(each) && !was_told_there(each); });
    if (best_.more == 0 && (elsewhere || found.more > 0)) {
      return false;
    }
    if (!maps && found.told() > best_.told()) {
      return false;
    }
    if (maps) {
      ShowAsTheyAre(found);
    }
    for (Difference& before : best_.found) {
      const bool still = std::ranges::any_of(found.found, [&](const Difference& each) {
        return IsTold(each) && SamePlace(each, before);
      });
      if (IsTold(before) ? !still : Rewrites(rules_[*before.rule].action)) {
        before.rule = before.rule.value_or(rule);
        found.found.push_back(std::move(before));
      }
    }
    best_ = std::move(found);
    return true;
  }

  /// A value of the source with the target's name was shown; this is its own.
  void ShowAsTheyAre(Differences& found) const {
    const auto raw = Tree::Parse(raw_source_);
    for (Difference& each : found.found) {
      const bool whole =
          each.kind == Kind::kValue || each.kind == Kind::kType || each.kind == Kind::kMissing;
      const auto node = raw && whole ? json::NodeAt(*raw, each.source_pointer) : std::nullopt;
      if (node) {
        each.source = Shown(raw->TextOf(*node));
      }
    }
  }

  /// A program moves what it likes: what is found now only says which of those before are left.
  void Narrow(const Differences& before, const Differences& now, uint32_t rule) {
    const auto is_told_near = [&](const Difference& difference) {
      return std::ranges::any_of(now.found, [&](const Difference& each) {
        return IsTold(each) && Touch(each, difference);
      });
    };
    const bool elsewhere = std::ranges::any_of(now.found, [&](const Difference& each) {
      return IsTold(each) && std::ranges::none_of(before.found, [&](const Difference& known) {
               return Touch(each, known) &&
                      (IsTold(known) || !Rewrites(rules_[*known.rule].action));
             });
    });
    if (elsewhere || now.more > 0 || before.more > 0) {
      return;
    }
    for (Difference& each : best_.found) {
      if (IsTold(each) && !is_told_near(each)) {
        each.rule = rule;
      }
    }
  }

  const std::string_view raw_source_;
  std::string_view source_;  // as the rules have made them so far
  std::string_view target_;
  const RulesHere& rules_;
  const JsonComparison& compare_;
  std::deque<Rewritten> source_made_;  // the texts stay where they are
  std::deque<Rewritten> target_made_;
  Differences best_;
};

}  // namespace

Differences Narrowed(Differences found, std::string_view source, std::string_view target,
                     const RulesHere& rules, const JsonComparison& compare) {
  rules.Judge(found);
  if (!rules.make_anew() || found.told() == 0) {
    return found;
  }
  found = Narrowing(source, target, rules, compare).Run(std::move(found));
  found.narrowed = true;
  return found;
}

}  // namespace trafrec::compare
