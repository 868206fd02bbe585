// What a source takes, told by what it took.
//
// A mapping that nobody has read shows itself by what it took. Whether a field takes a value
// depends on the value's type, on how large a number is, and on the form of a text: a date is no
// word, and no number. So values of one kind share a fate, with two exceptions. Words differ in
// ways that nobody sees here (one may be the name of a relation, another is not): several different
// ones must have been taken, and then the field is one of texts, which take everything. And what a
// script does depends on the document: it must have worked on several.

#include "reconcile/history/traits.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <string>

#include "reconcile/history/limits.h"
#include "replay/dialect/key.h"
#include "replay/json/json_tree.h"

namespace trafrec::reconcile {
namespace {

using dialect::Kind;
using json::Tree;
using json::Type;

/// A longer text may be more than a keyword takes (32,766 bytes, of any encoding).
constexpr size_t kTextBytes = 8'000;
/// Objects within objects: a mapping takes 20.
constexpr int kDepth = 20;
/// Of one operation; of one with more nothing is said.
constexpr size_t kTraits = 1'000;

bool IsDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

std::optional<int> NumberAt(std::string_view text, size_t at, size_t length) {
  int number = 0;
  for (size_t i = at; i < at + length; ++i) {
    if (i >= text.size() || !IsDigit(text[i])) {
      return std::nullopt;
    }
    number = number * 10 + (text[i] - '0');
  }
  return number;
}

/// The number of bits that a whole number takes; a field may have too few.
std::string_view SizeOf(std::string_view digits) {
  int64_t number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) {
    return "large";
  }
  const auto fits = [number](int64_t most) { return number >= -most - 1 && number <= most; };
  return fits(INT8_MAX) ? "8" : fits(INT16_MAX) ? "16" : fits(INT32_MAX) ? "32" : "64";
}

/// Whether `text` is a number, and which kind of one; "" if it is none.
std::string_view FormOfNumber(std::string_view text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || std::isalpha(text[0])) {
    return "";
  }
  if (text.find_first_of(".eE") == std::string_view::npos) {
    return SizeOf(text);
  }
  const double size = std::abs(value);
  return text.size() > 30 ? "digits" : size < 65'000 ? "half" : size < 3e38 ? "float" : "double";
}

bool IsAddress(std::string_view text) {
  int parts = 0;
  while (true) {
    const size_t length = std::min(text.find('.'), text.size());
    const auto part = NumberAt(text, 0, length);
    if (length == 0 || length > 3 || !part || *part > 255) {
      return false;
    }
    ++parts;
    if (length == text.size()) {
      return parts == 4;
    }
    text.remove_prefix(length + 1);
  }
}

/// Begins with a day of the calendar, and goes on with a time of the day if it goes on with one.
bool IsDate(std::string_view text) {
  const auto year = NumberAt(text, 0, 4);
  const auto month = NumberAt(text, 5, 2);
  const auto day = NumberAt(text, 8, 2);
  if (!year || !month || !day || text[4] != text[7] || IsDigit(text[4])) {
    return false;
  }
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(*day)};
  const auto below = [&](size_t at, int end) {
    const auto number = NumberAt(text, at, 2);
    return text.size() <= at || (number && *number < end);
  };
  return date.ok() && below(11, 24) && below(14, 60) && below(17, 60);
}

/// Digits are alike, and letters are.
void PatternOf(std::string_view text, std::string& pattern) {
  pattern.assign(IsDate(text) ? "date " : "");
  for (const char c : text) {
    const bool letter = std::isalpha(static_cast<unsigned char>(c)) != 0;
    if (letter && pattern.ends_with('w')) {
      continue;
    }
    pattern.push_back(IsDigit(c) ? 'd' : letter ? 'w' : c);
  }
}

/// What of a text says which fields take it. `room` may keep it.
std::string_view FormOfText(std::string_view text, std::string& room) {
  if (text.size() >= kTextBytes) {
    return text.size() > limits::kTermBytes ? "too long" : "long";
  }
  if (text.empty()) {
    return "empty";
  }
  if (text == "true" || text == "false" || text == "NaN" || text == "Infinity") {
    return text;
  }
  if (const std::string_view number = FormOfNumber(text); !number.empty()) {
    return number;
  }
  if (IsAddress(text)) {
    return "address";
  }
  if (!IsDigit(text[0]) && std::string_view("+-.:/ ").find(text[0]) == std::string_view::npos) {
    return "word";
  }
  PatternOf(text, room);
  return room;
}

