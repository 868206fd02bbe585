#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/history/content.h"
#include "reconcile/history/mapping.h"

namespace trafrec::reconcile {

enum class Match : uint8_t { kNo, kMaybe, kYes };

/// Which documents the query of a by-query request finds, as far as it is plain: match_all, term,
/// terms, ids, and bool of these. All else may find any.
class Selection {
 public:
  /// Of a request's body; without a query it finds all. Values are compared where `mapping` says
  /// that a field is a keyword: other texts are found by their words. Null: nowhere.
  static Selection OfBody(std::string_view body, const Mapping* mapping);
  /// It may find any.
  static Selection Unknown();

  /// Whether it finds a document of that id and content.
  Match Finds(const std::string& id, const Content& content) const;

 private:
  enum class What : uint8_t { kUnknown, kAll, kValues, kIds, kEvery, kAny, kNone };
  struct Node {
    What what = What::kUnknown;
    std::string field{};
    std::vector<Print> values{};
    std::vector<std::string> ids{};
    std::vector<Node> parts{};
  };

  Node ReadNode(uint32_t node) const;
  Node ReadBool(uint32_t node) const;
  Node ReadValues(uint32_t node, bool several) const;
  static Match Finds(const Node& node, const std::string& id, const Content& content);
  static Match FindsValue(const Node& node, const Content& content);

  const json::Tree* tree_ = nullptr;  ///< while it is read
  const Mapping* mapping_ = nullptr;
  Node root_;
};

}  // namespace trafrec::reconcile
