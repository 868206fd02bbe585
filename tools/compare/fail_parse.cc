// condition = quantity [ "in" shape ] ">" bound
// bound     = count | share "%" | "+" share "%" | ["+"] duration | ["+"] size
//
// A shape has blanks and may have anything but a '>' with blanks around it; so the last one
// divides.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "base/ascii.h"
#include "base/nearest.h"
#include "base/time.h"
#include "tools/compare/answer_pairs.h"
#include "tools/compare/fail_condition.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

using Bound = FailCondition::Bound;

constexpr const char* kForms =
    "as in: --fail-if 'status > 0.1%', 'differences > 10' or 'latency.p99 > +20%' "
    "(docs/compare.md)";

/// Of latencies and sizes, which are of the answers of one shape, too.
constexpr std::array<std::string_view, 15> kSpreads = {
    "latency.p50",  "latency.p90",      "latency.p99",    "latency.p999", "latency.max",
    "latency.mean", "latency.distance", "latency.slower", "size.p50",     "size.p90",
    "size.p99",     "size.p999",        "size.max",       "size.mean",    "size.distance"};

/// Pairs of answers with a difference of that part or kind.
constexpr std::array<std::string_view, 11> kPairs = {
    "differences", "status", "field", "body",    "value",      "type",
    "missing",     "added",  "order", "overlap", "unexplained"};

std::vector<std::string> Quantities() {
  std::vector<std::string> names(kPairs.begin(), kPairs.end());
  names.emplace_back("uncompared");
  for (size_t i = 0; i < kUncomparedReasons; ++i) {
    names.emplace_back(NameOf(static_cast<Uncompared>(i)));
  }
  names.insert(names.end(), kSpreads.begin(), kSpreads.end());
  return names;
}

bool IsSpread(const std::string& quantity) {
  return std::ranges::find(kSpreads, quantity) != kSpreads.end();
}

/// In nanoseconds or bytes.
std::optional<double> AmountOf(std::string_view text, bool is_size) {
  if (is_size) {
    const Result<uint64_t> bytes = ParseSize(text);
    return bytes ? std::optional(static_cast<double>(*bytes)) : std::nullopt;
  }
  const Result<int64_t> ms = ParseDurationMs(text);
  return ms ? std::optional(static_cast<double>(*ms) * static_cast<double>(kNsPerMs))
            : std::nullopt;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<FailCondition> Run() {
    const size_t sign = text_.rfind('>');
    if (sign == std::string_view::npos) {
      return Wrong(text_.size(), "no '>'");
    }
    FailCondition condition{.text = std::string(Trimmed(text_))};
    std::string_view left = Trimmed(text_.substr(0, sign));
    if (const size_t in = left.find(" in "); in != std::string_view::npos) {
      condition.shape = Trimmed(left.substr(in + 4));
      left = Trimmed(left.substr(0, in));
    }
    condition.quantity = left;
    TRY(CheckQuantity(condition));
    const std::string_view right = Trimmed(text_.substr(sign + 1));
    TRY(ReadBound(right, right.empty() ? text_.size() : OffsetOf(right), condition));
    return condition;
  }

 private:
  size_t OffsetOf(std::string_view part) const {
    return static_cast<size_t>(part.data() - text_.data());
  }

  std::unexpected<Error> Wrong(size_t at, const std::string& what,
                               const std::string& remedy = kForms) const {
    return Fail(
        ErrorCode::kUsage,
        fmt::format("--fail-if '{}': column {}: {}", EscapeForTerminal(text_), at + 1, what),
        remedy);
  }

  Status CheckQuantity(const FailCondition& condition) const {
    const std::vector<std::string> known = Quantities();
    if (std::ranges::find(known, condition.quantity) != known.end()) {
      const bool of_all = condition.quantity == "uncompared" ||
                          std::ranges::find(kPairs, condition.quantity) == kPairs.end();
      if (!condition.shape.empty() && of_all && !IsSpread(condition.quantity)) {
        return Wrong(text_.find(" in ") + 1,
                     fmt::format("{} is counted of all, not of one shape", condition.quantity));
      }
      return {};
    }
    const std::string near = Nearest(condition.quantity, known);
    return Wrong(std::min(text_.find_first_not_of(' '), text_.size()),
                 fmt::format("there is no '{}'", EscapeForTerminal(condition.quantity)),
                 near.empty() ? fmt::format("one of: {}", fmt::join(known, ", "))
                              : "did you mean " + near + "?");
  }

  Status ReadBound(std::string_view bound, size_t at, FailCondition& condition) const {
    const bool more = bound.starts_with('+');
    const std::string_view amount = bound.substr(more ? 1 : 0);
    const bool share = amount.ends_with('%');
    const std::string_view digits = share ? amount.substr(0, amount.size() - 1) : amount;
    double number = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool plain = !digits.empty() && read.ec == std::errc() &&
                       read.ptr == digits.data() + digits.size() && number >= 0;
    const bool is_size = condition.quantity.starts_with("size.");
    const bool distance = condition.quantity.ends_with(".distance");
    const bool compared =
        IsSpread(condition.quantity) && condition.quantity != "latency.slower" && !distance;
    if (plain && share && more == compared) {
      condition.bound = more ? Bound::kMore : Bound::kShare;
      condition.value = number;
      return {};
    }
    if (plain && !share && !more && !compared && !distance) {
      condition.bound = Bound::kCount;
      condition.value = number;
      return {};
    }
    if (compared) {
      if (const std::optional<double> value = AmountOf(amount, is_size)) {
        condition.bound = more ? Bound::kAbove : Bound::kAmount;
        condition.value = *value;
        return {};
      }
    }
    return Wrong(
        at, fmt::format("'{}' is no bound for {}", EscapeForTerminal(bound), condition.quantity),
        !compared ? distance ? "a share: 10%" : "a count: 10, or a share: 0.1%"
        : is_size ? "+20% (more than at the source), +4KiB (longer), or 1MiB"
                  : "+20% (more than at the source), +50ms (longer), or 250ms");
  }

  std::string_view text_;
};

}  // namespace

Result<FailCondition> ParseFailCondition(std::string_view text) { return Parser(text).Run(); }

}  // namespace trafrec::tools
