#include "tools/patterns/analysis/coverage.h"

#include <algorithm>
#include <map>

namespace trafrec::patterns {
namespace {

using store::AttemptInfo;
using store::LossCause;
using store::LossRecord;

struct Part {
  TimeNs from = 0;
  TimeNs until = 0;
};

/// What an attempt recorded, from its own start to its own end.
std::optional<Part> PartOf(const AttemptInfo& attempt) {
  if (attempt.discarded || (!attempt.live && !attempt.finished)) {
    return std::nullopt;
  }
  std::optional<TimeNs> from;
  std::optional<TimeNs> until;
  for (const LossRecord& loss : attempt.losses) {
    if (loss.cause == LossCause::kStart) {
      from = loss.from;
    } else if (loss.cause == LossCause::kStop || loss.cause == LossCause::kCrash) {
      until = loss.from;
    }
  }
  if (!from && attempt.live && attempt.started_at != 0) {
    from = attempt.started_at;
  }
  if (!until) {
    until = attempt.written.requests_through;
  }
  if (!from || *until < *from) {
    return std::nullopt;
  }
  return Part{*from, *until};
}

/// Times of starts and stops are ends of parts; the share of lost bytes repeats other rows.
bool IsHole(LossCause cause) {
  return cause != LossCause::kStart && cause != LossCause::kStop && cause != LossCause::kGapShare;
}

/// The holes of one recorder, and its parts in order.
void AddAttempt(const AttemptInfo& attempt, std::vector<Part>& parts, std::vector<Hole>& holes) {
  const std::optional<Part> part = PartOf(attempt);
  if (!part) {
    return;
  }
  parts.push_back(*part);
  for (const LossRecord& loss : attempt.losses) {
    if (IsHole(loss.cause) && loss.from != 0) {
      holes.push_back({loss.from, std::max(loss.from, loss.until), {LossCauseName(loss.cause)}});
    }
  }
  if (attempt.deleted_segments > 0 && attempt.deleted_until != 0) {
    holes.push_back({attempt.deleted_from, attempt.deleted_until, {"deleted"}});
  }
}

/// What lies between the parts belongs to none; gives the whole from the first to the last.
Part AddPauses(std::vector<Part> parts, std::vector<Hole>& holes) {
  std::ranges::sort(parts, {}, &Part::from);
  Part whole = parts.front();
  for (const Part& part : parts) {
    if (part.from > whole.until) {
      holes.push_back({whole.until, part.from, {"not_recording"}});
    }
    whole.until = std::max(whole.until, part.until);
  }
  return whole;
}

void AddCause(Hole& hole, const std::string& cause) {
  if (std::ranges::find(hole.causes, cause) == hole.causes.end()) {
    hole.causes.push_back(cause);
  }
}

/// In order, cut to the coverage, those that touch joined.
std::vector<Hole> Joined(std::vector<Hole> holes, TimeNs from, TimeNs until) {
  std::ranges::stable_sort(holes, {}, &Hole::from);
  std::vector<Hole> joined;
  for (Hole& hole : holes) {
    if (hole.until < from || hole.from > until) {
      continue;
    }
    hole.from = std::max(hole.from, from);
    hole.until = std::min(hole.until, until);
    if (joined.empty() || hole.from > joined.back().until) {
      joined.push_back(std::move(hole));
      continue;
    }
    joined.back().until = std::max(joined.back().until, hole.until);
    for (const std::string& cause : hole.causes) {
      AddCause(joined.back(), cause);
    }
  }
  return joined;
}

}  // namespace

int64_t Coverage::hole_ns() const {
  int64_t sum = 0;
  for (const Hole& hole : holes) {
    sum += hole.until - hole.from;
  }
  return sum;
}

std::optional<Coverage> CoverageOf(const std::vector<AttemptInfo>& attempts,
                                   std::optional<TimeNs> since, std::optional<TimeNs> until) {
  std::map<std::string, std::vector<Part>> recorders;
  std::vector<Hole> holes;
  for (const AttemptInfo& attempt : attempts) {
    AddAttempt(attempt, recorders[attempt.recorder], holes);
  }
  std::vector<Part> wholes;
  for (const auto& [name, parts] : recorders) {
    if (!parts.empty()) {
      wholes.push_back(AddPauses(parts, holes));
    }
  }
  if (wholes.empty()) {
    return std::nullopt;
  }
  const Part all = AddPauses(wholes, holes);
  Coverage coverage{.from = std::max(all.from, since.value_or(all.from)),
                    .until = std::min(all.until, until.value_or(all.until)),
                    .holes = {}};
  if (coverage.until < coverage.from) {
    return std::nullopt;
  }
  coverage.holes = Joined(std::move(holes), coverage.from, coverage.until);
  return coverage;
}

void MarkHoles(const Coverage& coverage, Timeline& timeline) {
  timeline.At(coverage.from);
  timeline.At(coverage.until);
  for (size_t i = 0; i < timeline.size(); ++i) {
    const TimeNs begin = timeline.begin_of(i);
    const TimeNs end = begin + timeline.width_ns();
    Slot& slot = timeline.slot(i);
    const int64_t inside = std::min(end, coverage.until) - std::max(begin, coverage.from);
    slot.outside_ns = timeline.width_ns() - std::max<int64_t>(inside, 0);
    slot.hole = inside <= 0;
  }
  for (const Hole& hole : coverage.holes) {
    const size_t last = timeline.index_of(hole.until);
    for (size_t i = timeline.index_of(hole.from); i <= last; ++i) {
      timeline.slot(i).hole = true;
    }
  }
}

}  // namespace trafrec::patterns
