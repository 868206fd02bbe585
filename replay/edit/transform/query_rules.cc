// Types in queries. A field may be called "type" as well: only where a query stands is a member of
// that name one.

#include <algorithm>
#include <array>

#include "replay/edit/transform/members.h"
#include "replay/edit/transform/rules.h"

namespace trafrec::transform {
namespace {

using json::Patch;
using json::Tree;
using json::Type;

constexpr std::string_view kEverything = R"({"match_all":{}})";

/// Members whose value is a query, or a list of them.
constexpr std::array<std::string_view, 9> kQueryPlaces = {
    "query",    "filter",      "must",     "must_not",      "should",
    "positive", "post_filter", "negative", "no_match_query"};

bool StandsForQuery(const Tree& tree, uint32_t member) {
  return std::ranges::any_of(kQueryPlaces,
                             [&](std::string_view place) { return tree.KeyIs(member, place); });
}

/// All queries of a body, those in others, too: objects like {"term": …}.
std::vector<uint32_t> QueriesOf(const Tree& tree) {
  std::vector<uint32_t> queries;
  for (uint32_t node = 1; node < tree.size(); ++node) {
    if (tree[node].key_end > 0 && StandsForQuery(tree, node)) {
      for (const uint32_t query : ObjectsOf(tree, node)) {
        queries.push_back(query);
      }
    }
  }
  return queries;
}

bool EditSearches(Call& call, const Call::JsonEdit& edit) {
  switch (call.kind()) {
    case dialect::Kind::kMultiSearch:
      return call.EditSources(edit);
    case dialect::Kind::kSearch:
    case dialect::Kind::kByQuery:
    case dialect::Kind::kReindex:
      return call.EditBody(edit);
    default:
      return call.api() == "indices.validate_query" && call.EditBody(edit);
  }
}

void RemoveMember(const Tree& tree, Patch& patch, uint32_t object, std::string_view key) {
  RemoveMembers(tree, patch, object, [&](uint32_t member) { return tree.KeyIs(member, key); });
}

/// {"terms": {"user": {"index": …, "type": …, "id": …, "path": …}}}
void EditTermsLookup(const Tree& tree, Patch& patch, uint32_t terms) {
  for (const uint32_t field : ObjectsOf(tree, terms)) {
    for (const uint32_t lookup : tree.ChildrenOf(field)) {
      if (tree.type(lookup) == Type::kObject && tree.Find(lookup, "path")) {
        RemoveMember(tree, patch, lookup, "type");
      }
    }
  }
}

void EditLike(const Tree& tree, Patch& patch, uint32_t more_like_this) {
  for (const std::string_view key : {"like", "unlike"}) {
    for (const uint32_t document : ObjectsOf(tree, tree.Find(more_like_this, key))) {
      RemoveMember(tree, patch, document, "_type");
    }
  }
}

}  // namespace

bool TypesInQueries(Call& call) {
  if (!call.Mentions("type")) {
    return false;
  }
  return EditSearches(call, [](const Tree& tree, Patch& patch) {
    for (const uint32_t query : QueriesOf(tree)) {
      if (const auto terms = tree.Find(query, "terms"); terms) {
        EditTermsLookup(tree, patch, *terms);
      }
      if (const auto ids = tree.Find(query, "ids"); ids) {
        for (const uint32_t object : ObjectsOf(tree, ids)) {
          RemoveMember(tree, patch, object, "type");
        }
      }
      if (const auto like = tree.Find(query, "more_like_this"); like) {
        EditLike(tree, patch, *like);
      }
    }
  });
}

bool TypeQueries(Call& call) {
  if (!call.Mentions("\"type\"") && !call.Mentions("\"_type\"")) {
    return false;
  }
  return EditSearches(call, [](const Tree& tree, Patch& patch) {
    for (const uint32_t query : QueriesOf(tree)) {
      const auto type = tree.Find(query, "type");
      bool everything = type && tree.type(*type) == Type::kObject && tree.Find(*type, "value");
      for (const std::string_view kind : {"term", "terms"}) {
        const auto clause = tree.Find(query, kind);
        everything = everything || (clause && tree.Find(*clause, "_type"));
      }
      if (everything) {
        patch.Replace(query, std::string(kEverything));
      }
    }
  });
}

}  // namespace trafrec::transform
