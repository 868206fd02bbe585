#include "replay/plan/index_naming.h"

#include <algorithm>

#include "replay/plan/limits.h"

namespace trafrec::plan {

using dialect::Key;
using dialect::Kind;
using dialect::Scope;

namespace {

constexpr char kEveryName = '*';

bool IsPattern(std::string_view name) {
  return name.find(kEveryName) != std::string_view::npos ||
         name.find(':') != std::string_view::npos;
}

}  // namespace

void IndexNaming::Learn(const std::string& asked, const std::string& real) {
  if (real_.size() + behind_.size() >= limits::kNames) {
    return;
  }
  real_.insert(real);
  if (asked != real) {
    behind_[asked].insert(real);
  }
}

std::vector<Key> IndexNaming::Resolve(const dialect::Meaning& meaning,
                                      const dialect::Operation& operation,
                                      const dialect::Outcome* outcome) {
  std::vector<Key> keys;
  keys.reserve(operation.keys.size() + 1);
  for (const Key& key : operation.keys) {
    if (key.scope == Scope::kDocument) {
      Key own = key;
      if (own.id.empty() && outcome != nullptr) {
        own.id = outcome->id;
      }
      if (outcome != nullptr && !outcome->index.empty()) {
        Learn(key.name, outcome->index);
        own.name = outcome->index;
      } else if (const auto found = behind_.find(key.name); found != behind_.end()) {
        for (const std::string& real : found->second) {
          keys.push_back(own);
          keys.back().name = real;
        }
      }
      keys.push_back(std::move(own));
      continue;
    }
    keys.push_back(key);
    if (key.scope != Scope::kIndex || IsPattern(key.name)) {
      continue;
    }
    if (operation.kind == Kind::kIndexAdmin) {
      if (meaning.api == "indices.create" && outcome != nullptr &&
          outcome->fate == dialect::Fate::kDone) {
        Learn(key.name, key.name);
      }
      if (const auto found = behind_.find(key.name); found != behind_.end()) {
        for (const std::string& real : found->second) {
          keys.push_back({.scope = Scope::kIndex, .write = key.write, .name = real});
        }
      }
    } else if (!IsReal(key.name)) {
      // It may be an alias of any of them; several such names of a request are one key.
      keys.back().name.assign(1, kEveryName);
      if (std::ranges::count(keys, keys.back()) > 1) {
        keys.pop_back();
      }
    }
  }
  return keys;
}

}  // namespace trafrec::plan
