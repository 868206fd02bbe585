#include "replay/jq/input.h"

#include "replay/jq/limits.h"

namespace trafrec::jq {

Input::Input(const json::Tree& tree) : tree_(tree) { plain_ = Make(json::Tree::kRoot, false, 0); }

std::optional<Value> Input::Marked(Side side) {
  return numbers_.ChooseStandIns(side) ? std::optional(Make(json::Tree::kRoot, true, 0))
                                       : std::nullopt;
}

std::optional<uint32_t> Input::NodeOf(const Value& value) const {
  if (value.kind() < JV_KIND_STRING) {
    return std::nullopt;
  }
  const auto known = known_.find(value.get().u.ptr);
  // A slice of an array shares its memory.
  if (known == known_.end() || jv_identical(value.Copy(), held_[known->second.first].Copy()) == 0) {
    return std::nullopt;
  }
  return known->second.second;
}

void Input::Remember(const Value& value, uint32_t node) {
  // Empty strings and containers have memory of their own as well.
  known_.emplace(value.get().u.ptr, std::pair(held_.size(), node));
  held_.push_back(value);
}

Value Input::Make(uint32_t node, bool marked, size_t depth) {
  if (depth == limits::kDepth) {
    trouble_ = "it is nested too deeply for jq";
    return {};
  }
  switch (tree_.type(node)) {
    case json::Type::kObject:
      return MakeObject(node, marked, depth);
    case json::Type::kArray:
      return MakeArray(node, marked, depth);
    case json::Type::kNumber:
      return MakeNumber(node, marked);
    case json::Type::kString: {
      Value value = StringValue(json::Unquoted(tree_.TextOf(node)));
      if (!marked) {
        Remember(value, node);
      }
      return value;
    }
    case json::Type::kTrue:
      return Value(jv_true());
    case json::Type::kFalse:
      return Value(jv_false());
    case json::Type::kNull:
      break;
  }
  return Value(jv_null());
}

Value Input::MakeArray(uint32_t node, bool marked, size_t depth) {
  Value array(jv_array());
  for (const uint32_t child : tree_.ChildrenOf(node)) {
    Value element = Make(child, marked, depth + 1);
    array = Value(jv_array_append(array.Release(), element.Release()));
  }
  if (!marked) {
    Remember(array, node);
  }
  return array;
}

Value Input::MakeObject(uint32_t node, bool marked, size_t depth) {
  Value object(jv_object());
  for (const uint32_t child : tree_.ChildrenOf(node)) {
    Value key = StringValue(tree_.KeyOf(child));
    Value member = Make(child, marked, depth + 1);
    object = Value(jv_object_set(object.Release(), key.Release(), member.Release()));
  }
  if (!marked) {
    Remember(object, node);
  }
  return object;
}

Value Input::MakeNumber(uint32_t node, bool marked) {
  const std::string_view text = tree_.TextOf(node);
  return Value(jv_number(marked ? numbers_.StandInOf(text) : numbers_.Add(text)));
}

}  // namespace trafrec::jq
