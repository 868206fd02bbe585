#include "replay/compare/rewritten.h"

#include <algorithm>

#include "replay/json/json_pointer.h"

namespace trafrec::compare {
namespace {

using json::Tree;
using json::Type;

/// json::limits::kDepth bounds the recursion.
void Visit(const Tree& tree, uint32_t node, Tokens& tokens,
           const std::function<void(uint32_t, const Tokens&)>& visit) {
  visit(node, tokens);
  size_t place = 0;
  for (const uint32_t child : tree.ChildrenOf(node)) {
    tokens.push_back(tree.type(node) == Type::kObject ? tree.KeyOf(child)
                                                      : std::to_string(place++));
    Visit(tree, child, tokens, visit);
    tokens.pop_back();
  }
}

class Writer {
 public:
  Writer(const Tree& tree, const std::map<uint32_t, std::vector<uint32_t>>& orders)
      : tree_(tree), orders_(orders) {}

  Rewritten Run() {
    Write(Tree::kRoot);
    return std::move(made_);
  }

 private:
  /// What has no such array in it stays as it is written.
  void Write(uint32_t node) {
    const auto next = orders_.lower_bound(node);
    if (next == orders_.end() || next->first >= tree_[node].after) {
      made_.text += tree_.TextOf(node);
    } else if (tree_.type(node) == Type::kObject) {
      WriteMembers(node);
    } else {
      WriteElements(node);
    }
  }

  void WriteMembers(uint32_t node) {
    made_.text += '{';
    bool first = true;
    for (const uint32_t child : tree_.ChildrenOf(node)) {
      made_.text += first ? "" : ",";
      first = false;
      made_.text +=
          tree_.text().substr(tree_[child].key_begin, tree_[child].begin - tree_[child].key_begin);
      Below(tree_.KeyOf(child), child);
    }
    made_.text += '}';
  }

  void WriteElements(uint32_t node) {
    const std::vector<uint32_t> before = tree_.ChildrenOf(node);
    const auto order = orders_.find(node);
    const std::vector<uint32_t>& now = order == orders_.end() ? before : order->second;
    made_.text += '[';
    for (size_t i = 0; i < now.size(); ++i) {
      made_.text += i == 0 ? "" : ",";
      if (now[i] != before[i]) {
        std::string place = place_;
        json::AppendToken(place, std::to_string(i));
        made_.moved[place] =
            std::to_string(std::ranges::lower_bound(before, now[i]) - before.begin());
      }
      Below(std::to_string(i), now[i]);
    }
    made_.text += ']';
  }

  void Below(std::string_view token, uint32_t child) {
    const size_t before = place_.size();
    json::AppendToken(place_, token);
    Write(child);
    place_.resize(before);
  }

  const Tree& tree_;
  const std::map<uint32_t, std::vector<uint32_t>>& orders_;
  std::string place_;  // in what is made
  Rewritten made_;
};

}  // namespace

std::string Rewritten::Back(std::string_view pointer) const {
  std::string now;
  std::string before;
  for (const std::string& token : json::TokensOf(pointer)) {
    json::AppendToken(now, token);
    const auto found = moved.find(now);
    json::AppendToken(before, found == moved.end() ? token : found->second);
  }
  return before;
}

void ForEachNode(const Tree& tree, const std::function<void(uint32_t, const Tokens&)>& visit) {
  Tokens tokens;
  Visit(tree, Tree::kRoot, tokens, visit);
}

Rewritten Reordered(const Tree& tree, const std::map<uint32_t, std::vector<uint32_t>>& orders) {
  return Writer(tree, orders).Run();
}

}  // namespace trafrec::compare
