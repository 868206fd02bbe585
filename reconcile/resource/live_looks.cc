#include "reconcile/resource/live_looks.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include "base/ascii.h"
#include "reconcile/history/redacted.h"
#include "reconcile/resource/limits.h"

namespace trafrec::reconcile {
namespace {

/// "http://Host:81/path" -> "host:81"
std::string HostOf(const std::string& url) {
  const size_t scheme = url.find("://");
  const size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  return LowerCase(std::string_view(url).substr(begin, url.find('/', begin) - begin));
}

}  // namespace

Result<std::vector<Note>> LookAtResources(const send::Target& source, SourcePace pace,
                                          const History& history, ResourceHistory& resources) {
  std::vector<Note> notes;
  const auto note = [&](std::string words) {
    notes.push_back({.about = Note::About::kSource, .words = std::move(words)});
  };
  std::set<std::string> hosts;
  for (const auto& [name, resource] : resources.resources) {
    hosts.insert(name.host);
  }
  const std::string host = hosts.size() == 1 ? *hosts.begin() : HostOf(source.url);
  TRY_ASSIGN(const auto link, SourceLink::Open(source, std::move(pace)));
  uint64_t others = 0;
  uint64_t beyond = 0;
  uint64_t refused = 0;
  uint64_t hidden = 0;
  for (auto& [name, resource] : resources.resources) {
    if (name.host != host || !name.target.starts_with('/')) {
      ++others;
      continue;
    }
    if (HoldsToken(name.target)) {
      ++hidden;
      continue;
    }
    if (link->requests() >= limits::kLooksMost) {
      ++beyond;
      continue;
    }
    const Result<std::string> body = link->Ask("GET", name.target);
    if (!body && body.error().code != ErrorCode::kNotFound) {
      if (link->requests() <= 1 || body.error().code == ErrorCode::kPermission) {
        return std::unexpected(body.error());
      }
      ++refused;
      continue;
    }
    ResourceSight look{.at = {history.until, history.until},
                       .state = {.present = body.has_value()}};
    if (body) {
      look.state.content = PrintOfName(*body);
    }
    look.live = true;
    // After everything that the log has, and after what was still under way at its end.
    for (const ResourceWrite& write : resource.writes) {
      if (write.ran.until < std::numeric_limits<TimeNs>::max()) {
        look.at.from = look.at.until = std::max(look.at.until, write.ran.until + 1);
      }
    }
    resource.sights.push_back(std::move(look));
  }
  if (others > 0) {
    note(fmt::format("{} resources of other hosts than {} were not asked for: ask at theirs, too",
                     others, host));
  }
  if (beyond > 0) {
    note(fmt::format("{} resources were not asked for: {} are asked for at most", beyond,
                     limits::kLooksMost));
  }
  if (hidden > 0) {
    note(fmt::format("{} resources were not asked for: redaction replaced a part of their names",
                     hidden));
  }
  if (refused > 0) {
    note(fmt::format("{} resources were not shown by the live source", refused));
  }
  return notes;
}

}  // namespace trafrec::reconcile
