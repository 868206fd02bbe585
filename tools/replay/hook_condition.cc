#include "tools/replay/hook_condition.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <vector>

#include "base/ascii.h"
#include "base/nearest.h"
#include "base/time.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

struct CounterName {
  const char* name;
  int64_t HookState::* counter;
  std::optional<int64_t> HookState::* measure = nullptr;
};

constexpr CounterName kCounters[] = {
    {"mutations", &HookState::mutations},     {"operations", &HookState::operations},
    {"exchanges", &HookState::exchanges},     {"dead", &HookState::dead},
    {"retries", &HookState::retries},         {"lag", nullptr, &HookState::lag_ns},
    {"percent", nullptr, &HookState::percent}};
constexpr const char* kRemedy =
    "--on 'mutations=1e6: COMMAND', --on 'percent=50: COMMAND', or --on 'lag<5s: COMMAND'";
constexpr std::string_view kBlanks = " \t\n";
/// A double holds every whole number up to here.
constexpr double kCountMost = 9e15;
constexpr double kThousandths = 1'000;

/// One text on its way to a hook; all pieces are views of it, so that an error knows the place.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}
  Result<Hook> Parse() const;

 private:
  std::unexpected<Error> Wrong(std::string_view at, const std::string& why,
                               const std::string& remedy = kRemedy) const {
    return Fail(
        ErrorCode::kUsage,
        fmt::format("--on '{}', character {}: {}", text_, at.data() - text_.data() + 1, why),
        remedy);
  }
  Result<const CounterName*> Counter(std::string_view name) const;
  Result<int64_t> Count(std::string_view number) const;
  Result<int64_t> Percentage(std::string_view number) const;
  Result<int64_t> Lag(std::string_view duration) const;

  const std::string_view text_;
};

Result<const CounterName*> Parser::Counter(std::string_view name) const {
  std::vector<std::string> names;
  for (const CounterName& counter : kCounters) {
    if (name == counter.name) {
      return &counter;
    }
    names.emplace_back(counter.name);
  }
  const std::string near = Nearest(std::string(name), names);
  return Wrong(name, fmt::format("a run has no count '{}'", name),
               (near.empty() ? "" : "did you mean " + near + "? ") +
                   "there are mutations, operations, exchanges, dead, retries, percent and lag");
}

Result<int64_t> Parser::Count(std::string_view number) const {
  double value = 0;
  const auto [end, error] = std::from_chars(number.begin(), number.end(), value);
  const bool whole = error == std::errc() && end == number.end() && value >= 0 &&
                     value <= kCountMost && std::floor(value) == value;
  if (!whole) {
    return Wrong(number, fmt::format("'{}' is not a count", number), "such as 250000 or 1e6");
  }
  return static_cast<int64_t>(value);
}

Result<int64_t> Parser::Percentage(std::string_view number) const {
  const std::string_view bare = number.substr(0, number.find_last_not_of("% ") + 1);
  double value = 0;
  const auto [end, error] = std::from_chars(bare.begin(), bare.end(), value);
  if (error != std::errc() || end != bare.end() || value < 0 || value > 100) {
    return Wrong(number, fmt::format("'{}' is not a percentage from 0 to 100", number),
                 "such as 50 or 99.5");
  }
  return std::llround(value * kThousandths);
}

Result<int64_t> Parser::Lag(std::string_view duration) const {
  const Result<int64_t> ms = ParseDurationMs(duration);
  if (!ms) {
    return Wrong(duration, ms.error().what, ms.error().remedy);
  }
  return *ms * kNsPerMs;
}

Result<Hook> Parser::Parse() const {
  const size_t colon = text_.find(':');
  const std::string_view condition = text_.substr(0, colon);
  const size_t sign = condition.find_first_of("=<>");
  if (sign == std::string_view::npos) {
    return Wrong(condition, "there is no condition with =, >=, <=, < or >");
  }
  const bool or_equal = condition[sign] != '=' && condition.substr(sign + 1).starts_with('=');
  Hook hook{.text = std::string(text_), .condition = {}, .command = {}};
  TRY_ASSIGN(const CounterName* const counter,
             Counter(Trimmed(condition.substr(0, sign), kBlanks)));
  hook.condition.counter = counter->counter;
  hook.condition.measure = counter->measure;
  hook.condition.relation = condition[sign] == '=' ? HookRelation::kReaches
                            : condition[sign] == '<'
                                ? (or_equal ? HookRelation::kAtMost : HookRelation::kBelow)
                                : (or_equal ? HookRelation::kAtLeast : HookRelation::kAbove);
  const std::string_view value = Trimmed(condition.substr(sign + (or_equal ? 2 : 1)), kBlanks);
  if (counter->counter != nullptr) {
    TRY_ASSIGN(hook.condition.value, Count(value));
  } else if (counter->measure == &HookState::percent) {
    TRY_ASSIGN(hook.condition.value, Percentage(value));
  } else if (hook.condition.relation == HookRelation::kReaches) {
    return Wrong(condition.substr(sign), "a lag goes up and down, and is seldom equal to anything",
                 "lag<5s, or lag>1m");
  } else {
    TRY_ASSIGN(hook.condition.value, Lag(value));
  }
  hook.command = colon == std::string_view::npos ? "" : Trimmed(text_.substr(colon + 1), kBlanks);
  if (hook.command.empty()) {
    return Wrong(text_.substr(std::min(colon, text_.size())),
                 "behind the condition a colon and a command are missing");
  }
  return hook;
}

}  // namespace

bool HookCondition::Holds(const HookState& state) const {
  const std::optional<int64_t> known =
      measure != nullptr ? state.*measure : std::optional(state.*counter);
  if (!known) {
    return false;
  }
  const int64_t now = *known;
  switch (relation) {
    case HookRelation::kReaches:
    case HookRelation::kAtLeast:
      return now >= value;
    case HookRelation::kAtMost:
      return now <= value;
    case HookRelation::kBelow:
      return now < value;
    case HookRelation::kAbove:
      return now > value;
  }
  return false;
}

Result<Hook> ParseHook(std::string_view text) { return Parser(text).Parse(); }

}  // namespace trafrec::tools
