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
#include <utility>

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

/// A name behind `prefix`; "" if it is something else.
std::string_view NameBehind(std::string_view text, std::string_view prefix) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\n"), text.size()));
  text = text.substr(0, text.find_last_not_of(" \t\n") + 1);
  const bool named = text.starts_with(prefix);
  text.remove_prefix(named ? prefix.size() : 0);
  return named && std::ranges::all_of(text, IsPart) ? text : std::string_view();
}

/// The parameters that a script without conditions puts into fields which it does not touch again:
/// `ctx._source.NAME = params.NAME`.
std::vector<std::string_view> ParametersSet(std::string_view script) {
  std::vector<std::string_view> set;
  for (const std::string_view word : {"{", "\"", "'", "return", "if", "for", "while", "throw"}) {
    if (script.find(word) != std::string_view::npos) {
      return set;
    }
  }
  while (!script.empty()) {
    const std::string_view statement = script.substr(0, script.find(';'));
    script.remove_prefix(std::min(statement.size() + 1, script.size()));
    const size_t equals = statement.find('=');
    if (equals == std::string_view::npos) {
      continue;
    }
    const std::string_view field = NameBehind(statement.substr(0, equals), "ctx._source.");
    const std::string_view parameter = NameBehind(statement.substr(equals + 1), "params.");
    if (!field.empty() && !parameter.empty() && script.find(field) == std::string_view::npos) {
      set.push_back(parameter);
    }
  }
  return set;
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
    const auto params =
        tree->type(*script) == Type::kObject ? tree->Find(*script, "params") : std::nullopt;
    for (const std::string_view name : ParametersSet(writer.script_)) {
      const auto value = params ? tree->Find(*params, name) : std::nullopt;
      if (value && tree->type(*value) == Type::kString) {
        writer.sets_.push_back(json::Unquoted(tree->TextOf(*value)));
      }
    }
  }
  return writer;
}

Writer Writer::AndMore() && {
  any_ = true;
  return std::move(*this);
}

Writer Writer::ForEach() && {
  for_each_ = true;
  return std::move(*this);
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
  // An upsert puts another document where none is.
  const auto is_there = [&](const std::string& text) {
    return std::ranges::binary_search(effect.wrote, text) ||
           std::ranges::binary_search(effect.had, text);
  };
  if ((for_each_ || !effect.before.empty()) && !std::ranges::all_of(sets_, is_there)) {
    return false;
  }
  return any_ || std::ranges::all_of(
                     effect.wrote, [&](const std::string& text) { return CanWrite(text, effect); });
}

bool Writer::Marks(const Effect& effect) const {
  return std::ranges::any_of(effect.wrote, [&](const std::string& text) {
    return text.size() >= kTokenBytes && std::ranges::binary_search(texts_, text);
  });
}

}  // namespace trafrec::reconcile
