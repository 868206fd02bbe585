#include "replay/json/json_patch.h"

#include <algorithm>
#include <utility>

namespace trafrec::json {

void Patch::Put(uint32_t begin, uint32_t end, std::string text) {
  const auto [place, made] = pieces_.try_emplace(begin, Piece{end, text});
  if (!made && end > place->second.end) {
    place->second = {end, std::move(text)};
  }
}

void Patch::Replace(uint32_t node, std::string text) {
  Put(tree_[node].begin, tree_[node].end, std::move(text));
}

void Patch::Rename(uint32_t node, std::string_view key) {
  Put(tree_[node].key_begin, tree_[node].key_end, Quoted(key));
}

void Patch::Remove(uint32_t container, const std::vector<uint32_t>& children) {
  const auto begin_of = [this](uint32_t node) {
    return tree_[node].key_end == 0 ? tree_[node].begin : tree_[node].key_begin;
  };
  const std::vector<uint32_t> all = tree_.ChildrenOf(container);
  bool any_kept = false;
  for (size_t i = 0; i < all.size(); ++i) {
    if (std::ranges::find(children, all[i]) == children.end()) {
      any_kept = true;
      continue;
    }
    // Behind one that stays, the comma before it goes; else the one after it.
    const uint32_t end = tree_[all[i]].end;
    if (any_kept) {
      Put(tree_[all[i - 1]].end, end, "");
    } else {
      Put(begin_of(all[i]), i + 1 < all.size() ? begin_of(all[i + 1]) : end, "");
    }
  }
  removed_[container] = children.size();
}

void Patch::Append(uint32_t object, std::string_view key, std::string_view value) {
  const auto removed = removed_.find(object);
  const size_t left =
      tree_.ChildrenOf(object).size() - (removed == removed_.end() ? size_t{0} : removed->second);
  const uint32_t end = tree_[object].end - 1;
  Put(end, end, std::string(left == 0 ? "" : ",") + Quoted(key) + ":" + std::string(value));
}

std::string Patch::Apply() const {
  const std::string_view text = tree_.text();
  std::string out;
  out.reserve(text.size());
  size_t at = 0;
  for (const auto& [begin, piece] : pieces_) {
    if (begin < at) {
      continue;  // within a piece that is gone
    }
    out += text.substr(at, begin - at);
    out += piece.text;
    at = piece.end;
  }
  out += text.substr(at);
  return out;
}

}  // namespace trafrec::json
