#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trafrec::json {

enum class Type : uint8_t { kObject, kArray, kString, kNumber, kTrue, kFalse, kNull };

/// A value of a JSON text, by its place there.
struct Node {
  Type type = Type::kNull;
  uint32_t begin = 0;  ///< of the value's text
  uint32_t end = 0;
  uint32_t key_begin = 0;  ///< of its key, quotes included; 0: it has none
  uint32_t key_end = 0;
  uint32_t after = 0;  ///< the first node that is not in it
};

/// The places of all values in one JSON text (RFC 8259), so that a piece of it can be changed while
/// all other bytes stay. Nodes are numbered in the order of the text, the root is 0. Borrows the
/// text.
class Tree {
 public:
  static constexpr uint32_t kRoot = 0;

  /// Why it is none, if it is none. UTF-8 is not looked at; of depth and length limits.h tells.
  static std::expected<Tree, std::string> Parse(std::string_view text);
  /// The text would end before its tree.
  template <std::same_as<std::string> Text>
  static std::expected<Tree, std::string> Parse(Text&& text) = delete;

  std::string_view text() const { return text_; }
  size_t size() const { return nodes_.size(); }
  const Node& operator[](uint32_t node) const { return nodes_[node]; }
  Type type(uint32_t node) const { return nodes_[node].type; }

  /// As it is written.
  std::string_view TextOf(uint32_t node) const;
  /// The key of a member, unescaped.
  std::string KeyOf(uint32_t node) const;
  /// A string, unescaped; the text of a number, true or false, as both products read ids. Nothing
  /// for others.
  std::optional<std::string> ScalarOf(uint32_t node) const;

  /// The members or elements of a container, in order; none of others.
  std::vector<uint32_t> ChildrenOf(uint32_t node) const;
  /// The last member of that name: nothing if there is none.
  std::optional<uint32_t> Find(uint32_t object, std::string_view key) const;
  bool KeyIs(uint32_t node, std::string_view key) const;

 private:
  explicit Tree(std::string_view text) : text_(text) {}
  friend class TreeReader;

  std::string_view text_;
  std::vector<Node> nodes_;
};

/// What a string's text stands for: "\"a\\u00e9\"" is "aé".
std::string Unquoted(std::string_view text);
/// The text of a string. Bytes that are no UTF-8 become U+FFFD.
std::string Quoted(std::string_view value);

}  // namespace trafrec::json
