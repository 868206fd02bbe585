#include "replay/compare/shape_compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/ascii.h"
#include "replay/compare/json_walk.h"

namespace trafrec::compare {
namespace {

using json::Tree;
using json::Type;

constexpr std::array<std::string_view, 9> kApis = {
    "cluster.stats", "cluster.state",    "cluster.health",   "cluster.allocation_explain",
    "indices.stats", "indices.segments", "indices.recovery", "indices.shard_stores",
    "tasks.list"};

class ShapeWalk final : public JsonWalk {
 public:
  using JsonWalk::JsonWalk;

 private:
  bool Understands(uint32_t a, uint32_t b) override {
    const Type mine = source().type(a);
    const Type theirs = target().type(b);
    if (mine == Type::kNull || theirs == Type::kNull) {
      return true;
    }
    if (Family(mine) != Family(theirs)) {
      Found(Kind::kType, a, b);
      return true;
    }
    if (mine == Type::kArray) {
      Firsts(a, b, [&](uint32_t first, uint32_t their_first) {
        At(0, 0, [&] { Walk(first, their_first); });
      });
      return true;
    }
    if (mine == Type::kObject && IsNamedByTheServer()) {
      Firsts(a, b, [&](uint32_t first, uint32_t their_first) {
        const std::string key = source().KeyOf(first);
        const std::string their_key = target().KeyOf(their_first);
        At(key, their_key, [&] { Walk(first, their_first); });
      });
      return true;
    }
    return mine != Type::kObject;
  }

  static Type Family(Type type) { return type == Type::kFalse ? Type::kTrue : type; }

  bool IsNamedByTheServer() const {
    return !path().empty() && (path().back().key == "nodes" || path().back().key == "tasks");
  }

  template <typename Work>
  void Firsts(uint32_t a, uint32_t b, const Work& work) {
    const bool filled = source()[a].after > a + 1 && target()[b].after > b + 1;
    if (filled) {
      work(a + 1, b + 1);
    }
  }
};

std::vector<std::string_view> WordsOf(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
    if (line.empty()) {
      return words;
    }
    const size_t end = std::min(line.find_first_of(" \t\r"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

/// "health status index uuid pri rep docs.count", with ?v.
bool HoldsNames(const std::vector<std::string_view>& words) {
  return !words.empty() && std::ranges::all_of(words, [](std::string_view word) {
    return word.front() >= 'a' && word.front() <= 'z' &&
           word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._%") ==
               std::string_view::npos;
  });
}

/// The first line's names as a text; else the number of columns.
std::string HeadOf(std::string_view text) {
  std::string_view rest = text;
  const std::vector<std::string_view> first = WordsOf(TakeLine(rest));
  if (HoldsNames(first)) {
    return fmt::format("{}", fmt::join(first, " "));
  }
  size_t widest = first.size();
  while (!rest.empty()) {
    widest = std::max(widest, WordsOf(TakeLine(rest)).size());
  }
  return fmt::format("{} columns", widest);
}

}  // namespace

bool TellsOfTheServer(const dialect::Meaning& meaning) {
  return meaning.api.starts_with("cat.") || meaning.api.starts_with("nodes.") ||
         std::ranges::find(kApis, meaning.api) != kApis.end();
}

Differences CompareShapes(const Tree& source, const Tree& target) {
  return ShapeWalk(source, target).Run();
}

Differences CompareColumns(std::string_view source, std::string_view target) {
  Differences differences;
  if (source.empty() && target.empty()) {
    return differences;
  }
  const std::string mine = source.empty() ? "" : HeadOf(source);
  const std::string theirs = target.empty() ? "" : HeadOf(target);
  // A table without a line has the form of any other.
  if (mine != theirs && !mine.empty() && !theirs.empty()) {
    differences.Add({.part = Part::kLine,
                     .kind = Kind::kValue,
                     .source_pointer = "/1",
                     .target_pointer = "/1",
                     .source = Shown(mine),
                     .target = Shown(theirs)});
  }
  return differences;
}

}  // namespace trafrec::compare
