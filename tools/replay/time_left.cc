#include "tools/replay/time_left.h"

#include <algorithm>
#include <vector>

namespace trafrec::tools {

Result<LogSpan> SpanOf(store::LogReader& log, const FilterOptions& filters,
                       std::optional<TimeNs> since) {
  TRY_ASSIGN(const store::ExchangeFilter filter, filters.Make());
  LogSpan span;
  if (filter.limit) {
    return span;
  }
  TRY_ASSIGN(const std::vector<store::AttemptInfo> attempts, log.Attempts());
  for (const store::AttemptInfo& attempt : attempts) {
    span.last = std::max(span.last, attempt.written.requests_through);
    span.exchanges += attempt.exchanges;
  }
  span.last = std::min(span.last, filter.until.value_or(span.last));
  const std::optional<TimeNs> from = std::max(since, filter.since);
  TRY_ASSIGN(const auto rows, log.Rows(from, std::nullopt));
  TRY_ASSIGN(const std::optional<store::ExchangeRow> first, rows->Next());
  span.first = std::max(first ? first->began_at : span.last, from.value_or(0));
  TRY_ASSIGN(const auto all, log.Rows(filter.since, std::nullopt));
  TRY_ASSIGN(const std::optional<store::ExchangeRow> very_first, all->Next());
  span.begin = very_first ? std::max(very_first->began_at, filter.since.value_or(0)) : span.first;
  TRY_ASSIGN(const bool several, log.HasSeveralRecorders());
  if (from || several || filters.any()) {
    span.exchanges = 0;
  }
  return span;
}

void TimeLeft::NotePlanned(uint64_t read) {
  read_ = read;
  ++planned_;
}

/// Of the log, that is over.
double TimeLeft::ShareOf(const replay::RunProgress& progress) const {
  if (span_.exchanges > 0) {
    // Of what was read, the part that is over as it is of what was handed over.
    const uint64_t planned = std::max(planned_.load(), progress.taken);
    const uint64_t over = progress.taken - std::min(progress.taken, progress.held);
    return planned == 0 ? 0
                        : static_cast<double>(read_) * static_cast<double>(over) /
                              (static_cast<double>(planned) * static_cast<double>(span_.exchanges));
  }
  return span_.last <= span_.first ? 0
                                   : static_cast<double>(progress.source_time - span_.first) /
                                         static_cast<double>(span_.last - span_.first);
}

std::optional<double> TimeLeft::OverOf(const replay::RunProgress& progress) const {
  if (progress.over) {
    return 1;
  }
  if (span_.last == 0 || progress.source_time == 0) {
    return std::nullopt;
  }
  const LogSpan all{.first = span_.begin, .last = span_.last};
  const double share =
      span_.exchanges > 0 || span_.begin == 0 ? ShareOf(progress) : TimeLeft(all).ShareOf(progress);
  return std::clamp(share, 0.0, 1.0);
}

std::optional<int64_t> TimeLeft::Of(const replay::RunProgress& progress) const {
  if (span_.last == 0 || progress.source_time == 0 || progress.paused ||
      !progress.trouble.empty()) {
    return std::nullopt;
  }
  if (progress.speed.kind == pace::Speed::Kind::kFactor && progress.speed.ramp_ns == 0) {
    const TimeNs next = progress.next_time != 0 ? progress.next_time : progress.source_time;
    const auto log = static_cast<double>(std::max<int64_t>(0, span_.last - next));
    // A run that is late stays as late as it is.
    return static_cast<int64_t>(log / progress.speed.to) +
           std::max<int64_t>(0, progress.next_due_ns);
  }
  const double share = std::min(1.0, ShareOf(progress));
  if (share <= 0) {
    return std::nullopt;
  }
  return static_cast<int64_t>(static_cast<double>(progress.elapsed_ns) * (1 - share) / share);
}

}  // namespace trafrec::tools
