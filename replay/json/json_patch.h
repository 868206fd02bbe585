#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "replay/json/json_tree.h"

namespace trafrec::json {

/// Changes of a JSON text that leave all bytes outside of them as they are. Nodes are those of the
/// tree, which must outlive it. A change within something that is taken out or replaced is lost.
class Patch {
 public:
  explicit Patch(const Tree& tree) : tree_(tree) {}

  bool empty() const { return pieces_.empty(); }
  /// A value's text.
  void Replace(uint32_t node, std::string text);
  /// A member's key.
  void Rename(uint32_t node, std::string_view key);
  /// Takes members or elements out, with their commas. `children` are some of the container's, in
  /// order; of one container at most one call.
  void Remove(uint32_t container, const std::vector<uint32_t>& children);
  /// Puts a member behind the last one of an object, after Remove if some of its members go. Of one
  /// object at most one call.
  void Append(uint32_t object, std::string_view key, std::string_view value);

  std::string Apply() const;

 private:
  struct Piece {
    uint32_t end;
    std::string text;
  };
  void Put(uint32_t begin, uint32_t end, std::string text);

  const Tree& tree_;
  std::map<uint32_t, Piece> pieces_;    // by their begin
  std::map<uint32_t, size_t> removed_;  // children of a container
};

}  // namespace trafrec::json
