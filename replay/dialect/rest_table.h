#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "replay/dialect/operation.h"
#include "replay/dialect/target.h"

namespace trafrec::dialect {

/// A path of the REST interfaces of Elasticsearch and OpenSearch: facts, a row of rest_paths.def.
struct RestPath {
  std::string_view methods;  ///< "GET POST"
  std::string_view path;     ///< "/{index}/_doc/{id}"
  std::string_view api;      ///< "get"
  Kind kind;
  std::string_view releases;  ///< which ones list it: "e6 e7 e8 e9 o"

  bool Allows(std::string_view method) const;
};

std::span<const RestPath> RestPaths();

struct RestMatch {
  const RestPath* path = nullptr;  ///< null: no path fits. With `allowed` false: another method's
  bool allowed = false;
  std::vector<Parameter> parts;  ///< what "{index}" and the others are in this request

  std::string_view Part(std::string_view name) const;
};

/// The row for a request. Literal segments are preferred to "{…}", the last one most, then the
/// first ones. Indices and types begin with no '_' (but _all and _doc), so that an unknown path is
/// not taken for an index. HEAD goes to the row of GET where it has none of its own.
RestMatch MatchRestPath(std::string_view method, const Target& target);

/// "/_unknown/{}/_start" of a path that no row fits: what looks like a name becomes "{}".
std::string ShapeOf(const Target& target);

}  // namespace trafrec::dialect