Print Mixed(Print a, Print b) { return a ^ (b + 0x9e3779b97f4a7c15U + (a << 6U) + (a >> 2U)); }
Print Mixed(Print a, std::string_view b) { return Mixed(a, PrintOfName(b)); }

class Reader {
 public:
  Reader(const Tree& tree, Traits& traits) : tree_(tree), traits_(traits) {}

  void Add(Print field, Print what, Print value, unsigned least = 1, Print as_text = 0) {
    Need(traits_.parts.size() < kTraits);
    if (traits_.readable) {
      traits_.parts.push_back({field, what, value, as_text, least});
    }
  }

  /// A document.
  void AddDocument(uint32_t object) {
    path_.clear();
    AddObject(object, 0);
  }

  /// `path`: the whole name of the field.
  void AddField(uint32_t node, std::string_view path) {
    path_ = path;
    AddValue(node, 0);
  }

  void Need(bool what) { traits_.readable = traits_.readable && what; }

 private:
  /// `path_` is that of the object.
  void AddObject(uint32_t object, int depth) {
    Need(depth < kDepth && tree_.type(object) == Type::kObject);
    if (!traits_.readable) {
      return;
    }
    const size_t path = path_.size();
    std::vector<Print> names;
    for (uint32_t member = object + 1; member < tree_[object].after; member = tree_[member].after) {
      path_ += path == 0 ? "" : ".";
      const size_t name = path_.size();
      path_ += tree_.KeyOf(member);
      names.push_back(PrintOfName(std::string_view(path_).substr(name)));
      AddValue(member, depth);
      path_.resize(path);
    }
    // The source takes no name twice.
    std::ranges::sort(names);
    Need(std::ranges::adjacent_find(names) == names.end());
  }

  void AddValue(uint32_t node, int depth) {
    const Print field = PrintOfName(path_);
    switch (tree_.type(node)) {
      case Type::kObject:
        Add(field, Mixed(field, "object"), 0);
        AddObject(node, depth + 1);
        return;
      case Type::kArray:
        AddArray(node, depth);
        return;
      case Type::kNull:
        Add(field, Mixed(field, "null"), 0);
        return;
      default:
        AddScalar(node, field);
    }
  }

  /// Elements are as the field itself; but of numbers there may have to be so many.
  void AddArray(uint32_t array, int depth) {
    const size_t path = path_.size();
    size_t elements = 0;
    bool numbers = false;
    for (uint32_t element = array + 1; element < tree_[array].after;
         element = tree_[element].after) {
      ++elements;
      numbers = numbers || tree_.type(element) == Type::kNumber;
      Need(depth < kDepth);
      if (traits_.readable) {
        path_ += tree_.type(element) == Type::kArray ? "[]" : "";
        AddValue(element, depth + 1);
        path_.resize(path);
      }
    }
    if (numbers) {
      const Print field = PrintOfName(path_);
      Add(field, Mixed(Mixed(field, "numbers"), elements), 0);
    }
  }

  void AddScalar(uint32_t node, Print field) {
    const bool quoted = tree_.type(node) == Type::kString;
    const std::string text = tree_.ScalarOf(node).value_or("");
    const Print as_text = text.size() < kTextBytes ? Mixed(field, "word") : 0;
    const Print value = PrintOfName(text);
    if (quoted) {
      std::string room;
      const std::string_view form = FormOfText(text, room);
      const bool word = form == "word";
      Add(field, Mixed(field, form), value, word ? kDifferentValues : 1, as_text);
    } else {
      const std::string_view form =
          tree_.type(node) == Type::kNumber ? FormOfNumber(text) : "true or false";
      Need(!form.empty());
      Add(field, Mixed(Mixed(field, "unquoted"), form), value, 1, as_text);
    }
  }

  const Tree& tree_;
  Traits& traits_;
  std::string path_;  ///< of the field at hand, by its whole name
};

