#include "reconcile/evidence/source_metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "reconcile/evidence/source_documents.h"
#include "reconcile/metadata/metadata_answers.h"
#include "reconcile/metadata/metadata_requests.h"
#include "reconcile/routing/index_settings.h"
#include "reconcile/source/json_place.h"
#include "replay/dialect/target.h"
#include "replay/json/json_tree.h"

namespace trafrec::reconcile {
namespace {

/// Names in one path, which the source takes 4,096 bytes of.
constexpr size_t kNamesEach = 50;

class Asking {
 public:
  Asking(LiveSource& source, History& history) : source_(source), history_(history) {}

  Status Run() {
    Collect();
    TRY(AskIndices());
    TRY(AskByName("/_template/", "indices.get_template", templates_));
    TRY(AskEach("/_index_template/", "indices.get_index_template", index_templates_));
    TRY(AskEach("/_component_template/", "cluster.get_component_template", component_templates_));
    return cluster_settings_ ? Ask("/_cluster/settings", "cluster.get_settings") : Status();
  }

 private:
  bool IsOpen(const std::optional<size_t>& question) const {
    return question &&
           history_.requests[history_.questions[*question].request].wire == WireProof::kNone;
  }

  void Collect() {
    for (const IndexChange& change : history_.index_lives.changes) {
      if (IsOpen(change.question) && change.name.find_first_of("*,:<") == std::string::npos) {
        indices_.insert(change.name);
      }
    }
    for (const MetadataChange& change : history_.metadata.changes()) {
      if (IsOpen(change.question) && IsPlain(change.what)) {
        Collect(change.what);
      }
    }
  }

  void Collect(const MetadataName& what) {
    switch (what.kind) {
      case MetadataKind::kAlias:
      case MetadataKind::kField:
      case MetadataKind::kSetting:
        indices_.insert(history_.IndexBehind(what.index));
        break;
      case MetadataKind::kTemplate:
        templates_.insert(what.name);
        break;
      case MetadataKind::kIndexTemplate:
        index_templates_.insert(what.name);
        break;
      case MetadataKind::kComponentTemplate:
        component_templates_.insert(what.name);
        break;
      case MetadataKind::kClusterSetting:
        cluster_settings_ = true;
        break;
    }
  }

  Status AskIndices() {
    std::vector<std::string> some;
    for (const std::string& name : indices_) {
      some.push_back(name);
      if (some.size() == kNamesEach || name == *indices_.rbegin()) {
        TRY(AskIndices(std::exchange(some, {})));
      }
    }
    return {};
  }

  Status AskIndices(const std::vector<std::string>& names) {
    const std::string target = Path("/", names);
    Span at{.from = WallClockNow()};
    TRY_ASSIGN(const std::optional<std::string> answer,
               source_.Look(target + "?ignore_unavailable=true&allow_no_indices=true"));
    at.until = WallClockNow();
    const std::string body = answer.value_or("{}");
    const std::vector<IndexSettings> there = ReadSettingsAnswer(body);
    std::vector<std::string> same;
    for (const std::string& name : names) {
      const auto index = std::ranges::find(there, name, &IndexSettings::name);
      const bool present = index != there.end();
      if (!present || !IsLaterOne(history_, *index)) {
        same.push_back(name);
      }
      history_.index_lives.sights.push_back(
          {name, present, at, present ? index->made_at : std::nullopt});
    }
    if (!same.empty()) {
      Take("indices.get", Path("/", same), Only(same, body), at);
    }
    return {};
  }

  /// Of an answer by name, what it says of these: others are not those of the log.
  static std::string Only(const std::vector<std::string>& names, const std::string& body) {
    const auto tree = json::Tree::Parse(body);
    if (!tree || tree->size() == 0) {
      return body;
    }
    std::string only;
    for (const std::string& name : names) {
      if (const JsonPlace found = JsonPlace(*tree)[name]; found.exists()) {
        only += (only.empty() ? "" : ",") + json::Quoted(name) + ":" + found.Raw();
      }
    }
    return "{" + only + "}";
  }

  Status AskByName(const std::string& path, std::string_view api,
                   const std::set<std::string>& wanted) {
    std::vector<std::string> some;
    for (const std::string& name : wanted) {
      some.push_back(name);
      if (some.size() == kNamesEach || name == *wanted.rbegin()) {
        TRY(AskTemplates(path, api, std::exchange(some, {})));
      }
    }
    return {};
  }

  /// Those that are not in the answer are not there.
  Status AskTemplates(const std::string& path, std::string_view api,
                      const std::vector<std::string>& names) {
    Span at{.from = WallClockNow()};
    TRY_ASSIGN(const std::optional<std::string> answer, source_.Look(Path(path, names)));
    at.until = WallClockNow();
    const std::string body = answer.value_or("{}");
    const auto tree = json::Tree::Parse(body);
    if (!tree || tree->size() == 0) {
      return {};
    }
    for (const std::string& name : names) {
      Take(api, Path(path, {name}), Only({name}, body), at);
    }
    return {};
  }

  Status AskEach(const std::string& path, std::string_view api,
                 const std::set<std::string>& names) {
    for (const std::string& name : names) {
      TRY(Ask(Path(path, {name}), api));
    }
    return {};
  }

  Status Ask(const std::string& target, std::string_view api) {
    Span at{.from = WallClockNow()};
    TRY_ASSIGN(const std::optional<std::string> answer, source_.Look(target));
    at.until = WallClockNow();
    for (MetadataSight& sight :
         MetadataSightsIn(api, target, answer ? 200 : 404, answer.value_or(""), at)) {
      history_.metadata.Add(std::move(sight));
    }
    return {};
  }

  void Take(std::string_view api, const std::string& target, const std::string& body,
            const Span& at) {
    for (MetadataSight& sight : MetadataSightsIn(api, target, 200, body, at)) {
      history_.metadata.Add(std::move(sight));
    }
  }

  static std::string Path(const std::string& path, const std::vector<std::string>& names) {
    std::string target = path;
    for (const std::string& name : names) {
      target += (target == path ? "" : ",") + dialect::PercentEncode(name);
    }
    return target;
  }

  LiveSource& source_;
  History& history_;
  std::set<std::string> indices_;
  std::set<std::string> templates_;
  std::set<std::string> index_templates_;
  std::set<std::string> component_templates_;
  bool cluster_settings_ = false;
};

}  // namespace

Status AddLiveMetadata(LiveSource& source, History& history) {
  return Asking(source, history).Run();
}

}  // namespace trafrec::reconcile
