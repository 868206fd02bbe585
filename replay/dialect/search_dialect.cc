// What a request means to Elasticsearch and OpenSearch: its path decides the kind (rest_paths.def),
// the kind decides who reads the rest. The rules, and on which servers they were tried, are in
// docs/dialects.md.

#include <utility>

#include "replay/dialect/dialect.h"
#include "replay/dialect/search_answer.h"
#include "replay/dialect/search_call.h"

namespace trafrec::dialect {
namespace {

/// Ordered as a write of the whole cluster, even if the method is safe: who knows what a plugin
/// does.
Meaning Unknown(const RequestView& request, std::string path) {
  const bool safe = IsSafe(request.method);
  Operation operation;
  operation.repeat = safe ? Repeat::kSafe : Repeat::kAdds;
  operation.mutation = !safe;
  operation.keys.push_back({.scope = Scope::kCluster, .write = true});
  return {.path = std::move(path), .mutation = !safe, .operations = {std::move(operation)}};
}

using Reader = void (*)(const SearchCall& call, Meaning& meaning);

Reader ReaderOf(Kind kind) {
  switch (kind) {
    case Kind::kIndex:
    case Kind::kCreate:
    case Kind::kUpdate:
    case Kind::kDelete:
    case Kind::kGet:
      return &UnderstandDocument;
    case Kind::kBulk:
      return &UnderstandBulk;
    case Kind::kMultiGet:
      return &UnderstandMultiGet;
    case Kind::kSearch:
      return &UnderstandSearch;
    case Kind::kMultiSearch:
      return &UnderstandMultiSearch;
    case Kind::kOpenContext:
    case Kind::kUseContext:
    case Kind::kCloseContext:
    case Kind::kTask:
      return &UnderstandContext;
    case Kind::kByQuery:
      return &UnderstandByQuery;
    case Kind::kReindex:
      return &UnderstandReindex;
    case Kind::kIndexAdmin:
      return &UnderstandIndexAdmin;
    default:
      return &UnderstandOther;
  }
}

class Search final : public Dialect {
 public:
  std::string_view name() const override { return "search"; }

  Meaning Understand(const RequestView& request) const override {
    const Target target = ParseTarget(request.target);
    const RestMatch match = MatchRestPath(request.method, target);
    if (match.path == nullptr) {
      return Unknown(request, ShapeOf(target));
    }
    if (!match.allowed && request.method != "OPTIONS") {
      return Unknown(request, std::string(match.path->path));
    }
    Meaning meaning{.api = match.path->api,
                    .path = std::string(match.path->path),
                    .kind = match.path->kind,
                    .mutation = false};
    if (!match.allowed) {
      // Both products answer OPTIONS themselves, with the methods of the path.
      meaning.api = "options";
      meaning.kind = Kind::kInspect;
    }
    const SearchCall call{request, target, match};
    if (call.has_query("refresh")) {
      meaning.refresh = call.query("refresh").empty() ? "true" : call.query("refresh");
    }
    meaning.wait_for_active_shards = call.query("wait_for_active_shards");
    ReaderOf(meaning.kind)(call, meaning);
    for (const Operation& operation : meaning.operations) {
      meaning.mutation = meaning.mutation || operation.mutation;
    }
    return meaning;
  }

  Answer ReadAnswer(const Meaning& meaning, const AnswerView& answer) const override {
    return ReadSearchAnswer(meaning, answer);
  }
};

}  // namespace

const Dialect& SearchDialect() {
  static const Search kSearch;
  return kSearch;
}

const Dialect* FindDialect(std::string_view name) {
  for (const Dialect* dialect : {&HttpDialect(), &SearchDialect()}) {
    if (dialect->name() == name) {
      return dialect;
    }
  }
  return nullptr;
}

}  // namespace trafrec::dialect
