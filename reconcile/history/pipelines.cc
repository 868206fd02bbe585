#include "reconcile/history/pipelines.h"

#include <algorithm>
#include <array>

#include "reconcile/history/history.h"
#include "reconcile/history/unplaced.h"
#include "replay/dialect/key.h"
#include "replay/dialect/target.h"
#include "replay/json/json_tree.h"

namespace trafrec::reconcile {
namespace {

using dialect::Kind;

constexpr std::string_view kNone = "_none";

/// They write fields of a document, or refuse or drop it, and do nothing else.
constexpr std::array<std::string_view, 27> kPlainProcessors = {
    "append", "bytes",     "convert",   "csv",       "date",       "dissect",   "dot_expander",
    "drop",   "fail",      "grok",      "gsub",      "html_strip", "join",      "json",
    "kv",     "lowercase", "remove",    "rename",    "script",     "set",       "sort",
    "split",  "trim",      "uppercase", "urldecode", "user_agent", "on_failure"};

/// What documents are known by to a pipeline.
constexpr std::array<std::string_view, 4> kPlaces = {"_id", "_index", "_routing", "_type"};

/// Whether a text may name one of them, or any: as a field, a template, or in a script.
bool MayNamePlace(std::string_view text) {
  return text.find("{{") != std::string_view::npos ||
         std::ranges::any_of(kPlaces, [&](std::string_view place) {
           return text.find(place) != std::string_view::npos;
         });
}

/// Of the processors in one list.
bool MayMove(const json::Tree& tree, uint32_t list) {
  return std::ranges::any_of(tree.ChildrenOf(list), [&](uint32_t each) {
    const auto processors = tree.ChildrenOf(each);
    return std::ranges::any_of(processors, [&](uint32_t processor) {
      return std::ranges::find(kPlainProcessors, tree.KeyOf(processor)) == kPlainProcessors.end();
    });
  });
}

bool MayMove(std::string_view body) {
  const auto tree = json::Tree::Parse(body);
  if (!tree || tree->size() == 0) {
    return true;
  }
  for (uint32_t node = 0; node < tree->size(); ++node) {
    const bool list = (*tree)[node].key_end > 0 &&
                      (tree->KeyIs(node, "processors") || tree->KeyIs(node, "on_failure"));
    if (list ? MayMove(*tree, node) : MayNamePlace(tree->ScalarOf(node).value_or(""))) {
      return true;
    }
  }
  return false;
}

/// Values of the settings that give an index its pipelines, wherever they are in a body.
std::set<std::string> GivenIn(std::string_view body) {
  std::set<std::string> given;
  const auto tree = json::Tree::Parse(body);
  for (uint32_t node = 0; tree && node < tree->size(); ++node) {
    const std::string key = (*tree)[node].key_end > 0 ? tree->KeyOf(node) : "";
    if (key.ends_with("default_pipeline") || key.ends_with("final_pipeline")) {
      given.insert(tree->ScalarOf(node).value_or(""));
    }
  }
  given.erase("");
  given.erase(std::string(kNone));
  return given;
}

/// Whether documents of a write pass pipelines: deletions do not.
bool Passes(Kind kind) {
  return kind == Kind::kIndex || kind == Kind::kCreate || kind == Kind::kUpdate;
}

/// What was believed of a question's document, and is its own no more.
void Pipe(Question& question) {
  question.piped = true;
  question.unconditional = false;
  question.fit = Fit::kUnknown;
  question.change = {};
  question.writer = std::move(question.writer).AndMore();
  question.status_seen = false;
  question.answer_length = LengthSays::kNothing;
  question.like_taken = false;
}

}  // namespace

void Pipelines::Note(std::string_view api, std::string_view target,
                     const dialect::Operation& operation, std::string_view body, bool edited) {
  if (api == "ingest.put_pipeline") {
    const dialect::Target path = dialect::ParseTarget(target);
    if (path.segments.size() == 3) {
      bool& may_move = may_move_[path.segments[2]];
      may_move = may_move || edited || reconcile::MayMove(body);
    }
    return;
  }
  const bool of_any = api == "indices.put_template" || api == "indices.put_index_template" ||
                      api == "cluster.put_component_template";
  if (!of_any && api != "indices.create" && api != "indices.put_settings") {
    return;
  }
  const std::set<std::string> given = GivenIn(body);
  if (given.empty()) {
    return;
  }
  if (of_any) {
    given_["*"].insert(given.begin(), given.end());
  }
  for (const dialect::Key& key : operation.keys) {
    if (!of_any && key.write) {
      given_[key.name].insert(given.begin(), given.end());
    }
  }
}

void Pipelines::NoteOutcome(const dialect::Operation& operation, const dialect::Key& key,
                            const dialect::Outcome& outcome) {
  const std::string& pipeline = operation.writing.pipeline;
  if (!Passes(operation.kind) || !outcome.error.empty() ||
      (!pipeline.empty() && pipeline != kNone)) {
    return;
  }
  if (!outcome.id.empty() && !key.id.empty() && outcome.id != key.id) {
    moving_.insert(key.name);
  }
  if (!outcome.index.empty() && outcome.index != key.name) {
    led_.emplace(key.name, outcome.index);
  }
  if (outcome.fate == dialect::Fate::kNoop && operation.kind != Kind::kUpdate) {
    dropping_.insert(key.name);
  }
}

bool Pipelines::MayMove(const std::string& name) const {
  const auto known = may_move_.find(name);
  return known == may_move_.end() || known->second;
}

Pipelines::OfIndex Pipelines::Of(const History& history, const std::string& index) const {
  OfIndex found;
  const auto take = [&](const auto& names) {
    for (const std::string& name : names) {
      found.any = true;
      found.may_move = found.may_move || MayMove(name);
    }
  };
  const std::string& behind = history.IndexBehind(index);
  for (const auto& [name, names] : given_) {
    if (dialect::NamesMeet(history.IndexBehind(name), behind)) {
      take(names);
    }
  }
  for (const IndexSettings& settings : history.settings) {
    if (settings.name == behind) {
      take(settings.pipelines);
    }
  }
  const auto is_here = [&](const std::string& name) { return history.IndexBehind(name) == behind; };
  // No alias has the name of an index.
  const bool led = std::ranges::any_of(led_, [&](const auto& name) {
    return is_here(name.first) && behind == name.first && history.names.Knows(name.first);
  });
  found.may_move = found.may_move || led || std::ranges::any_of(moving_, is_here);
  found.any = found.any || found.may_move || std::ranges::any_of(dropping_, is_here);
  return found;
}

void TakePipelines(History& history) {
  std::map<std::string, Pipelines::OfIndex> indices;
  for (OpenRequest& request : history.requests) {
    LostTraffic traffic = UnplacedTraffic(request.runs);
    for (const size_t number : request.questions) {
      Question& question = history.questions[number];
      const std::string& index = question.document.index;
      if (!Passes(question.kind) || index.empty() || question.told || question.elsewhere) {
        continue;
      }
      const auto [of, is_new] = indices.try_emplace(index);
      if (is_new) {
        of->second = history.pipelines.Of(history, index);
      }
      const bool named = question.piped && question.through != kNone;
      if (of->second.any && !question.piped) {
        Pipe(question);
      }
      question.elsewhere =
          of->second.may_move || (named && history.pipelines.MayMove(question.through));
      traffic.most = *traffic.most + (question.elsewhere ? 1 : 0);
    }
    if (traffic.most != 0 && request.wire == WireProof::kNone) {
      history.lost.push_back(traffic);
    }
  }
}

}  // namespace trafrec::reconcile
