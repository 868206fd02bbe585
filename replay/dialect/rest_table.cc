// Which row of the table a request fits.
//
// The paths make a tree, a node a segment. A request goes down it: at each node the literal child
// first, then the child for "{…}"; if that ends in nothing, or in no row for the method, back and
// the other one. A path that ends in a literal is preferred to one that ends in "{…}": for
// Elasticsearch 7, /logs/_doc/_search is a search by a path with a type, no document (tried).
// Literals are compared as they were sent, not decoded: /logs/%5Fsearch is no search (tried).
// Rejected: a list of expressions tried in turn (a thousand tries for each request).

#include "replay/dialect/rest_table.h"

#include <algorithm>
#include <map>
#include <memory>

#include "replay/dialect/limits.h"

namespace trafrec::dialect {
namespace {

using enum Kind;

constexpr RestPath kPaths[] = {
#define REST_PATH(methods, path, api, kind, releases) {methods, path, api, kind, releases},
#include "replay/dialect/rest_paths.def"
#undef REST_PATH
};

struct Node {
  std::map<std::string_view, std::unique_ptr<Node>> literals;
  std::unique_ptr<Node> index;  // "{index}" and "{type}", which have a grammar
  std::unique_ptr<Node> other;  // any other "{…}"
  std::vector<const RestPath*> rows;
};

std::vector<std::string_view> Segments(std::string_view path) {
  std::vector<std::string_view> out;
  path.remove_prefix(1);
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    out.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return out;
}

std::unique_ptr<Node>& ChildFor(Node& node, std::string_view segment) {
  if (!segment.starts_with('{')) {
    return node.literals[segment];
  }
  return segment == "{index}" || segment == "{type}" ? node.index : node.other;
}

Node MakeTree() {
  Node root;
  for (const RestPath& row : kPaths) {
    Node* node = &root;
    for (const std::string_view segment : Segments(row.path)) {
      std::unique_ptr<Node>& child = ChildFor(*node, segment);
      if (child == nullptr) {
        child = std::make_unique<Node>();
      }
      node = child.get();
    }
    node->rows.push_back(&row);
  }
  return root;
}

const Node& Tree() {
  static const Node kTree = MakeTree();
  return kTree;
}

bool CanBeIndex(std::string_view segment) {
  return !segment.empty() && (segment[0] != '_' || segment == "_all" || segment == "_doc");
}

/// One walk through the tree. `other_method` remembers the first path whose method differs.
class Search {
 public:
  Search(std::string_view method, const Target& target) : method_(method), target_(target) {}

  const RestPath* Find() {
    ends_in_literal_ = true;
    const RestPath* row = Find(Tree(), 0);
    if (row == nullptr) {
      ends_in_literal_ = false;
      row = Find(Tree(), 0);
    }
    return row;
  }

  const RestPath* other_method() const { return other_method_; }

 private:
  const RestPath* Find(const Node& node, size_t depth) {
    const size_t size = target_.segments.size();
    if (depth == size) {
      return RowOf(node);
    }
    if (const auto it = node.literals.find(LiteralAt(depth)); it != node.literals.end()) {
      if (const RestPath* row = Find(*it->second, depth + 1)) {
        return row;
      }
    }
    const std::string_view name = target_.segments[depth];
    if (name.empty() || (ends_in_literal_ && depth + 1 == size)) {
      return nullptr;
    }
    if (node.index != nullptr && CanBeIndex(name)) {
      if (const RestPath* row = Find(*node.index, depth + 1)) {
        return row;
      }
    }
    return node.other == nullptr ? nullptr : Find(*node.other, depth + 1);
  }

  std::string_view LiteralAt(size_t depth) const {
    // The name that OpenSearch's plugins had before 1.0, and still answer to.
    const std::string_view segment = target_.written[depth];
    return depth == 0 && segment == "_opendistro" ? "_plugins" : segment;
  }

  const RestPath* RowOf(const Node& node) {
    const RestPath* get = nullptr;
    for (const RestPath* row : node.rows) {
      if (row->Allows(method_)) {
        return row;
      }
      get = row->Allows("GET") ? row : get;
    }
    if (method_ == "HEAD" && get != nullptr) {
      return get;
    }
    if (other_method_ == nullptr && !node.rows.empty()) {
      other_method_ = node.rows.front();
    }
    return nullptr;
  }

  std::string_view method_;
  const Target& target_;
  bool ends_in_literal_ = true;
  const RestPath* other_method_ = nullptr;
};

}  // namespace

bool RestPath::Allows(std::string_view method) const {
  for (std::string_view rest = methods; !rest.empty();) {
    const size_t end = std::min(rest.find(' '), rest.size());
    if (rest.substr(0, end) == method) {
      return true;
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

std::span<const RestPath> RestPaths() { return kPaths; }

std::string_view RestMatch::Part(std::string_view name) const {
  for (const Parameter& part : parts) {
    if (part.name == name) {
      return part.value;
    }
  }
  return {};
}

RestMatch MatchRestPath(std::string_view method, const Target& target) {
  RestMatch match;
  if (target.cut) {
    return match;
  }
  Search search(method, target);
  match.path = search.Find();
  match.allowed = match.path != nullptr;
  match.path = match.allowed ? match.path : search.other_method();
  if (match.path == nullptr) {
    return match;
  }
  match.parts.reserve(target.segments.size());
  std::string_view path = match.path->path.substr(1);
  for (const std::string& segment : target.segments) {
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(name.size() + 1, path.size()));
    if (name.starts_with('{')) {
      match.parts.push_back({std::string(name.substr(1, name.size() - 2)), segment});
    }
  }
  return match;
}

std::string ShapeOf(const Target& target) {
  std::string shape;
  for (const std::string& segment : target.segments) {
    const bool word = segment.starts_with('_') && segment.size() <= limits::kShapeSegmentBytes &&
                      std::ranges::all_of(segment, [](char c) {
                        return (c >= 'a' && c <= 'z') || c == '_' || c == '-';
                      });
    shape += word ? "/" + segment : "/{}";
  }
  return shape.empty() ? "/" : shape + (target.cut ? "/…" : "");
}

}  // namespace trafrec::dialect
