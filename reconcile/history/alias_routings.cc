#include "reconcile/history/alias_routings.h"

#include "reconcile/history/history.h"
#include "reconcile/source/json_place.h"
#include "replay/dialect/target.h"
#include "replay/json/json_tree.h"

namespace trafrec::reconcile {
namespace {

/// Of writes; "" if it does not route.
std::string RoutingIn(const JsonPlace& alias) {
  return alias["index_routing"].exists() ? alias["index_routing"].Text() : alias["routing"].Text();
}

/// The aliases that a body puts, each with its routing.
std::vector<std::pair<std::string, std::string>> AliasesIn(std::string_view api,
                                                           std::string_view target,
                                                           const JsonPlace& body) {
  std::vector<std::pair<std::string, std::string>> found;
  if (api == "indices.put_alias") {
    const auto parts = dialect::ParseTarget(target).segments;
    found.emplace_back(parts.empty() ? "" : parts.back(), RoutingIn(body));
  } else if (api == "indices.update_aliases") {
    for (const JsonPlace& action : body["actions"].Children()) {
      const JsonPlace add = action["add"];
      const std::string routing = RoutingIn(add);
      if (add["alias"].exists()) {
        found.emplace_back(add["alias"].Text(), routing);
      }
      for (const JsonPlace& alias : add["aliases"].Children()) {
        found.emplace_back(alias.Text(), routing);
      }
    }
  } else if (api == "indices.create" || api == "indices.put_template" ||
             api == "indices.put_index_template" || api == "cluster.put_component_template") {
    for (const JsonPlace& holder : {body, body["template"]}) {
      for (const JsonPlace& alias : holder["aliases"].Children()) {
        found.emplace_back(alias.Key(), RoutingIn(alias));
      }
    }
  }
  return found;
}

}  // namespace

void AliasRoutings::Note(std::string_view api, std::string_view target, std::string_view body,
                         bool answered) {
  if (!api.starts_with("indices.") && !api.starts_with("cluster.")) {
    return;  // of documents, which are most of a log
  }
  const auto tree = json::Tree::Parse(body.empty() ? std::string_view("{}") : body);
  if (!tree || tree->size() == 0) {
    return;
  }
  if (body.find("\"_routing\"") != std::string_view::npos) {
    const auto parts = dialect::ParseTarget(target).segments;
    const bool of_one = api == "indices.create" || api == "indices.put_mapping";
    required_.insert(of_one && !parts.empty() ? parts.front() : "*");
  }
  for (auto& [alias, routing] : AliasesIn(api, target, JsonPlace(*tree))) {
    Said& said = said_[alias];
    said.routings.insert(std::move(routing));
    said.answered = said.answered || answered;
  }
}

std::optional<std::string> AliasRoutings::Of(const std::string& alias) const {
  const auto said = said_.find(alias);
  return said == said_.end() || !said->second.answered || said->second.routings.size() != 1 ||
                 said->second.routings.begin()->empty()
             ? std::nullopt
             : std::optional(*said->second.routings.begin());
}

bool AliasRoutings::MayRefuse(const History& history, const DocumentName& document) const {
  const std::string& index = history.IndexBehind(document.index);
  if (document.routing.empty()) {
    return required_.contains("*") || required_.contains(index) ||
           required_.contains(document.index);
  }
  return index != document.index && Of(document.index) != document.routing;
}

void AliasRoutings::Apply(dialect::Meaning& meaning, std::vector<Sight>& sights) const {
  if (said_.empty()) {
    return;
  }
  std::map<std::string, std::string> routed;  // by id
  for (dialect::Operation& operation : meaning.operations) {
    for (dialect::Key& key : operation.keys) {
      const auto routing = key.scope == dialect::Scope::kDocument && key.routing.empty()
                               ? Of(key.name)
                               : std::nullopt;
      if (routing) {
        key.routing = *routing;
        routed.emplace(key.id, *routing);
      }
    }
  }
  for (Sight& sight : sights) {
    const auto found = routed.find(sight.document.id);
    if (sight.document.routing.empty() && found != routed.end()) {
      sight.document.routing = found->second;
    }
  }
}

void TakeRoutings(History& history) {
  for (Question& question : history.questions) {
    if (!question.told && history.alias_routings.MayRefuse(history, question.document)) {
      question.unconditional = false;
      question.place_taken = false;
    }
  }
}

}  // namespace trafrec::reconcile
