#include "tools/patterns/analysis/folding.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "tools/patterns/analysis/limits.h"

namespace trafrec::patterns {
namespace {

/// A token with letters and digits that nobody would type: random ids of 16 characters and more.
constexpr size_t kIdLengthMin = 16;
/// Hexadecimal digits with a digit and a letter among them look like an id from here on.
constexpr size_t kHexLengthMin = 8;

bool IsDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool IsLetter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool IsHex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

bool LooksLikeId(std::string_view name) {
  const bool digits = std::ranges::any_of(name, IsDigit);
  const bool letters = std::ranges::any_of(name, IsLetter);
  if (!digits || !letters) {
    return false;
  }
  const auto hex = [](char c) { return IsHex(c) || c == '-'; };
  if (name.size() >= kHexLengthMin && std::ranges::all_of(name, hex)) {
    return true;
  }
  // Words with dots or dashes between them are names, however long: logs-nginx-access-2.
  return name.size() >= kIdLengthMin &&
         std::ranges::all_of(
             name, [](char c) { return IsDigit(c) || IsLetter(c) || c == '_' || c == '-'; }) &&
         std::ranges::count(name, '-') <= 2 && std::ranges::count_if(name, IsDigit) >= 2 &&
         std::ranges::any_of(name, [](unsigned char c) { return std::isupper(c) != 0; });
}

size_t DigitsAt(std::string_view text, size_t at) {
  size_t count = 0;
  while (at + count < text.size() && IsDigit(text[at + count])) {
    ++count;
  }
  return count;
}

/// Length of "2026.11.21", "2026-11" or "2026_11_21_06" at this place; 0 if there is none.
size_t DateAt(std::string_view text, size_t at) {
  if (DigitsAt(text, at) != 4 || (text[at] != '1' && text[at] != '2')) {
    return 0;
  }
  size_t length = 4;
  size_t parts = 0;
  while (at + length < text.size() &&
         (text[at + length] == '.' || text[at + length] == '-' || text[at + length] == '_') &&
         DigitsAt(text, at + length + 1) == 2) {
    length += 3;
    ++parts;
  }
  return parts > 0 ? length : 0;
}

/// "v1", as APIs name their versions.
bool IsVersion(std::string_view name) {
  return name.size() >= 2 && name.size() <= 3 && name[0] == 'v' &&
         DigitsAt(name, 1) == name.size() - 1;
}

std::string FoldNumbers(std::string_view name) {
  std::string out;
  for (size_t at = 0; at < name.size();) {
    const size_t digits = DigitsAt(name, at);
    if (digits == 0) {
      out += name[at++];
    } else if (const size_t date = DateAt(name, at); date > 0) {
      out += "{date}";
      at += date;
    } else {
      out += "{n}";
      at += digits;
    }
  }
  return out;
}

/// The names of a query's parameters.
std::string FoldQuery(std::string_view query) {
  std::set<std::string> names;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view one = query.substr(0, end);
    names.insert(FoldName(one.substr(0, std::min(one.find('='), one.size()))));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  std::string out;
  for (const std::string& name : names) {
    out += (out.empty() ? "" : "&") + name;
  }
  return out;
}

}  // namespace

std::string FoldName(std::string_view name) {
  if (name.starts_with('_') || IsVersion(name)) {
    return std::string(name);
  }
  return LooksLikeId(name) ? "{id}" : FoldNumbers(name);
}

std::string FoldTarget(std::string_view target) {
  if (const size_t scheme = target.find("://");
      !target.starts_with('/') && scheme != std::string_view::npos) {
    const size_t path = target.find('/', scheme + 3);
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  target = target.substr(0, 4 * limits::kKeyBytesMax);
  const size_t question = std::min(target.find('?'), target.size());
  std::string out;
  std::string_view path = target.substr(0, question);
  while (!path.empty() && out.size() <= limits::kKeyBytesMax) {
    const size_t end = std::min(path.find_first_of("/,"), path.size());
    out += FoldName(path.substr(0, end));
    if (end < path.size()) {
      out += path[end];
    }
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  if (const std::string names = FoldQuery(target.substr(std::min(question + 1, target.size())));
      !names.empty()) {
    out += "?" + names;
  }
  if (out.size() > limits::kKeyBytesMax) {
    out.resize(limits::kKeyBytesMax);
    out += "…";
  }
  return out;
}

}  // namespace trafrec::patterns
