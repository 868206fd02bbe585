// The state of a cluster that a copy of its data holds.
//
// A node keeps what is no document apart from its shards: a file for each index, and one or an
// index of Lucene for the whole cluster. Both are written when something changes, so a copy shows
// all that had been done when it was made. That is taken for an answer that came then. Rejected:
// the files' own times as those of the answers, since a state that nobody changed for long is old
// and true all the same.

#include "reconcile/evidence/stored_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "reconcile/metadata/metadata_answers.h"
#include "reconcile/routing/index_settings.h"
#include "reconcile/source/json_place.h"
#include "reconcile/translog/node_state.h"
#include "replay/json/json_tree.h"

namespace trafrec::reconcile {
namespace {

namespace fs = std::filesystem;

TimeNs TimeOf(const fs::path& path) {
  std::error_code error;
  const auto time = fs::last_write_time(path, error);
  const auto since = fs::file_time_type::clock::to_sys(time).time_since_epoch();
  return error ? std::numeric_limits<TimeNs>::min()
               : std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

/// A node's data folder of one copy, and when the latest file in it was written.
struct Copy {
  fs::path folder{};
  TimeNs written_at = std::numeric_limits<TimeNs>::min();
};

/// The folders above "indices", with the times of what is written last.
std::map<fs::path, TimeNs> CopiesIn(const std::vector<ShardFolder>& folders) {
  std::map<fs::path, TimeNs> copies;
  for (const ShardFolder& folder : folders) {
    const fs::path index = folder.translog.parent_path().parent_path();
    const fs::path node = folder.node();
    if (node.empty()) {
      continue;
    }
    TimeNs& at = copies.try_emplace(node, std::numeric_limits<TimeNs>::min()).first->second;
    at = std::max({at, TimeOf(folder.translog / "translog.ckp"), TimeOf(index / "_state")});
  }
  for (auto& [folder, at] : copies) {
    at = std::max(at, TimeOf(folder / "_state"));
  }
  return copies;
}

Copy LatestOf(const std::vector<ShardFolder>& folders) {
  Copy latest;
  for (const auto& [folder, at] : CopiesIn(folders)) {
    if (latest.folder.empty() || at > latest.written_at) {
      latest = {folder, at};
    }
  }
  return latest;
}

/// {"NAME":{"aliases":…,"mappings":…,"settings":…}}, as the source answers; "" if it is no index.
std::string AnswerOf(const std::string& state) {
  const auto tree = json::Tree::Parse(state);
  if (!tree || tree->size() == 0) {
    return "";
  }
  const std::vector<JsonPlace> indices = JsonPlace(*tree).Children();
  if (indices.size() != 1) {
    return "";
  }
  const JsonPlace& index = indices.front();
  std::string mapping = "{}";
  if (const auto mappings = index["mappings"].Children(); !mappings.empty()) {
    const auto types = mappings.front().Children();  // one, whatever its name
    mapping = types.size() == 1 ? types.front().Raw() : mappings.front().Raw();
  }
  const auto raw = [&](std::string_view part) {
    return index[part].Is(json::Type::kObject) ? index[part].Raw() : std::string("{}");
  };
  return fmt::format(R"({{{}:{{"aliases":{},"mappings":{},"settings":{}}}}})",
                     json::Quoted(index.Key()), raw("aliases"), mapping, raw("settings"));
}

/// [{"name":…,"MEMBER":…},…] of {"NAME":…,…}.
std::string ListOf(const JsonPlace& named, std::string_view member) {
  std::string list;
  for (const JsonPlace& each : named.Children()) {
    list += fmt::format(R"({}{{"name":{},"{}":{}}})", list.empty() ? "" : ",",
                        json::Quoted(each.Key()), member, each.Raw());
  }
  return '[' + list + ']';
}

class Adding {
 public:
  Adding(const NodeState& state, const Span& at, bool late, History& history)
      : state_(state), at_(at), late_(late), history_(history) {}

  void Run() {
    for (const std::string& index : state_.indices) {
      const std::string answer = AnswerOf(index);
      for (const IndexSettings& settings : ReadSettingsAnswer(answer)) {
        made_at_[settings.name] = settings.made_at;
      }
      Take("indices.get", "/", answer);
    }
    if (!state_.global.empty()) {
      AddGlobal();
    }
    AddLives();
  }

 private:
  void Take(std::string_view api, const std::string& target, const std::string& answer) {
    for (MetadataSight& sight : MetadataSightsIn(api, target, 200, answer, at_)) {
      // Settings that do not last are kept nowhere.
      if (sight.kind != MetadataKind::kClusterSetting || sight.index == "persistent") {
        sight.late = late_;
        history_.metadata.Add(std::move(sight));
      }
    }
  }

  void AddGlobal() {
    const auto tree = json::Tree::Parse(state_.global);
    if (!tree || tree->size() == 0) {
      return;
    }
    const JsonPlace state = JsonPlace(*tree)["meta-data"];
    const auto raw = [](const JsonPlace& place) {
      return place.Is(json::Type::kObject) ? place.Raw() : std::string("{}");
    };
    Take("indices.get_template", "/_template", raw(state["templates"]));
    Take("cluster.get_settings", "/_cluster/settings",
         fmt::format(R"({{"persistent":{}}})", raw(state["settings"])));
    Take("indices.get_index_template", "/_index_template",
         fmt::format(R"({{"index_templates":{}}})",
                     ListOf(state["index_template"]["index_template"], "index_template")));
    Take("cluster.get_component_template", "/_component_template",
         fmt::format(
             R"({{"component_templates":{}}})",
             ListOf(state["component_template"]["component_template"], "component_template")));
  }

  /// Of the indices that somebody asked to be made or removed.
  void AddLives() {
    for (const auto& [name, at] : made_at_) {
      if (at) {
        history_.index_lives.made_at[name] = *at;
      }
    }
    const bool presumed = !state_.whole && HasAllThatWereWritten();
    std::set<std::string> names;
    for (const IndexChange& change : history_.index_lives.changes) {
      if (change.question && change.name.find_first_of("*,:<") == std::string::npos) {
        names.insert(change.name);
      }
    }
    for (const std::string& name : names) {
      const auto found = made_at_.find(name);
      const bool present = found != made_at_.end();
      if (present || state_.whole || presumed) {
        history_.index_lives.sights.push_back({.name = name,
                                               .present = present,
                                               .at = at_,
                                               .made_at = present ? found->second : std::nullopt,
                                               .late = late_,
                                               .whole = !present && presumed});
      }
    }
  }

  /// Without the state of the cluster it takes a copy of all indices to say that one was not there.
  bool HasAllThatWereWritten() const {
    return !state_.nameless && std::ranges::all_of(history_.writes, [&](const Write& write) {
      const std::string& name = history_.IndexBehind(write.document.index);
      return made_at_.contains(name) ||
             std::ranges::any_of(history_.index_lives.changes, [&](const IndexChange& change) {
               return change.removes && change.name == name;
             });
    });
  }

  const NodeState& state_;
  const Span at_;
  const bool late_;
  History& history_;
  std::map<std::string, std::optional<TimeNs>> made_at_;  ///< of all that there were
};

}  // namespace

std::vector<Note> AddStoredState(const std::vector<ShardFolder>& folders, bool early,
                                 History& history) {
  const Copy copy = LatestOf(folders);
  if (copy.folder.empty()) {
    return {};
  }
  const auto state = ReadNodeState(copy.folder);
  if (!state) {
    return {{.about = Note::About::kJournal,
             .words = fmt::format("{}: {}: what it says of indices and templates is not known",
                                  (copy.folder / "_state").string(), state.error())}};
  }
  constexpr TimeNs kEnd = std::numeric_limits<TimeNs>::max();
  Adding(*state, {early ? copy.written_at : kEnd, kEnd}, !early, history).Run();
  std::vector<Note> notes;
  for (const std::string& why : state->unread) {
    notes.push_back({.about = Note::About::kJournal,
                     .words = why + ": which index it is of, and that others are not there, is not "
                                    "known; copy it again"});
  }
  return notes;
}

}  // namespace trafrec::reconcile
