#include "replay/plan/by_query_watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "replay/dialect/key.h"
#include "replay/plan/limits.h"

namespace trafrec::plan {
namespace {

/// Of many refreshes only the latest ones can matter.
constexpr size_t kRefreshesKept = 16;

}  // namespace

void ByQueryWatch::Doubt(const std::string& id, std::string why) {
  ++doubtful_;
  if (examples_.size() < limits::kNamedExamples) {
    examples_.push_back({id, std::move(why)});
  }
}

void ByQueryWatch::Write(std::string_view index, TimeNs began_at, std::optional<TimeNs> answered_at,
                         bool visible) {
  std::erase_if(open_, [&](const Open& open) {
    if (open.until < began_at) {
      return true;
    }
    if (!dialect::NamesMeet(open.indices, index)) {
      return false;
    }
    Doubt(open.id, fmt::format("{} was written to while it ran", index));
    return true;
  });
  if (visible) {
    return;
  }
  const auto found = indices_.find(index);
  if (found == indices_.end() && indices_.size() >= limits::kNames) {
    return;
  }
  Index& known = found == indices_.end() ? indices_[std::string(index)] : found->second;
  known.last_answer = std::max(known.last_answer, answered_at.value_or(kNever));
}

void ByQueryWatch::Refresh(std::string_view indices, TimeNs began_at,
                           std::optional<TimeNs> answered_at) {
  if (!answered_at) {
    return;
  }
  for (auto& [name, index] : indices_) {
    if (!dialect::NamesMeet(indices, name)) {
      continue;
    }
    if (index.refreshes.size() == kRefreshesKept) {
      index.refreshes.erase(index.refreshes.begin());
    }
    index.refreshes.push_back({began_at, *answered_at});
  }
}

void ByQueryWatch::ByQuery(std::string_view indices, const std::string& id, TimeNs began_at,
                           std::optional<TimeNs> answered_at) {
  ++seen_;
  for (const auto& [name, index] : indices_) {
    if (!dialect::NamesMeet(indices, name)) {
      continue;
    }
    const bool seen_all = std::ranges::any_of(index.refreshes, [&](const Refreshed& refreshed) {
      return refreshed.answered_at <= began_at && index.last_answer <= refreshed.began_at;
    });
    if (index.last_answer != std::numeric_limits<TimeNs>::min() && !seen_all) {
      Doubt(id, index.last_answer > began_at
                    ? fmt::format("{} was written to while it ran", name)
                    : fmt::format("writes of {} had not been refreshed when it began", name));
      return;
    }
  }
  if (open_.size() < limits::kOpenByQueries) {
    open_.push_back({std::string(indices), id, answered_at.value_or(kNever)});
  }
}

}  // namespace trafrec::plan
