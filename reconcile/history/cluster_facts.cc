#include "reconcile/history/cluster_facts.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "reconcile/history/mutation_facts.h"
#include "reconcile/history/sights.h"
#include "reconcile/metadata/metadata_answers.h"
#include "reconcile/metadata/metadata_json.h"
#include "reconcile/metadata/metadata_requests.h"
#include "reconcile/source/answers.h"

namespace trafrec::reconcile {
namespace {

/// What it was made with; templates may have added to it.
void AddMappingOfCreation(const dialect::RequestView& request, const dialect::Meaning& meaning,
                          const Span& ran, History& history) {
  const auto tree = json::Tree::Parse(request.body);
  if (!tree || tree->size() == 0 || meaning.operations.empty() ||
      meaning.operations.front().keys.empty()) {
    return;
  }
  NamedValues fields;
  TakeMapping(JsonPlace(*tree)["mappings"], fields);
  if (!fields.empty()) {
    history.metadata.Add({.kind = MetadataKind::kField,
                          .index = meaning.operations.front().keys.front().name,
                          .there = std::make_shared<const NamedValues>(std::move(fields)),
                          .at = ran,
                          .part = true});
  }
}

}  // namespace

void AddClusterState(const dialect::RequestView& request, const dialect::Meaning& meaning,
                     const dialect::AnswerView& answer, const Span& ran, History& history) {
  for (ShardSight& sight : ShardSightsIn(request, answer, ran)) {
    history.names.IsIndex(sight.index);
    history.shards.push_back(std::move(sight));
  }
  for (MetadataSight& sight :
       MetadataSightsIn(meaning.api, request.target, answer.status, answer.body, ran)) {
    history.metadata.Add(std::move(sight));
  }
  if (answer.status == 200 && meaning.api == "indices.create") {
    AddMappingOfCreation(request, meaning, ran, history);
  }
  if (answer.status == 200 && request.target == "/" && request.method == "GET") {
    if (const auto identity = ReadIdentity(answer.body)) {
      history.product = VersionOf(*identity);
      history.cluster_uuid = identity->cluster_uuid;
    }
  }
  std::vector<IndexSettings> shown;
  if (answer.status == 200 && (meaning.api == "indices.get" ||
                               request.target.find("_settings") != std::string_view::npos)) {
    shown = ReadSettingsAnswer(answer.body);
  } else if (answer.status == 200 &&
             request.target.find("_cluster/state") != std::string_view::npos) {
    shown = ReadClusterState(answer.body);
  }
  for (IndexSettings& settings : shown) {
    history.names.IsIndex(settings.name);
    history.settings.push_back(std::move(settings));
  }
}

void AddClusterChange(const dialect::RequestView& request, const dialect::Meaning& meaning,
                      const dialect::Operation& operation, const dialect::Outcome& outcome,
                      int status, const Span& ran, History& history) {
  history.index_lives.Note(meaning, operation, outcome, status, ran, history.questions.size());
  if (!operation.mutation || WasTurnedDown(outcome)) {
    return;
  }
  if (meaning.api == "indices.put_mapping" || meaning.api == "indices.put_settings" ||
      meaning.api == "indices.close" || meaning.api == "indices.open") {
    for (const dialect::Key& key : operation.keys) {
      history.precedents.NoteChange(key.name, ran);
    }
  }
  const bool open = IsOpen(outcome, status != 0, operation);
  for (MetadataChange& change : MetadataChangesIn(meaning.api, request.target, request.body)) {
    if (change.what.kind == MetadataKind::kAlias) {
      history.index_lives.NoteAlias(change.what.name, change.value.has_value(), ran);
    }
    change.ran = ran;
    change.question = open ? std::optional(history.questions.size()) : std::nullopt;
    history.metadata.Add(std::move(change));
  }
}

}  // namespace trafrec::reconcile