/// `document`: the script of which works on it.
void AddScript(const Tree& tree, uint32_t script, Print document, Reader& reader) {
  const bool object = tree.type(script) == Type::kObject;
  Print known = PrintOfName("script");
  std::string_view text = tree.TextOf(script);
  std::optional<uint32_t> params;
  for (const uint32_t member : object ? tree.ChildrenOf(script) : std::vector<uint32_t>()) {
    if (tree.KeyIs(member, "params")) {
      params = member;
    } else {
      text = tree.KeyIs(member, "source") ? tree.TextOf(member) : text;
      known = Mixed(Mixed(known, tree.KeyOf(member)), tree.TextOf(member));
    }
  }
  known = object ? known : Mixed(known, text);
  // What does not look at the document works on any.
  const bool looks = text.find("_source") != std::string_view::npos ||
                     text.find("params") != std::string_view::npos;
  reader.Add(known, known, document, looks ? kDifferentValues : 1);
  if (params) {
    reader.AddField(*params, std::to_string(known));
  }
}

void AddUpdate(const Tree& tree, Print document, Reader& reader) {
  std::vector<std::string> names;
  for (const uint32_t member : tree.ChildrenOf(Tree::kRoot)) {
    names.push_back(tree.KeyOf(member));
    if (names.back() == "doc" || names.back() == "upsert") {
      reader.AddDocument(member);
    } else if (names.back() == "script") {
      AddScript(tree, member, document, reader);
    } else {
      reader.AddField(member, "of the update: " + names.back());
    }
  }
  std::ranges::sort(names);
  Print all = PrintOfName("update");
  for (const std::string& name : names) {
    all = Mixed(all, name);
  }
  reader.Add(all, all, 0);
}

/// Values one by one: they are few, and what they may be is not told by their form. Of a mapping
/// the names of fields are left out.
void AddThing(const Tree& tree, uint32_t node, Print path, int depth, Reader& reader) {
  reader.Need(depth < kDepth);
  const Type type = tree.type(node);
  if (type != Type::kObject && type != Type::kArray) {
    const bool name = type == Type::kString && !tree.KeyIs(node, "type");
    reader.Add(path, Mixed(path, name ? "name" : "value"), PrintOfName(tree.TextOf(node)),
               name ? kDifferentThings : kNoOthers);
    return;
  }
  reader.Add(path, Mixed(path, "more"), 0);
  const bool fields = type == Type::kObject && tree.KeyIs(node, "properties");
  for (const uint32_t member : depth < kDepth ? tree.ChildrenOf(node) : std::vector<uint32_t>()) {
    const Print name = type == Type::kArray ? 0 : fields ? 1 : PrintOfName(tree.KeyOf(member));
    AddThing(tree, member, Mixed(path, name), depth + 1, reader);
  }
}

}  // namespace

bool IsComparable(std::string_view api) {
  return api == "indices.create" || api == "indices.put_alias" || api == "indices.put_mapping" ||
         api == "indices.put_template";
}

Traits TraitsOfMaking(std::string_view api, std::string_view target, std::string_view body) {
  Traits traits{.readable = true};
  const Print made = PrintOfName(api);
  traits.parts.push_back({made, made, Mixed(PrintOfName(target), body), 0, kDifferentThings});
  const auto tree = Tree::Parse(body);
  if (tree && tree->size() > 0) {
    Reader reader(*tree, traits);
    AddThing(*tree, Tree::kRoot, made, 0, reader);
  } else {
    traits.readable = body.empty();
  }
  return traits;
}

Traits TraitsOf(const dialect::Operation& operation, const Tree* body) {
  const dialect::Key* key = dialect::FindDocument(operation.keys);
  Traits traits{.readable = true};
  if (operation.kind == Kind::kDelete) {
    return traits;
  }
  if (body == nullptr || body->type(Tree::kRoot) != Type::kObject) {
    traits.readable = false;
    return traits;
  }
  Reader reader(*body, traits);
  if (operation.kind == Kind::kUpdate) {
    AddUpdate(*body, PrintOfName(key == nullptr ? "" : key->id), reader);
  } else {
    reader.AddDocument(Tree::kRoot);
  }
  return traits;
}

}  // namespace trafrec::reconcile
