#include "reconcile/history/message_shape.h"

#include "replay/json/json_tree.h"

namespace trafrec::reconcile {
namespace {

using dialect::Kind;
using json::Tree;

Shape::Kind ShapeOf(Kind kind) {
  switch (kind) {
    case Kind::kIndex:
    case Kind::kCreate:
    case Kind::kUpdate:
    case Kind::kDelete:
      return Shape::Kind::kWrite;
    case Kind::kGet:
      return Shape::Kind::kGet;
    case Kind::kBulk:
      return Shape::Kind::kBulk;
    case Kind::kMultiGet:
      return Shape::Kind::kMultiGet;
    case Kind::kSearch:
      return Shape::Kind::kSearch;
    default:
      return Shape::Kind::kUnknown;
  }
}

std::string IdIn(const Tree& tree, uint32_t object) {
  const auto id = tree.Find(object, "_id");
  return (id ? tree.ScalarOf(*id) : std::nullopt).value_or("");
}

/// A bulk's items wrap what they say in the name of their action.
Shape Listed(const Tree& tree, Shape::Kind kind, uint32_t list) {
  Shape shape{.kind = kind};
  for (const uint32_t element : tree.ChildrenOf(list)) {
    const std::vector<uint32_t> members = tree.ChildrenOf(element);
    const bool wrapped = kind == Shape::Kind::kBulk && !members.empty();
    shape.ids.push_back(IdIn(tree, wrapped ? members.front() : element));
  }
  return shape;
}

}  // namespace

Shape ShapeOf(const dialect::RequestView& request, const dialect::Dialect& dialect) {
  const dialect::Meaning meaning = dialect.Understand(request);
  Shape shape{.kind = ShapeOf(meaning.kind)};
  if (!meaning.trouble.empty() || request.target.find("filter_path") != std::string_view::npos ||
      request.target.find("_source") != std::string_view::npos) {
    return {};
  }
  if (shape.kind != Shape::Kind::kUnknown && shape.kind != Shape::Kind::kSearch) {
    for (const dialect::Operation& operation : meaning.operations) {
      const dialect::Key* key = dialect::FindDocument(operation.keys);
      // A pipeline may give it another id.
      const bool said = key != nullptr && operation.writing.pipeline.empty();
      shape.ids.push_back(said ? key->id : "");
    }
  }
  return shape;
}

Shape ShapeOf(const dialect::AnswerView& answer) {
  const auto tree = Tree::Parse(answer.body);
  if (!tree || tree->size() == 0 || tree->type(Tree::kRoot) != json::Type::kObject) {
    return {};
  }
  const auto find = [&](std::string_view key) { return tree->Find(Tree::kRoot, key); };
  if (find("error")) {
    return {};
  }
  if (find("_id") && find("_index") && find("result")) {
    return {.kind = Shape::Kind::kWrite, .ids = {IdIn(*tree, Tree::kRoot)}};
  }
  if (find("_id") && find("_index") && find("found")) {
    return {.kind = Shape::Kind::kGet, .ids = {IdIn(*tree, Tree::kRoot)}};
  }
  if (const auto items = find("items"); items && find("took")) {
    return Listed(*tree, Shape::Kind::kBulk, *items);
  }
  if (const auto docs = find("docs"); docs && tree->ChildrenOf(Tree::kRoot).size() == 1) {
    return Listed(*tree, Shape::Kind::kMultiGet, *docs);
  }
  if (find("hits") && find("took") && !find("_scroll_id")) {
    return {.kind = Shape::Kind::kSearch};
  }
  return {};
}

}  // namespace trafrec::reconcile
