#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "replay/json/json_tree.h"

namespace trafrec::reconcile {

/// A place in an answer, or none; to look further from none is none. Borrows the tree.
class JsonPlace {
 public:
  explicit JsonPlace(const json::Tree& tree) : tree_(&tree), node_(json::Tree::kRoot) {}
  JsonPlace(const json::Tree& tree, std::optional<uint32_t> node) : tree_(&tree), node_(node) {}

  JsonPlace operator[](std::string_view key) const {
    return {*tree_, node_ && tree_->type(*node_) == json::Type::kObject ? tree_->Find(*node_, key)
                                                                        : std::nullopt};
  }
  bool exists() const { return node_.has_value(); }
  bool Is(json::Type type) const { return node_ && tree_->type(*node_) == type; }
  std::string Text() const { return node_ ? tree_->ScalarOf(*node_).value_or("") : std::string(); }
  std::string Raw() const { return node_ ? std::string(tree_->TextOf(*node_)) : std::string(); }
  std::string Key() const { return node_ ? tree_->KeyOf(*node_) : std::string(); }
  std::optional<int64_t> Number() const { return NumberIn(Text()); }
  std::vector<JsonPlace> Children() const {
    std::vector<JsonPlace> all;
    if (node_) {
      for (const uint32_t child : tree_->ChildrenOf(*node_)) {
        all.emplace_back(*tree_, child);
      }
    }
    return all;
  }

  static std::optional<int64_t> NumberIn(std::string_view text) {
    int64_t value = 0;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    return error == std::errc() && end == last ? std::optional(value) : std::nullopt;
  }

 private:
  const json::Tree* tree_;
  std::optional<uint32_t> node_;
};

}  // namespace trafrec::reconcile
