#include "replay/compare/map_values.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "replay/json/json_patch.h"
#include "replay/json/json_pointer.h"

namespace trafrec::compare {
namespace {

using json::Tree;

/// What the target has at the places of a rule: each value, and how it is written.
std::map<std::string, std::string> ValuesAt(const Rule& rule, const Tree& target) {
  std::map<std::string, std::string> values;
  ForEachNode(target, [&](uint32_t node, const Tokens& tokens) {
    const auto text = rule.place.Fits(tokens) ? target.ScalarOf(node) : std::nullopt;
    if (text) {
      values.emplace(*text, target.TextOf(node));
    }
  });
  return values;
}

std::optional<Rewritten> WithValues(const Rule& rule, const Tree& source, const Tree& target) {
  const std::map<std::string, std::string> values = ValuesAt(rule, target);
  json::Patch patch(source);
  ForEachNode(source, [&](uint32_t node, const Tokens& tokens) {
    const auto text = rule.place.Fits(tokens) ? source.ScalarOf(node) : std::nullopt;
    if (!text || values.contains(*text)) {
      return;
    }
    for (const std::string& to : MappedTo(rule, *text)) {
      if (const auto found = values.find(to); found != values.end()) {
        patch.Replace(node, found->second);
        break;
      }
    }
  });
  return patch.empty() ? std::nullopt : std::optional(Rewritten{.text = patch.Apply()});
}

/// Renames members as the target calls them in the object at the same place.
class Renaming {
 public:
  Renaming(const Rule& rule, const Tree& source, const Tree& target)
      : rule_(rule), source_(source), target_(target), patch_(source) {}

  std::optional<Rewritten> Run() {
    ForEachNode(source_, [this](uint32_t node, const Tokens& tokens) { Visit(node, tokens); });
    if (patch_.empty()) {
      return std::nullopt;
    }
    made_.text = patch_.Apply();
    return std::move(made_);
  }

 private:
  /// A node, and where it is in what is made.
  struct Place {
    uint32_t node = Tree::kRoot;
    std::string pointer{};
  };

  void Visit(uint32_t node, const Tokens& tokens) {
    path_.resize(tokens.size());
    if (tokens.empty()) {
      path_.push_back({.node = node});
      return;
    }
    Place place{.node = node, .pointer = path_.back().pointer};
    const std::string name = NewName(path_.back(), node, tokens);
    json::AppendToken(place.pointer, name);
    if (name != tokens.back()) {
      patch_.Rename(node, name);
      made_.moved[place.pointer] = tokens.back();
    }
    path_.push_back(std::move(place));
  }

  std::string NewName(const Place& object, uint32_t node, const Tokens& tokens) const {
    const std::string& name = tokens.back();
    if (source_[node].key_end == 0 || !rule_.place.IsAt(tokens)) {
      return name;
    }
    const auto there = json::NodeAt(target_, object.pointer);
    if (!there || target_.Find(*there, name)) {
      return name;
    }
    for (const std::string& to : MappedTo(rule_, name)) {
      if (target_.Find(*there, to) && !source_.Find(object.node, to)) {
        return to;
      }
    }
    return name;
  }

  const Rule& rule_;
  const Tree& source_;
  const Tree& target_;
  json::Patch patch_;
  std::vector<Place> path_;  // the containers that the walk is in, and the node that it saw last
  Rewritten made_;
};

}  // namespace

std::optional<Rewritten> WithMappedValues(const Rule& rule, const Tree& source,
                                          const Tree& target) {
  return rule.keys ? Renaming(rule, source, target).Run() : WithValues(rule, source, target);
}

}  // namespace trafrec::compare
