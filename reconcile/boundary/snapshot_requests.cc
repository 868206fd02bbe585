#include "reconcile/boundary/snapshot_requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "reconcile/history/mutation_facts.h"
#include "reconcile/source/answers.h"
#include "reconcile/source/json_place.h"
#include "replay/dialect/target.h"

namespace trafrec::reconcile {
namespace {

/// "a,b", or a list of them.
std::vector<std::string> NamesIn(const JsonPlace& place) {
  std::vector<std::string> names;
  const auto add = [&names](std::string_view text) {
    while (!text.empty()) {
      const size_t comma = std::min(text.find(','), text.size());
      if (comma > 0) {
        names.emplace_back(text.substr(0, comma));
      }
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
  };
  if (place.Is(json::Type::kArray)) {
    for (const JsonPlace& name : place.Children()) {
      add(name.Text());
    }
  } else {
    add(place.Text());
  }
  return names;
}

/// What an answer says of a snapshot: its state, and what is in it.
void TakeState(const JsonPlace& said, TimeNs at, RecordedSnapshot& snapshot) {
  const std::string state = said["state"].Text();
  if (state.empty() || state == "IN_PROGRESS" || state == "STARTED" || state == "INIT") {
    return;
  }
  snapshot.state = state;
  snapshot.ended = std::min(snapshot.ended, at);
  if (said["indices"].Is(json::Type::kArray)) {
    snapshot.indices = NamesIn(said["indices"]);
  }
  if (const JsonPlace shards = said["shards"]; state != "SUCCESS" && shards["failed"].exists()) {
    snapshot.trouble =
        fmt::format("{} of {} shards failed", shards["failed"].Text(), shards["total"].Text());
  }
}

}  // namespace

bool SnapshotRequests::IsOne(std::string_view api) { return api.starts_with("snapshot."); }

void SnapshotRequests::Add(const store::StoredExchange& exchange,
                           const recorded::ExchangeView& view, std::string_view api) {
  const dialect::Target target = dialect::ParseTarget(view.request()->target);
  if (target.segments.size() < 2) {
    return;
  }
  const std::string& repository = target.segments[1];
  if (api == "snapshot.create" && target.segments.size() > 2) {
    AddTaking(exchange, view, repository, target.segments[2]);
  }
  if (api == "snapshot.create" || api == "snapshot.create_repository" || api == "snapshot.delete" ||
      api == "snapshot.delete_repository") {
    changes_.emplace_back(repository, exchange.row.id);
  } else if (view.answer() != nullptr && IsWhole(exchange.response)) {
    AddStates(view, repository, exchange.response->facts.first_byte_at);
  }
}

void SnapshotRequests::AddTaking(const store::StoredExchange& exchange,
                                 const recorded::ExchangeView& view, std::string repository,
                                 std::string name) {
  RecordedSnapshot snapshot{.repository = std::move(repository),
                            .name = std::move(name),
                            .taken_by = exchange.row.id,
                            .began = exchange.request->facts.first_byte_at};
  if (const auto body = json::Tree::Parse(view.request()->body)) {
    snapshot.indices = NamesIn(JsonPlace(*body)["indices"]);
  }
  if (view.answer() != nullptr && view.answer()->status / 100 != 2) {
    snapshot.trouble =
        fmt::format("it was answered {}{}", view.answer()->status, ReasonIn(view.answer()->body));
  } else if (view.answer() != nullptr && IsWhole(exchange.response)) {
    if (const auto answer = json::Tree::Parse(view.answer()->body)) {
      TakeState(JsonPlace(*answer)["snapshot"], exchange.response->facts.first_byte_at, snapshot);
    }
  }
  all_.push_back(std::move(snapshot));
}

void SnapshotRequests::AddStates(const recorded::ExchangeView& view, const std::string& repository,
                                 TimeNs at) {
  const auto answer = json::Tree::Parse(view.answer()->body);
  if (!answer) {
    return;
  }
  for (const JsonPlace& said : JsonPlace(*answer)["snapshots"].Children()) {
    const std::string name = said["snapshot"].Text();
    // The last one of that name is meant: it may have been deleted and taken again.
    const auto meant = std::find_if(all_.rbegin(), all_.rend(), [&](const auto& each) {
      return each.repository == repository && each.name == name;
    });
    if (meant != all_.rend()) {
      TakeState(said, at, *meant);
    }
  }
}

std::vector<store::ExchangeId> SnapshotRequests::OwnOf(const std::string& repository) const {
  std::vector<store::ExchangeId> own;
  for (const auto& [changed, id] : changes_) {
    if (changed == repository) {
      own.push_back(id);
    }
  }
  return own;
}

}  // namespace trafrec::reconcile
