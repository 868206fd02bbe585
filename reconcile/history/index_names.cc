#include "reconcile/history/index_names.h"

#include <algorithm>

#include "replay/dialect/key.h"

namespace trafrec::reconcile {

void IndexNames::Leads(const std::string& name, const std::string& index) {
  indices_.insert(index);
  if (name == index) {
    return;
  }
  const auto [place, is_new] = aliases_.try_emplace(name, index);
  if (!is_new && place->second != index) {
    moved_.insert(name);
  }
}

const std::string& IndexNames::Behind(const std::string& name) const {
  const auto behind = aliases_.find(name);
  return behind == aliases_.end() || indices_.contains(name) || HasMoved(name) ? name
                                                                               : behind->second;
}

bool IndexNames::HasMoved(const std::string& name) const {
  return moved_.contains(name) || std::ranges::any_of(moved_, [&](const std::string& pattern) {
           return pattern.find('*') != std::string::npos && dialect::NamesMeet(pattern, name);
         });
}

}  // namespace trafrec::reconcile
