#include "replay/dialect/index_names.h"

#include <algorithm>

#include "replay/dialect/limits.h"

namespace trafrec::dialect {
namespace {

/// At the comma that ends the first name of a list; commas in date math do not.
size_t EndOfName(std::string_view list) {
  int depth = 0;
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[i] == '{' || list[i] == '<') {
      ++depth;
    } else if (list[i] == '}' || list[i] == '>') {
      --depth;
    } else if (list[i] == ',' && depth <= 0) {
      return i;
    }
  }
  return list.size();
}

/// "<log-{now/d{yyyy.MM|+12:00}}-x>" -> "log-*-x".
std::string WithoutDateMath(std::string_view name) {
  std::string out;
  int depth = 0;
  for (const char c : name.substr(1, name.size() - 2)) {
    if (c == '{') {
      out += depth++ == 0 ? "*" : "";
    } else if (c == '}' && depth > 0) {
      --depth;
    } else if (depth == 0 && c != '\\') {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string IndexName(std::string_view name) {
  if (const size_t selector = name.rfind("::");
      selector != std::string_view::npos &&
      (name.substr(selector) == "::data" || name.substr(selector) == "::failures")) {
    name = name.substr(0, selector);
  }
  if (name.size() > 2 && name.starts_with('<') && name.ends_with('>')) {
    return WithoutDateMath(name);
  }
  return std::string(name);
}

std::vector<std::string> IndexNames(std::string_view expression) {
  std::vector<std::string> names;
  for (std::string_view rest = expression; !rest.empty();) {
    const size_t end = EndOfName(rest);
    std::string name = IndexName(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    // No index's name begins with '-', so it takes something out even where no pattern stands
    // before.
    if (name.empty() || name.starts_with('-')) {
      continue;
    }
    if (name == "_all" || names.size() == limits::kKeys) {
      return {"*"};
    }
    names.push_back(std::move(name));
  }
  return names.empty() ? std::vector<std::string>{"*"} : names;
}

void AddIndexKeys(std::string_view expression, bool write, std::vector<Key>& keys) {
  std::vector<std::string> names = IndexNames(expression);
  if (keys.size() + names.size() > limits::kKeys) {
    const bool any_write = write || std::ranges::any_of(keys, &Key::write);
    keys.clear();
    keys.push_back({.scope = Scope::kIndex, .write = any_write, .name = "*"});
    return;
  }
  for (std::string& name : names) {
    keys.push_back({.scope = Scope::kIndex, .write = write, .name = std::move(name)});
  }
}

}  // namespace trafrec::dialect
