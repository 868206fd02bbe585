// One level of a JSON text, skimmed.
//
// Answers to bulks are large, and only the borders of their items are asked for; action lines are
// many. So values are skipped by their brackets and quotes, without a node for each as json::Tree
// has. An action line may also go on behind its object, which both products skip and json::Tree
// refuses.

#include "replay/guard/json_spans.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.h"
#include "replay/json/json_tree.h"

namespace trafrec::guard {
namespace {

using dialect::ByteRange;

constexpr std::string_view kBlank = " \t\r\n";

/// Characters to stop at. (string_view's find_first_of searches the set for each character.)
class Stops {
 public:
  explicit constexpr Stops(std::string_view set) {
    for (const char c : set) {
      stops_[static_cast<unsigned char>(c)] = true;
    }
  }

  /// The first one in `text` from `at` on, or its end.
  size_t Find(std::string_view text, size_t at) const {
    while (at < text.size() && !stops_[static_cast<unsigned char>(text[at])]) {
      ++at;
    }
    return at;
  }

 private:
  std::array<bool, 256> stops_{};
};

constexpr Stops kInString("\"\\");
constexpr Stops kNesting("\"{}[]");
constexpr Stops kAfterScalar(",]} \t\r\n");

/// Walks over JSON text by its punctuation. Every step says whether the text goes on as expected.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  size_t at() const { return at_; }

  bool Take(char c) {
    SkipBlank();
    if (at_ >= text_.size() || text_[at_] != c) {
      return false;
    }
    ++at_;
    return true;
  }

  void SkipBlank() {
    while (at_ < text_.size() && kBlank.find(text_[at_]) != std::string_view::npos) {
      ++at_;
    }
  }

  bool SkipString() {
    if (!Take('"')) {
      return false;
    }
    while (true) {
      at_ = kInString.Find(text_, at_);
      if (at_ == text_.size()) {
        return false;
      }
      if (text_[at_] == '"') {
        ++at_;
        return true;
      }
      at_ = std::min(at_ + 2, text_.size());
    }
  }

  bool SkipValue() {
    SkipBlank();
    if (at_ >= text_.size()) {
      return false;
    }
    if (text_[at_] == '"') {
      return SkipString();
    }
    if (text_[at_] == '{' || text_[at_] == '[') {
      return SkipNested();
    }
    const size_t begin = at_;
    at_ = kAfterScalar.Find(text_, at_);
    return at_ > begin;
  }

 private:
  bool SkipNested() {
    size_t depth = 0;
    while (true) {
      at_ = kNesting.Find(text_, at_);
      if (at_ == text_.size()) {
        return false;
      }
      if (text_[at_] == '"') {
        if (!SkipString()) {
          return false;
        }
        continue;
      }
      const bool opens = text_[at_] == '{' || text_[at_] == '[';
      ++at_;
      depth += opens ? 1 : 0;
      depth -= opens ? 0 : 1;
      if (depth == 0) {
        return true;
      }
    }
  }

