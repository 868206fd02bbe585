// Places of values in JSON text.
//
// One pass without recursion over the text: a container's node is made when it opens, and told its
// end when it closes. Rejected: simdjson (its values lose their places, and numbers that no double
// holds are errors), nlohmann-json (no places, numbers as doubles, doubled keys lost).

#include "replay/json/json_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "replay/json/limits.h"

namespace trafrec::json {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Each byte the same.
constexpr uint64_t Eight(uint8_t byte) { return 0x0101010101010101U * byte; }

/// Marks bytes below `bound` by their highest bit, and maybe some above one that is marked.
constexpr uint64_t Below(uint64_t bytes, uint8_t bound) {
  return (bytes - Eight(bound)) & ~bytes & Eight(0x80);
}

/// How many bytes at the beginning of a string's rest surely are text: neither quotes, nor escapes,
/// nor control characters. Eight at a time; the last ones are looked at one by one.
size_t TextBytesOf(std::string_view rest) {
  size_t at = 0;
  for (uint64_t bytes = 0; at + sizeof(bytes) <= rest.size(); at += sizeof(bytes)) {
    std::memcpy(&bytes, rest.data() + at, sizeof(bytes));
    if ((Below(bytes, 0x20) | Below(bytes ^ Eight('"'), 1) | Below(bytes ^ Eight('\\'), 1)) != 0) {
      break;
    }
  }
  return at;
}

/// A document has one value in so many bytes, or fewer.
constexpr size_t kBytesOfValue = 16;
constexpr size_t kReservedValues = 4'096;

}  // namespace

class TreeReader {
 public:
  explicit TreeReader(std::string_view text) : text_(text), tree_(text) {
    tree_.nodes_.reserve(std::min(text.size() / kBytesOfValue + 1, kReservedValues));
  }

  std::expected<Tree, std::string> Run() {
    if (text_.size() > limits::kTextBytes) {
      return std::unexpected(
          fmt::format("the JSON is longer than {} MiB", limits::kTextBytes >> 20));
    }
    // Values, and what may stand between them; `open_` holds the containers around.
    bool more = ReadValue(0, 0);
    while (more && !open_.empty()) {
      more = Continue();
    }
    SkipBlanks();
    if (trouble_.empty() && at_ < text_.size()) {
      Say("something stands behind the value");
    }
    return trouble_.empty() ? std::expected<Tree, std::string>(std::move(tree_))
                            : std::unexpected(std::move(trouble_));
  }

 private:
  /// After a value or an opening bracket: the end of the container, or its next member.
  bool Continue() {
    const uint32_t container = open_.back();
    const bool is_object = tree_.nodes_[container].type == Type::kObject;
    SkipBlanks();
    if (Take(is_object ? '}' : ']')) {
      Close(tree_.nodes_[container]);
      open_.pop_back();
      return true;
    }
    if (container + 1 < tree_.nodes_.size() && !Take(',')) {
      return Say(is_object ? "',' or '}' is missing" : "',' or ']' is missing");
    }
    SkipBlanks();
    if (!is_object) {
      return ReadValue(0, 0);
    }
    const size_t key = at_;
    if (!ReadString()) {
      return Say("a key is missing");
    }
    const size_t key_end = at_;
    SkipBlanks();
    if (!Take(':')) {
      return Say("':' is missing");
    }
    return ReadValue(key, key_end);
  }

  bool ReadValue(size_t key, size_t key_end) {
    SkipBlanks();
    const uint32_t number = static_cast<uint32_t>(tree_.nodes_.size());
    Node node{.begin = static_cast<uint32_t>(at_),
              .key_begin = static_cast<uint32_t>(key),
              .key_end = static_cast<uint32_t>(key_end)};
    if (const char c = Peek(); c == '{' || c == '[') {
      node.type = c == '{' ? Type::kObject : Type::kArray;
      ++at_;
      if (open_.size() == limits::kDepth) {
        return Say("it is nested too deeply");
      }
      tree_.nodes_.push_back(node);
      open_.push_back(number);
      return true;
    }
    if (!ReadScalar(node.type)) {
      return Say("a value is missing or wrong");
    }
    tree_.nodes_.push_back(node);
    Close(tree_.nodes_.back());
    return true;
  }

  bool ReadScalar(Type& type) {
    switch (Peek()) {
      case '"':
        type = Type::kString;
        return ReadString();
      case 't':
        type = Type::kTrue;
        return TakeWord("true");
      case 'f':
        type = Type::kFalse;
        return TakeWord("false");
      case 'n':
        type = Type::kNull;
        return TakeWord("null");
      default:
        type = Type::kNumber;
        return ReadNumber();
    }
  }

