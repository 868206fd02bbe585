#include "reconcile/history/selection.h"

#include <algorithm>

#include "replay/compare/fingerprints.h"

namespace trafrec::reconcile {
namespace {

using json::Tree;
using json::Type;

/// A script may change a field that it does not spell out.
bool MayChange(const std::string& script, const std::string& field) {
  for (const std::string_view wild : {"_source =", "_source=", "_source[", "putAll", "remove",
                                      "clear", "Set(", "\"id\"", "\"stored\"", "\"upsert\""}) {
    if (script.find(wild) != std::string::npos) {
      return true;
    }
  }
  return script.find(field) != std::string::npos;
}

Match Not(Match match) {
  return match == Match::kMaybe ? match : match == Match::kYes ? Match::kNo : Match::kYes;
}

}  // namespace

Selection Selection::Unknown() { return {}; }

Selection Selection::OfBody(std::string_view body, const Mapping* mapping) {
  Selection selection;
  const auto tree = Tree::Parse(body.empty() ? "{}" : body);
  if (!tree || tree->size() == 0 || tree->type(Tree::kRoot) != Type::kObject) {
    return selection;
  }
  const auto query = tree->Find(Tree::kRoot, "query");
  selection.tree_ = &*tree;
  selection.mapping_ = mapping;
  selection.root_ = query ? selection.ReadNode(*query) : Node{.what = What::kAll};
  selection.tree_ = nullptr;
  selection.mapping_ = nullptr;
  return selection;
}

Selection::Node Selection::ReadNode(uint32_t node) const {
  const Tree& tree = *tree_;
  const std::vector<uint32_t> members = tree.ChildrenOf(node);
  if (tree.type(node) != Type::kObject || members.size() != 1) {
    return {};
  }
  const std::string name = tree.KeyOf(members.front());
  if (name == "match_all") {
    return {.what = What::kAll};
  }
  if (name == "term" || name == "terms") {
    return ReadValues(members.front(), name == "terms");
  }
  if (name == "bool") {
    return ReadBool(members.front());
  }
  if (name == "ids") {
    Node ids{.what = What::kIds};
    const auto values = tree.Find(members.front(), "values");
    for (const uint32_t value : values ? tree.ChildrenOf(*values) : std::vector<uint32_t>()) {
      ids.ids.push_back(tree.ScalarOf(value).value_or(""));
    }
    return ids;
  }
  return {};
}

Selection::Node Selection::ReadValues(uint32_t node, bool several) const {
  const Tree& tree = *tree_;
  const std::vector<uint32_t> members = tree.ChildrenOf(node);
  if (tree.type(node) != Type::kObject || members.size() != 1) {
    return {};
  }
  const uint32_t field = members.front();
  Node values{.what = What::kValues, .field = tree.KeyOf(field)};
  if (mapping_ == nullptr || !mapping_->IsKeyword(values.field)) {
    return {};
  }
  const compare::Fingerprints prints(tree);
  if (several) {
    for (const uint32_t element : tree.ChildrenOf(field)) {
      values.values.push_back(prints[element]);
    }
    return tree.type(field) == Type::kArray ? values : Node{};
  }
  const auto wrapped =
      tree.type(field) == Type::kObject ? tree.Find(field, "value") : std::optional(field);
  if (!wrapped || tree.Find(field, "case_insensitive") || tree.type(*wrapped) != Type::kString) {
    return {};
  }
  values.values.push_back(prints[*wrapped]);
  return values;
}

Selection::Node Selection::ReadBool(uint32_t node) const {
  const Tree& tree = *tree_;
  Node all{.what = What::kEvery};
  Node some{.what = What::kAny};
  bool needs_some = true;
  for (const uint32_t member : tree.ChildrenOf(node)) {
    const std::string name = tree.KeyOf(member);
    std::vector<uint32_t> clauses{member};
    if (tree.type(member) == Type::kArray) {
      clauses = tree.ChildrenOf(member);
    }
    for (const uint32_t clause : clauses) {
      Node part = ReadNode(clause);
      if (name == "must" || name == "filter") {
        needs_some = false;
        all.parts.push_back(std::move(part));
      } else if (name == "must_not") {
        all.parts.push_back({.what = What::kNone, .parts = {std::move(part)}});
      } else if (name == "should") {
        some.parts.push_back(std::move(part));
      } else {
        return {};  // minimum_should_match and others
      }
    }
  }
  if (needs_some && !some.parts.empty()) {
    all.parts.push_back(std::move(some));
  }
  return all;
}

Match Selection::FindsValue(const Node& node, const Content& content) {
  if (std::ranges::any_of(content.scripts, [&](const std::string& script) {
        return MayChange(script, node.field);
      })) {
    return Match::kMaybe;
  }
  const Print field = PrintOfName(node.field);
  bool has = false;
  for (const FieldValue& each : content.fields) {
    has = has || each.field == field;
    if (each.field == field && !each.text) {
      return Match::kMaybe;
    }
    if (each.field == field && std::ranges::find(node.values, each.value) != node.values.end()) {
      return content.either ? Match::kMaybe : Match::kYes;
    }
  }
  return has || content.whole ? Match::kNo : Match::kMaybe;
}

Match Selection::Finds(const Node& node, const std::string& id, const Content& content) {
  switch (node.what) {
    case What::kAll:
      return Match::kYes;
    case What::kValues:
      return FindsValue(node, content);
    case What::kIds:
      return std::ranges::find(node.ids, id) != node.ids.end() ? Match::kYes : Match::kNo;
    case What::kNone:
      return Not(Finds(node.parts.front(), id, content));
    case What::kEvery: {
      Match all = Match::kYes;
      for (const Node& part : node.parts) {
        all = std::min(all, Finds(part, id, content));
      }
      return all;
    }
    case What::kAny: {
      Match some = Match::kNo;
      for (const Node& part : node.parts) {
        some = std::max(some, Finds(part, id, content));
      }
      return some;
    }
    case What::kUnknown:
      break;
  }
  return Match::kMaybe;
}

Match Selection::Finds(const std::string& id, const Content& content) const {
  return Finds(root_, id, content);
}

}  // namespace trafrec::reconcile
