#include "replay/json/json_pointer.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "replay/json/json_patch.h"
#include "replay/json/json_tree.h"

namespace trafrec::json {
namespace {

/// A piece of a pointer, without its escapes.
std::string TokenOf(std::string_view piece) {
  if (!piece.contains('~')) {
    return std::string(piece);
  }
  std::string token;
  for (size_t i = 0; i < piece.size(); ++i) {
    if (piece[i] == '~' && i + 1 < piece.size() && (piece[i + 1] == '0' || piece[i + 1] == '1')) {
      token += piece[++i] == '0' ? '~' : '/';
    } else {
      token += piece[i];
    }
  }
  return token;
}

/// An array's element; the standard knows no leading zeros.
std::optional<uint32_t> ElementOf(const Tree& tree, uint32_t array, std::string_view token) {
  size_t index = 0;
  const auto [end, failure] = std::from_chars(token.data(), token.data() + token.size(), index);
  const bool whole = failure == std::errc() && end == token.data() + token.size() &&
                     (token.size() == 1 || token.front() != '0');
  const std::vector<uint32_t> elements = tree.ChildrenOf(array);
  return whole && index < elements.size() ? std::optional(elements[index]) : std::nullopt;
}

std::optional<uint32_t> ChildOf(const Tree& tree, uint32_t node, std::string_view token) {
  return tree.type(node) == Type::kArray ? ElementOf(tree, node, token) : tree.Find(node, token);
}

std::string WithElement(const Tree& tree, uint32_t array, std::string_view value) {
  const std::string_view text = tree.TextOf(array);
  return fmt::format("{}{}{}]", text.substr(0, text.size() - 1),
                     tree.ChildrenOf(array).empty() ? "" : ",", value);
}

}  // namespace

std::vector<std::string> TokensOf(std::string_view pointer) {
  std::vector<std::string> tokens;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);  // '/'
    const std::string_view piece = pointer.substr(0, pointer.find('/'));
    tokens.push_back(TokenOf(piece));
    pointer.remove_prefix(piece.size());
  }
  return tokens;
}

std::optional<uint32_t> NodeAt(const Tree& tree, std::string_view pointer) {
  std::optional<uint32_t> node = Tree::kRoot;
  for (const std::string& token : TokensOf(pointer)) {
    node = ChildOf(tree, *node, token);
    if (!node) {
      break;
    }
  }
  return node;
}

void AppendToken(std::string& pointer, std::string_view token) {
  pointer += '/';
  if (token.find_first_of("~/") == std::string_view::npos) {
    pointer += token;
    return;
  }
  for (const char c : token) {
    c == '~' ? pointer += "~0" : c == '/' ? pointer += "~1" : pointer += c;
  }
}

std::expected<std::string, std::string> SetAt(std::string_view text, std::string_view pointer,
                                              std::string_view value) {
  const auto tree = Tree::Parse(text);
  if (!tree) {
    return std::unexpected("it is no JSON: " + tree.error());
  }
  uint32_t node = Tree::kRoot;
  Patch patch(*tree);
  const std::vector<std::string> tokens = TokensOf(pointer);
  for (const std::string& token : tokens) {
    const bool last = &token == &tokens.back();
    const std::optional<uint32_t> child = ChildOf(*tree, node, token);
    if (child) {
      node = *child;
    } else if (last && tree->type(node) == Type::kObject) {
      patch.Append(node, token, value);
      return patch.Apply();
    } else if (last && tree->type(node) == Type::kArray && token == "-") {
      patch.Replace(node, WithElement(*tree, node, value));
      return patch.Apply();
    } else {
      return std::unexpected(fmt::format("there is no '{}' in it", pointer));
    }
  }
  patch.Replace(node, std::string(value));
  return patch.Apply();
}

}  // namespace trafrec::json
