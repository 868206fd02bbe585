// Who wrote it?
//
// A string of some length that is new in a document came with the request that put it there.
// Without a script it stands in the request's body as it is. A script may make strings: the plain
// ones (no calls, and nothing added but numbers) can only take a string of their body, a part of
// one (a literal in the script), or one of the document with a number behind it. Of all others
// nothing is said.

#include "reconcile/history/effect.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>

#include "replay/json/json_tree.h"

namespace trafrec::reconcile {
namespace {

using json::Tree;
using json::Type;

std::vector<std::string> StringsOf(std::string_view text) {
  std::vector<std::string> strings;
  const auto tree = Tree::Parse(text);
  for (uint32_t at = 0; tree && at < tree->size(); ++at) {
    if (tree->type(at) == Type::kString) {
      strings.push_back(json::Unquoted(tree->TextOf(at)));
    }
  }
  std::ranges::sort(strings);
  strings.erase(std::ranges::unique(strings).begin(), strings.end());
  return strings;
}

std::map<std::string, std::string> MembersOf(std::string_view text) {
  std::map<std::string, std::string> members;
  const auto tree = Tree::Parse(text);
  if (tree && tree->size() > 0 && tree->type(Tree::kRoot) == Type::kObject) {
    for (const uint32_t member : tree->ChildrenOf(Tree::kRoot)) {
      members[std::string(tree->KeyOf(member))] = tree->TextOf(member);
    }
  }
  return members;
}

Fields FieldsOfText(std::string_view text) {
  const auto tree = Tree::Parse(text);
  return tree && tree->size() > 0 ? FieldsOf(*tree, Tree::kRoot) : Fields();
}

bool IsPart(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Calls, and additions of what is no number.
bool MayJoin(std::string_view script) {
  for (size_t at = 0; at < script.size(); ++at) {
    const size_t next = script.find_first_not_of(" \t\n", at + 1);
    if (script[at] == '(' && at > 0 && IsPart(script[at - 1])) {
      return true;
    }
    if (script.substr(at, 2) == "++") {
      ++at;
    } else if (script[at] == '+' && (next == std::string_view::npos ||
                                     std::isdigit(static_cast<unsigned char>(script[next])) == 0)) {
      return true;
    }
  }
  return false;
}

}  // namespace

Effect Effect::Of(std::string_view before, std::string_view after) {
  Effect effect{.before = FieldsOfText(before), .had = StringsOf(before)};
  const std::vector<std::string> now = StringsOf(after);
  std::ranges::set_difference(now, effect.had, std::back_inserter(effect.wrote));
  auto old_members = MembersOf(before);
  for (const auto& [name, value] : MembersOf(after)) {
    const auto old = old_members.find(name);
    if (old == old_members.end() || old->second != value) {
      effect.fields.push_back(name);
    }
    if (old != old_members.end()) {
      old_members.erase(old);
    }
  }
  for (const auto& [name, value] : old_members) {
    effect.fields.push_back(name);
  }
  return effect;
}

Writer Writer::OfBody(std::string_view body) {
  const auto tree = Tree::Parse(body);
  Writer writer;
  if (!tree || tree->size() == 0) {
    writer.any_ = !body.empty();
    return writer;
  }
  writer.any_ = false;
  writer.texts_ = StringsOf(body);
  if (const auto script = tree->Find(Tree::kRoot, "script")) {
    const auto source =
        tree->type(*script) == Type::kObject ? tree->Find(*script, "source") : script;
    writer.script_ = source ? json::Unquoted(tree->TextOf(*source)) : std::string();
    // One that is stored in the source, nobody has read.
    writer.any_ = writer.script_.empty();
    writer.computes_ = MayJoin(writer.script_);
  }
  return writer;
}

bool Writer::CanWrite(const std::string& text, const Effect& effect) const {
  if (std::ranges::binary_search(texts_, text)) {
    return true;
  }
  const auto extends = [&](const std::vector<std::string>& others) {
    return std::ranges::any_of(others,
                               [&](const std::string& other) { return text.starts_with(other); });
  };
  return !script_.empty() && (computes_ || script_.find(text) != std::string::npos ||
                              extends(effect.had) || extends(texts_));
}

bool Writer::CanLeave(const Effect& effect) const {
  return any_ || std::ranges::all_of(
                     effect.wrote, [&](const std::string& text) { return CanWrite(text, effect); });
}

bool Writer::Marks(const Effect& effect) const {
  return !any_ && std::ranges::any_of(effect.wrote, [&](const std::string& text) {
    return text.size() >= kTokenBytes && std::ranges::binary_search(texts_, text);
  });
}

}  // namespace trafrec::reconcile
