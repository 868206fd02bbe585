#include "reconcile/history/content.h"

#include <algorithm>
#include <functional>

#include "replay/compare/fingerprints.h"

namespace trafrec::reconcile {
namespace {

using json::Tree;
using json::Type;

}  // namespace

Print PrintOfName(std::string_view name) { return std::hash<std::string_view>{}(name); }

Fields FieldsOf(const Tree& tree, uint32_t object) {
  Fields fields;
  if (tree.type(object) != Type::kObject) {
    return fields;
  }
  const compare::Fingerprints prints(tree);
  for (const uint32_t member : tree.ChildrenOf(object)) {
    const Print name = PrintOfName(tree.KeyOf(member));
    std::vector<uint32_t> values{member};
    if (tree.type(member) == Type::kArray) {
      values = tree.ChildrenOf(member);
    }
    for (const uint32_t value : values) {
      fields.push_back({name, prints[value], tree.type(value) == Type::kString});
    }
  }
  std::ranges::sort(fields);
  return fields;
}

bool HasField(const Fields& fields, Print field) {
  return std::ranges::binary_search(fields, field, {}, &FieldValue::field);
}

bool Includes(const Fields& whole, const Fields& part) {
  return std::ranges::all_of(part, [&](const FieldValue& each) {
    return !each.text || std::ranges::binary_search(whole, each);
  });
}

void Content::Apply(const Change& change) {
  switch (change.how) {
    case Change::How::kReplaces:
      *this = {.whole = true, .fields = change.fields};
      return;
    case Change::How::kMerges: {
      std::erase_if(fields,
                    [&](const FieldValue& each) { return HasField(change.fields, each.field); });
      fields.insert(fields.end(), change.fields.begin(), change.fields.end());
      std::ranges::sort(fields);
      return;
    }
    case Change::How::kScripts:
      if (std::ranges::find(scripts, change.script) == scripts.end()) {  // else it says no more
        scripts.push_back(change.script);
      }
      return;
    case Change::How::kUnknown:
    case Change::How::kDeletes:
      *this = {};
      return;
  }
}

void Content::MayApply(const Change& change) {
  if (change.how == Change::How::kDeletes) {
    return;  // what is there later, another one put there
  }
  if (change.how == Change::How::kScripts || change.how == Change::How::kUnknown || empty()) {
    Apply(change.how == Change::How::kScripts ? change : Change{});
    return;
  }
  // A field that nothing is known of may be as it was, too: nothing is known of it afterwards.
  Fields added = change.fields;
  if (!whole) {
    std::erase_if(added, [&](const FieldValue& each) { return !HasField(fields, each.field); });
  }
  // A field that only one of the two has may be absent.
  whole = whole && change.how == Change::How::kReplaces;
  either = true;
  fields.insert(fields.end(), added.begin(), added.end());
  std::ranges::sort(fields);
}

Change ReplacingChange(const Tree* source) {
  if (source == nullptr) {
    return {};
  }
  return {.how = Change::How::kReplaces, .fields = FieldsOf(*source, Tree::kRoot)};
}

Change UpdatingChange(const Tree* body) {
  if (body == nullptr || body->type(Tree::kRoot) != Type::kObject ||
      body->Find(Tree::kRoot, "upsert")) {
    return {};
  }
  if (body->Find(Tree::kRoot, "script")) {
    return {.how = Change::How::kScripts, .script = ScriptIn(body)};
  }
  const auto doc = body->Find(Tree::kRoot, "doc");
  if (!doc) {
    return {};
  }
  for (const uint32_t member : body->ChildrenOf(*doc)) {
    if (body->type(member) == Type::kObject) {
      return {};  // objects are merged, too
    }
  }
  return {.how = Change::How::kMerges, .fields = FieldsOf(*body, *doc)};
}

std::string ScriptIn(const Tree* body) {
  const auto script = body == nullptr ? std::nullopt : body->Find(Tree::kRoot, "script");
  return script ? std::string(body->TextOf(*script)) : "";
}

std::vector<Print> Tokens(const Tree& tree, uint32_t node) {
  std::vector<Print> tokens;
  for (uint32_t at = node; at < tree[node].after; ++at) {
    if (tree.type(at) == Type::kString) {
      const std::string text = json::Unquoted(tree.TextOf(at));
      if (text.size() >= kTokenBytes) {
        tokens.push_back(PrintOfName(text));
      }
    }
  }
  std::ranges::sort(tokens);
  tokens.erase(std::ranges::unique(tokens).begin(), tokens.end());
  return tokens;
}

std::vector<Print> Tokens(const Tree* body) {
  return body == nullptr ? std::vector<Print>() : Tokens(*body, Tree::kRoot);
}

}  // namespace trafrec::reconcile
