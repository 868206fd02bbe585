#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "replay/json/json_patch.h"
#include "replay/json/json_tree.h"

namespace trafrec::transform {

/// The objects that a member's value holds: itself, or its elements.
inline std::vector<uint32_t> ObjectsOf(const json::Tree& tree, std::optional<uint32_t> value) {
  std::vector<uint32_t> objects;
  if (!value) {
    return objects;
  }
  if (tree.type(*value) == json::Type::kObject) {
    objects.push_back(*value);
  } else if (tree.type(*value) == json::Type::kArray) {
    for (const uint32_t element : tree.ChildrenOf(*value)) {
      if (tree.type(element) == json::Type::kObject) {
        objects.push_back(element);
      }
    }
  }
  return objects;
}

/// Takes those members of an object out for which `gone` says so.
inline void RemoveMembers(const json::Tree& tree, json::Patch& patch, uint32_t object,
                          const std::function<bool(uint32_t member)>& gone) {
  std::vector<uint32_t> members;
  for (const uint32_t member : tree.ChildrenOf(object)) {
    if (gone(member)) {
      members.push_back(member);
    }
  }
  if (!members.empty()) {
    patch.Remove(object, members);
  }
}

}  // namespace trafrec::transform
