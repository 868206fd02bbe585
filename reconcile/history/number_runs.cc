#include "reconcile/history/number_runs.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace trafrec::reconcile {
namespace {

/// `next` begins where `run` ends.
void Append(NumberRun& run, const NumberRun& next) {
  run.last = next.last;
  run.last_from = next.last_from;
  run.ran = {std::max(run.ran.from, next.ran.from), std::min(run.ran.until, next.ran.until)};
}

bool Joins(const NumberRun& run, const NumberRun& next) {
  return run.last + 1 == next.first && run.term == next.term;
}

}  // namespace

NumberRun NumberRun::Of(int64_t seq_no, int64_t term, const Span& ran, bool by_answer) {
  return {.first = seq_no,
          .last = seq_no,
          .term = term,
          .ran = ran,
          .first_until = ran.until,
          .last_from = ran.from,
          .by_answer = by_answer};
}

void NumberRuns::Add(int64_t seq_no, int64_t term, const Span& ran) {
  auto after = runs_.upper_bound(seq_no);
  const NumberRun added = NumberRun::Of(seq_no, term, ran, true);
  if (after != runs_.begin()) {
    const auto before = std::prev(after);
    if (before->second.last >= seq_no) {
      twice_ = true;
      return;
    }
    if (Joins(before->second, added)) {
      Append(before->second, added);
      if (after != runs_.end() && Joins(before->second, after->second)) {
        Append(before->second, after->second);
        runs_.erase(after);
      }
      return;
    }
  }
  if (after != runs_.end() && Joins(added, after->second)) {
    auto node = runs_.extract(after);
    NumberRun run = added;
    Append(run, node.mapped());
    node.key() = seq_no;
    node.mapped() = run;
    runs_.insert(std::move(node));
    return;
  }
  runs_.emplace_hint(after, seq_no, added);
}

bool NumberRuns::Has(int64_t seq_no) const {
  const auto after = runs_.upper_bound(seq_no);
  return after != runs_.begin() && std::prev(after)->second.last >= seq_no;
}

size_t IndexNumbers::pieces() const {
  size_t pieces = 0;
  for (const NumberRuns& runs : shards) {
    pieces += runs.runs().size();
  }
  return pieces;
}

}  // namespace trafrec::reconcile