  bool ReadString() {
    if (!Take('"')) {
      return false;
    }
    at_ += TextBytesOf(text_.substr(at_));
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') {
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20 || (c == '\\' && !ReadEscape())) {
        return false;
      }
    }
    return false;
  }

  bool ReadEscape() {
    const char c = Peek();
    ++at_;
    if (c != 'u') {
      return c != '\0' && std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    }
    for (int i = 0; i < 4; ++i, ++at_) {
      if (std::string_view("0123456789abcdefABCDEF").find(Peek()) == std::string_view::npos ||
          at_ >= text_.size()) {
        return false;
      }
    }
    return true;
  }

  bool ReadNumber() {
    Take('-');
    if (!Take('0') && !TakeDigits()) {
      return false;
    }
    if (Take('.') && !TakeDigits()) {
      return false;
    }
    if (Take('e') || Take('E')) {
      if (!Take('+')) {
        Take('-');
      }
      return TakeDigits();
    }
    return true;
  }

  bool TakeDigits() {
    const size_t begin = at_;
    while (IsDigit(Peek())) {
      ++at_;
    }
    return at_ > begin;
  }

  bool TakeWord(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) {
      return false;
    }
    at_ += word.size();
    return true;
  }

  bool Take(char c) {
    if (Peek() != c || at_ >= text_.size()) {
      return false;
    }
    ++at_;
    return true;
  }

  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void SkipBlanks() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r' || text_[at_] == '\n')) {
      ++at_;
    }
  }

  void Close(Node& node) {
    node.end = static_cast<uint32_t>(at_);
    node.after = static_cast<uint32_t>(tree_.nodes_.size());
  }

  /// False.
  bool Say(std::string_view why) {
    if (trouble_.empty()) {
      trouble_ = fmt::format("byte {} of the JSON: {}", at_, why);
    }
    return false;
  }

  std::string_view text_;
  Tree tree_;
  std::vector<uint32_t> open_;
  size_t at_ = 0;
  std::string trouble_;
};

std::expected<Tree, std::string> Tree::Parse(std::string_view text) {
  return TreeReader(text).Run();
}

std::string_view Tree::TextOf(uint32_t node) const {
  return text_.substr(nodes_[node].begin, nodes_[node].end - nodes_[node].begin);
}

std::string Tree::KeyOf(uint32_t node) const {
  const Node& it = nodes_[node];
  return Unquoted(text_.substr(it.key_begin, it.key_end - it.key_begin));
}

bool Tree::KeyIs(uint32_t node, std::string_view key) const {
  const Node& it = nodes_[node];
  const std::string_view text = text_.substr(it.key_begin, it.key_end - it.key_begin);
  // Escapes make a key longer than what it says.
  return text.size() <= key.size() + 2
             ? text.size() == key.size() + 2 && text.substr(1, key.size()) == key
             : text.find('\\') != std::string_view::npos && Unquoted(text) == key;
}

std::optional<std::string> Tree::ScalarOf(uint32_t node) const {
  switch (nodes_[node].type) {
    case Type::kString:
      return Unquoted(TextOf(node));
    case Type::kNumber:
    case Type::kTrue:
    case Type::kFalse:
      return std::string(TextOf(node));
    default:
      return std::nullopt;
  }
}

std::vector<uint32_t> Tree::ChildrenOf(uint32_t node) const {
  std::vector<uint32_t> children;
  for (uint32_t child = node + 1; child < nodes_[node].after; child = nodes_[child].after) {
    children.push_back(child);
  }
  return children;
}

std::optional<uint32_t> Tree::Find(uint32_t object, std::string_view key) const {
  std::optional<uint32_t> found;
  if (nodes_[object].type == Type::kObject) {
    for (uint32_t child = object + 1; child < nodes_[object].after; child = nodes_[child].after) {
      found = KeyIs(child, key) ? std::optional(child) : found;
    }
  }
  return found;
}

std::string Unquoted(std::string_view text) {
  if (text.size() < 2) {
    return "";
  }
  if (text.find('\\') == std::string_view::npos) {
    return std::string(text.substr(1, text.size() - 2));
  }
  const auto value = nlohmann::json::parse(text, nullptr, false);
  // Half a surrogate is no text; as it is written it is like no other.
  return value.is_string() ? value.get<std::string>() : std::string(text);
}

std::string Quoted(std::string_view value) {
  return nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace trafrec::json