  std::string_view text_;
  size_t at_ = 0;
};

struct Object {
  std::vector<Member> members;
  size_t end = 0;  // of its closing brace
};

std::optional<Object> ReadObject(std::string_view text) {
  Scanner scanner(text);
  if (!scanner.Take('{')) {
    return std::nullopt;
  }
  Object object;
  if (scanner.Take('}')) {
    object.end = scanner.at();
    return object;
  }
  do {
    scanner.SkipBlank();
    const size_t begin = scanner.at();
    if (!scanner.SkipString()) {
      return std::nullopt;
    }
    const size_t key_end = scanner.at();
    if (!scanner.Take(':')) {
      return std::nullopt;
    }
    scanner.SkipBlank();
    const size_t value = scanner.at();
    if (!scanner.SkipValue()) {
      return std::nullopt;
    }
    object.members.push_back({.key = text.substr(begin + 1, key_end - begin - 2),
                              .whole = {begin, scanner.at() - begin},
                              .value = {value, scanner.at() - value}});
  } while (scanner.Take(','));
  if (!scanner.Take('}')) {
    return std::nullopt;
  }
  object.end = scanner.at();
  return object;
}

/// One text for all that are the same JSON.
void AppendCanonical(const json::Tree& tree, uint32_t node, std::string& out) {
  switch (tree.type(node)) {
    case json::Type::kObject: {
      std::vector<std::pair<std::string, std::string>> members;
      for (const uint32_t child : tree.ChildrenOf(node)) {
        members.emplace_back(tree.KeyOf(child), "");
        AppendCanonical(tree, child, members.back().second);
      }
      std::ranges::sort(members);
      out += '{';
      for (const auto& [key, text] : members) {
        out += fmt::format("{}:{}{}", key.size(), key, text);
      }
      out += '}';
      break;
    }
    case json::Type::kArray:
      out += '[';
      for (const uint32_t child : tree.ChildrenOf(node)) {
        AppendCanonical(tree, child, out);
        out += ',';
      }
      out += ']';
      break;
    case json::Type::kString: {
      const std::string text = tree.ScalarOf(node).value_or("");
      out += fmt::format("\"{}:{}", text.size(), text);
      break;
    }
    default:
      out += tree.TextOf(node);
      break;
  }
}

std::string CanonicalOf(const json::Tree& tree, uint32_t node) {
  std::string out;
  AppendCanonical(tree, node, out);
  return out;
}

bool Contains(const json::Tree& whole, uint32_t node, const json::Tree& part, uint32_t partial) {
  if (whole.type(node) != json::Type::kObject || part.type(partial) != json::Type::kObject) {
    return CanonicalOf(whole, node) == CanonicalOf(part, partial);
  }
  return std::ranges::all_of(part.ChildrenOf(partial), [&](uint32_t child) {
    const auto found = whole.Find(node, part.KeyOf(child));
    return found && Contains(whole, *found, part, child);
  });
}

std::optional<std::string> CanonicalText(std::string_view text) {
  const auto tree = json::Tree::Parse(text);
  if (!tree) {
    return std::nullopt;
  }
  return CanonicalOf(*tree, json::Tree::kRoot);
}

}  // namespace

std::optional<std::vector<Member>> Members(std::string_view text) {
  std::optional<Object> object = ReadObject(text);
  return object ? std::optional(std::move(object->members)) : std::nullopt;
}

std::optional<std::vector<ByteRange>> Elements(std::string_view text) {
  Scanner scanner(text);
  std::vector<ByteRange> elements;
  if (!scanner.Take('[')) {
    return std::nullopt;
  }
  if (scanner.Take(']')) {
    return elements;
  }
  do {
    scanner.SkipBlank();
    const size_t begin = scanner.at();
    if (!scanner.SkipValue()) {
      return std::nullopt;
    }
    elements.push_back({begin, scanner.at() - begin});
  } while (scanner.Take(','));
  return scanner.Take(']') ? std::optional(std::move(elements)) : std::nullopt;
}

std::string_view MemberOf(std::string_view text, std::string_view key) {
  const std::optional<Object> object = ReadObject(text);
  if (!object) {
    return {};
  }
  const auto found = std::ranges::find(object->members, key, &Member::key);
  return found == object->members.end() ? std::string_view() : found->value.In(text);
}

std::string EditObject(std::string_view text, bool (*remove)(std::string_view key),
                       std::string_view add) {
  const std::optional<Object> object = ReadObject(text);
  if (!object) {
    return std::string(text);
  }
  const size_t close = object->end - 1;
  std::string out;
  out.reserve(text.size() + add.size() + 1);
  size_t copied = 0;     // up to here, text is in `out` or left out
  bool has_one = false;  // a member that stays stands in `out`
  for (const Member& member : object->members) {
    const size_t end = member.whole.offset + member.whole.length;
    if (remove(member.key)) {
      // With the comma before it, or behind it if it is the first.
      if (!has_one) {
        out += text.substr(copied, member.whole.offset - copied);
        const size_t comma = text.find_first_not_of(kBlank, end);
        copied = comma < close && text[comma] == ',' ? comma + 1 : end;
      } else {
        copied = end;
      }
      continue;
    }
    out += text.substr(copied, end - copied);
    copied = end;
    has_one = true;
  }
  out += text.substr(copied, close - copied);
  if (!add.empty()) {
    out += has_one ? "," : "";
    out += add;
  }
  out += text.substr(close);
  return out;
}

bool SameJson(std::string_view a, std::string_view b) {
  a = Trimmed(a, kBlank);
  b = Trimmed(b, kBlank);
  if (a == b) {
    return true;
  }
  const std::optional<std::string> first = CanonicalText(a);
  return first && first == CanonicalText(b);
}

bool ContainsJson(std::string_view document, std::string_view partial) {
  const auto whole = json::Tree::Parse(document);
  const auto part = json::Tree::Parse(partial);
  return whole && part && Contains(*whole, json::Tree::kRoot, *part, json::Tree::kRoot);
}

}  // namespace trafrec::guard
