#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "replay/jq/numbers.h"
#include "replay/jq/value.h"
#include "replay/json/json_tree.h"

namespace trafrec::jq {

/// A JSON text as jq's values, twice: with the doubles of its numbers, and with stand-ins for those
/// that must keep their text. Knows each container and string of the first again. Borrows the tree.
class Input {
 public:
  explicit Input(const json::Tree& tree);

  /// Why the text cannot be given to jq; "" if it can.
  const std::string& trouble() const { return trouble_; }
  const json::Tree& tree() const { return tree_; }
  const Numbers& numbers() const { return numbers_; }
  const Value& plain() const { return plain_; }
  /// The same with stand-ins on that side; nothing if there are not enough of them.
  std::optional<Value> Marked(Side side);

  /// The node that a container or string is, nothing computed in it; nothing for values that jq
  /// made.
  std::optional<uint32_t> NodeOf(const Value& value) const;

 private:
  Value Make(uint32_t node, bool marked, size_t depth);
  Value MakeArray(uint32_t node, bool marked, size_t depth);
  Value MakeObject(uint32_t node, bool marked, size_t depth);
  Value MakeNumber(uint32_t node, bool marked);
  void Remember(const Value& value, uint32_t node);

  const json::Tree& tree_;
  std::string trouble_;
  Numbers numbers_;
  Value plain_;
  // Values that are held here are never changed in place: jq copies what others hold, too.
  std::vector<Value> held_;
  std::unordered_map<const void*, std::pair<size_t, uint32_t>> known_;  // place in held_, node
};

}  // namespace trafrec::jq
