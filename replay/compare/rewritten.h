#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "replay/json/json_tree.h"

namespace trafrec::compare {

/// A body made anew to be compared, and where its values stood before.
struct Rewritten {
  std::string text{};
  /// Of members and elements that have another name or number now, by their place: the old one.
  std::map<std::string, std::string> moved{};

  /// The place, in the body that it was made of, of what has this place now.
  std::string Back(std::string_view pointer) const;
};

using Tokens = std::vector<std::string>;

/// Goes to all values of a document, a container before what is in it, each with its place. Do not
/// keep the tokens.
void ForEachNode(const json::Tree& tree,
                 const std::function<void(uint32_t node, const Tokens& tokens)>& visit);

/// The document with the elements of some arrays in another order: nodes of their elements, by the
/// arrays' nodes.
Rewritten Reordered(const json::Tree& tree,
                    const std::map<uint32_t, std::vector<uint32_t>>& orders);

}  // namespace trafrec::compare
