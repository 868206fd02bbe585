#include "tools/compare/fail_condition.h"

#include <fmt/format.h>

#include <algorithm>
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

int64_t LatencyOf(const Histogram& histogram, std::string_view which) {
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

FailResult JudgeLatency(const FailCondition& condition, const compare::LatencyCounts& counts) {
  const std::string which = condition.quantity.substr(condition.quantity.find('.') + 1);
  if (which == "slower") {
    return JudgeCount(condition, counts.slower, counts.count(), "pairs of answers");
  }
  if (which == "distance") {
    const double percent = 100 * counts.distance();
    return {.text = condition.text,
            .holds = percent > condition.value,
            .says = fmt::format("{:.1f}%", percent)};
  }
  const int64_t source = LatencyOf(counts.source, which);
  const int64_t target = LatencyOf(counts.target, which);
  const auto bound = static_cast<double>(source);
  const double limit = condition.bound == Bound::kMore     ? bound * (1 + condition.value / 100)
                       : condition.bound == Bound::kLonger ? bound + condition.value
                                                           : condition.value;
  const double more = source == 0 ? 0 : 100.0 * static_cast<double>(target - source) / bound;
  return {.text = condition.text,
          .holds = static_cast<double>(target) > limit,
          .says = fmt::format("{} at the source, {} at the target{}", HumanDuration(source),
                              HumanDuration(target),
                              source == 0 ? "" : fmt::format(" ({:+.1f}%)", more))};
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
    static const compare::LatencyCounts kNone;
    const auto& known = report.tally.latencies().shapes();
    const auto shape = known.find(condition.shape);
    return JudgeLatency(condition, condition.shape.empty() ? report.tally.latencies().all()
                                   : shape == known.end()  ? kNone
                                                           : shape->second);
  }
  const bool uncompared =
      condition.quantity == "uncompared" ||
      std::ranges::any_of(std::views::iota(size_t{0}, kUncomparedReasons), [&](size_t reason) {
        return condition.quantity == NameOf(static_cast<Uncompared>(reason));
      });
  return uncompared ? JudgeUncompared(condition, report) : JudgePairs(condition, shapes);
}

}  // namespace trafrec::tools
