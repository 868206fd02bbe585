#include "replay/compare/document_pairs.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

namespace trafrec::compare {
namespace {

using json::Tree;

/// "index" and "id", unescaped, with what neither can hold between them.
std::optional<std::string> NameOf(const Tree& tree, uint32_t node) {
  if (tree.type(node) != json::Type::kObject) {
    return std::nullopt;
  }
  const auto index = tree.Find(node, "_index");
  const auto id = tree.Find(node, "_id");
  if (!index || !id) {
    return std::nullopt;
  }
  const std::optional<std::string> index_name = tree.ScalarOf(*index);
  const std::optional<std::string> id_name = tree.ScalarOf(*id);
  return index_name && id_name ? std::optional(*index_name + '\0' + *id_name) : std::nullopt;
}

using Places = std::map<std::string, size_t>;

std::optional<Places> PlacesOf(const Tree& tree, const std::vector<uint32_t>& elements) {
  Places places;
  for (size_t i = 0; i < elements.size(); ++i) {
    const std::optional<std::string> name = NameOf(tree, elements[i]);
    if (!name || !places.emplace(*name, i).second) {
      return std::nullopt;
    }
  }
  return places;
}

std::string_view TextOf(const Tree& tree, uint32_t object, std::string_view key) {
  const auto member = tree.Find(object, key);
  return member ? tree.TextOf(*member) : std::string_view();
}

/// For each element the place of the first one of those around it that sort alike.
std::vector<size_t> RunsOf(const Tree& tree, const std::vector<uint32_t>& elements) {
  std::vector<size_t> runs(elements.size());
  for (size_t i = 1; i < elements.size(); ++i) {
    const bool alike =
        TextOf(tree, elements[i], "_score") == TextOf(tree, elements[i - 1], "_score") &&
        TextOf(tree, elements[i], "sort") == TextOf(tree, elements[i - 1], "sort");
    runs[i] = alike ? runs[i - 1] : i;
  }
  return runs;
}

/// Whether one list's runs come in their order when they are read in the other list's order.
bool InOrder(std::vector<std::pair<size_t, size_t>> other_and_own,
             const std::vector<size_t>& runs) {
  std::ranges::sort(other_and_own);
  return std::ranges::is_sorted(other_and_own, {},
                                [&](const auto& each) { return runs[each.second]; });
}

}  // namespace

std::optional<DocumentPairs> PairDocuments(const Tree& source,
                                           const std::vector<uint32_t>& in_source,
                                           const Tree& target,
                                           const std::vector<uint32_t>& in_target) {
  const std::optional<Places> mine = PlacesOf(source, in_source);
  const std::optional<Places> theirs = mine ? PlacesOf(target, in_target) : std::nullopt;
  if (!mine || !theirs) {
    return std::nullopt;
  }
  DocumentPairs pairs;
  std::vector<std::pair<size_t, size_t>> mirrored;
  for (const auto& [name, place] : *mine) {
    if (const auto found = theirs->find(name); found != theirs->end()) {
      pairs.both.emplace_back(place, found->second);
      mirrored.emplace_back(found->second, place);
    } else {
      pairs.missing.push_back(place);
    }
  }
  for (const auto& [name, place] : *theirs) {
    if (!mine->contains(name)) {
      pairs.added.push_back(place);
    }
  }
  std::ranges::sort(pairs.both);
  std::ranges::sort(pairs.missing);
  std::ranges::sort(pairs.added);
  pairs.reordered = !InOrder(mirrored, RunsOf(source, in_source)) &&
                    !InOrder(pairs.both, RunsOf(target, in_target));
  return pairs;
}

}  // namespace trafrec::compare
