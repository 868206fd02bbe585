#include "replay/dialect/key.h"

#include <algorithm>
#include <string_view>

#include "replay/dialect/limits.h"

namespace trafrec::dialect {

bool NameFits(std::string_view pattern, std::string_view name) {
  if (pattern.size() * name.size() > limits::kPatternSteps) {
    return true;
  }
  size_t at = 0;
  size_t p = 0;
  size_t star = std::string_view::npos;
  size_t resume = 0;
  while (at < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = at;
    } else if (p < pattern.size() && pattern[p] == name[at]) {
      ++p;
      ++at;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

namespace {

/// Two patterns may have a name in common unless what they fix at the beginning or the end differs.
bool PatternsMeet(std::string_view a, std::string_view b) {
  const size_t head = std::min(a.find('*'), b.find('*'));
  const size_t tail = std::min(a.size() - a.rfind('*'), b.size() - b.rfind('*')) - 1;
  return a.substr(0, head) == b.substr(0, head) &&
         a.substr(a.size() - tail) == b.substr(b.size() - tail);
}

}  // namespace

bool NamesMeet(std::string_view a, std::string_view b) {
  const bool a_wild = a.find('*') != std::string_view::npos;
  const bool b_wild = b.find('*') != std::string_view::npos;
  if (a_wild && b_wild) {
    return PatternsMeet(a, b);
  }
  return a_wild ? NameFits(a, b) : b_wild ? NameFits(b, a) : a == b;
}

bool Meet(const Key& a, const Key& b) {
  if (a.scope == Scope::kCluster || b.scope == Scope::kCluster) {
    return true;
  }
  const bool a_index = a.scope == Scope::kIndex || a.scope == Scope::kDocument;
  const bool b_index = b.scope == Scope::kIndex || b.scope == Scope::kDocument;
  if (a_index != b_index || (!a_index && a.scope != b.scope)) {
    return false;
  }
  if (a.scope == Scope::kState) {
    return true;
  }
  if (a.scope == Scope::kDocument && b.scope == Scope::kDocument) {
    return !a.id.empty() && a.id == b.id && NamesMeet(a.name, b.name);
  }
  return NamesMeet(a.name, b.name);
}

const Key* FindDocument(const std::vector<Key>& keys) {
  const auto key = std::ranges::find(keys, Scope::kDocument, &Key::scope);
  return key == keys.end() ? nullptr : &*key;
}

}  // namespace trafrec::dialect
