#include "tools/compare/fail_condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ranges>

#include "tools/compare/compare_report.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

using Bound = FailCondition::Bound;

/// A number of all, or a share of them.
FailResult JudgeCount(const FailCondition& condition, uint64_t count, uint64_t of,
                      std::string_view things) {
  const double share = of == 0 ? 0 : 100.0 * static_cast<double>(count) / static_cast<double>(of);
  return {.text = condition.text,
          .holds = (condition.bound == Bound::kShare ? share : static_cast<double>(count)) >
                   condition.value,
          .says = fmt::format("{} of {} {} ({})", WithCommas(count), WithCommas(of), things,
                              Percent(count, of))};
}

FailResult JudgePairs(const FailCondition& condition,
                      const std::vector<compare::ShapeCount>& shapes) {
  uint64_t count = 0;
  uint64_t of = 0;
  for (const compare::ShapeCount& shape : shapes) {
    if (!condition.shape.empty() && shape.shape != condition.shape) {
      continue;
    }
    of += shape.compared;
    const auto with = shape.with.find(condition.quantity);
    count += condition.quantity == "differences" ? shape.differing
             : with == shape.with.end()          ? 0
                                                 : with->second;
  }
  return JudgeCount(condition, count, of, "pairs of answers");
}

FailResult JudgeUncompared(const FailCondition& condition, const CompareReport& report) {
  uint64_t count = 0;
  uint64_t all = report.tally.compared();
  for (size_t i = 0; i < kUncomparedReasons; ++i) {
    all += report.uncompared[i];
    if (condition.quantity == "uncompared" ||
        condition.quantity == NameOf(static_cast<Uncompared>(i))) {
      count += report.uncompared[i];
    }
  }
  return JudgeCount(condition, count, all, "exchanges");
}

int64_t ValueOf(const Histogram& histogram, std::string_view which) {
  if (which == "max") {
    return histogram.greatest();
  }
  if (which == "mean") {
    return histogram.count() == 0 ? 0 : static_cast<int64_t>(histogram.sum() / histogram.count());
  }
  return histogram.Quantile(which == "p50"   ? 0.5
                            : which == "p90" ? 0.9
                            : which == "p99" ? 0.99
                                             : 0.999);
}

std::string SizeInWords(int64_t bytes) { return HumanBytes(static_cast<uint64_t>(bytes)); }

/// A percentile and the like of latencies or sizes.
FailResult JudgeSpread(const FailCondition& condition, const compare::BothSides& counts,
                       std::string (*in_words)(int64_t)) {
  const std::string which = condition.quantity.substr(condition.quantity.find('.') + 1);
  if (which == "distance") {
    const double percent = 100 * counts.distance();
    return {.text = condition.text,
            .holds = percent > condition.value,
            .says = fmt::format("{:.1f}%", percent)};
  }
  const int64_t source = ValueOf(counts.source, which);
  const int64_t target = ValueOf(counts.target, which);
  const auto bound = static_cast<double>(source);
  const double limit = condition.bound == Bound::kMore    ? bound * (1 + condition.value / 100)
                       : condition.bound == Bound::kAbove ? bound + condition.value
                                                          : condition.value;
  const double more = source == 0 ? 0 : 100.0 * static_cast<double>(target - source) / bound;
  return {
      .text = condition.text,
      .holds = static_cast<double>(target) > limit,
      .says = fmt::format("{} at the source, {} at the target{}", in_words(source),
                          in_words(target), source == 0 ? "" : fmt::format(" ({:+.1f}%)", more))};
}

/// Of one shape, or of all. Nothing: none of its pairs has such a value.
template <typename Counts>
Counts CountsOf(const Counts& all, const std::map<std::string, Counts>& shapes,
                const std::string& shape) {
  const auto found = shapes.find(shape);
  return shape.empty() ? all : found == shapes.end() ? Counts() : found->second;
}

}  // namespace

Result<FailResult> Judge(const FailCondition& condition, const CompareReport& report) {
  const std::vector<compare::ShapeCount> shapes = report.tally.Shapes();
  if (!condition.shape.empty() &&
      std::ranges::find(shapes, condition.shape, &compare::ShapeCount::shape) == shapes.end()) {
    return Fail(ErrorCode::kNotFound,
                fmt::format("--fail-if '{}': no request that was compared has the shape '{}'",
                            EscapeForTerminal(condition.text), EscapeForTerminal(condition.shape)),
                "trafrec compare LOG RUN --json | jq '.shapes[].shape' lists them");
  }
  if (condition.quantity.starts_with("latency.")) {
    const compare::Latencies& latencies = report.tally.latencies();
    const auto counts = CountsOf(latencies.all(), latencies.shapes(), condition.shape);
    return condition.quantity == "latency.slower"
               ? JudgeCount(condition, counts.slower, counts.count(), "pairs of answers")
               : JudgeSpread(condition, counts, HumanDuration);
  }
  if (condition.quantity.starts_with("size.")) {
    const compare::AnswerSizes& sizes = report.tally.sizes();
    return JudgeSpread(condition, CountsOf(sizes.all(), sizes.shapes(), condition.shape),
                       SizeInWords);
  }
  const bool uncompared =
      condition.quantity == "uncompared" ||
      std::ranges::any_of(std::views::iota(size_t{0}, kUncomparedReasons), [&](size_t reason) {
        return condition.quantity == NameOf(static_cast<Uncompared>(reason));
      });
  return uncompared ? JudgeUncompared(condition, report) : JudgePairs(condition, shapes);
}

}  // namespace trafrec::tools
