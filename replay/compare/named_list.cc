#include "replay/compare/named_list.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string_view>

#include "replay/compare/decimal.h"
#include "replay/compare/limits.h"

namespace trafrec::compare {
namespace {

using json::Tree;
using json::Type;

/// A name that two servers give alike: 1.0 is 1, members and white space are as they stand.
std::string NameOf(const Tree& tree, uint32_t node) {
  const std::optional<std::string> scalar = tree.ScalarOf(node);
  if (!scalar) {
    return std::string(tree.TextOf(node));
  }
  if (tree.type(node) == Type::kNumber) {
    if (const std::optional<Decimal> number = ParseDecimal(*scalar)) {
      return (number->negative ? "-." : ".") + number->digits + 'e' +
             std::to_string(number->exponent);
    }
  }
  return *scalar;
}

std::string_view TextOf(const Tree& tree, uint32_t object, std::string_view key) {
  const auto member = tree.Find(object, key);
  return member ? tree.TextOf(*member) : std::string_view();
}

/// Scores are sums of 32-bit floats, whose order depends on the segments.
bool NearlySame(std::string_view a, std::string_view b) {
  if (a == b) {
    return true;
  }
  const std::optional<double> x = ApproximateOf(a);
  const std::optional<double> y = ApproximateOf(b);
  return x && y &&
         std::abs(*x - *y) <= limits::kScoreRounding * std::max(std::abs(*x), std::abs(*y));
}

bool SortAlike(const Tree& tree, uint32_t a, uint32_t b) {
  return TextOf(tree, a, "sort") == TextOf(tree, b, "sort") &&
         NearlySame(TextOf(tree, a, "_score"), TextOf(tree, b, "_score"));
}

/// What makes an element's name and label; false: it has none.
using Reader = bool (*)(const Tree& tree, uint32_t element, std::string& name, std::string& label);
using Alike = bool (*)(const Tree& tree, uint32_t a, uint32_t b);

std::optional<NamedList> Read(const Tree& tree, uint32_t array, Reader read, Alike alike) {
  if (tree.type(array) != Type::kArray) {
    return std::nullopt;
  }
  const std::vector<uint32_t> elements = tree.ChildrenOf(array);
  NamedList list;
  for (size_t i = 0; i < elements.size(); ++i) {
    std::string name;
    std::string label;
    if (tree.type(elements[i]) != Type::kObject || !read(tree, elements[i], name, label)) {
      return std::nullopt;
    }
    list.names.push_back(std::move(name));
    list.labels.push_back(std::move(label));
    const bool joins = i > 0 && alike != nullptr && alike(tree, elements[i - 1], elements[i]);
    list.runs.push_back(joins ? list.runs.back() : i);
  }
  std::vector<std::string_view> sorted(list.names.begin(), list.names.end());
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end()) {
    return std::nullopt;
  }
  return list;
}

/// Pairs that stand in strictly opposite orders, when `runs` is the target's order of what the
/// source has in order: what an insertion sort by merging moves past each other.
uint64_t Inversions(std::vector<size_t>& runs, size_t begin, size_t end) {
  if (end - begin < 2) {
    return 0;
  }
  const size_t middle = begin + (end - begin) / 2;
  uint64_t count = Inversions(runs, begin, middle) + Inversions(runs, middle, end);
  size_t behind = begin;
  for (size_t i = middle; i < end; ++i) {
    while (behind < middle && runs[behind] <= runs[i]) {
      ++behind;
    }
    count += middle - behind;
  }
  std::inplace_merge(runs.begin() + static_cast<ptrdiff_t>(begin),
                     runs.begin() + static_cast<ptrdiff_t>(middle),
                     runs.begin() + static_cast<ptrdiff_t>(end));
  return count;
}

/// Kendall's rank correlation. Two that one of the lists sorts alike are in order.
double CorrelationOf(const NamedList& source, const NamedList& target,
                     const std::vector<std::pair<size_t, size_t>>& both) {
  std::vector<std::pair<size_t, size_t>> runs;
  for (const auto& [mine, theirs] : both) {
    runs.emplace_back(source.runs[mine], target.runs[theirs]);
  }
  std::ranges::sort(runs);  // alike at the source: in the target's order
  std::vector<size_t> order;
  for (const auto& [mine, theirs] : runs) {
    order.push_back(theirs);
  }
  const uint64_t opposite = Inversions(order, 0, order.size());
  const double pairs =
      static_cast<double>(both.size()) * (static_cast<double>(both.size()) - 1) / 2;
  return opposite == 0 ? 1 : 1 - 2 * static_cast<double>(opposite) / pairs;
}

bool InLastRun(const NamedList& list, const std::vector<size_t>& places) {
  return std::ranges::all_of(places,
                             [&](size_t place) { return list.runs[place] == list.runs.back(); });
}

}  // namespace

std::optional<NamedList> DocumentsOf(const Tree& tree, uint32_t array) {
  const Reader read = [](const Tree& from, uint32_t element, std::string& name,
                         std::string& label) {
    const auto index = from.Find(element, "_index");
    const auto id = from.Find(element, "_id");
    if (!index || !id || !from.ScalarOf(*index) || !from.ScalarOf(*id)) {
      return false;
    }
    name = *from.ScalarOf(*index) + '\0' + *from.ScalarOf(*id);
    label = from.TextOf(*id);
    return true;
  };
  return Read(tree, array, read, SortAlike);
}

std::optional<NamedList> BucketsOf(const Tree& tree, uint32_t array) {
  const Reader read = [](const Tree& from, uint32_t element, std::string& name,
                         std::string& label) {
    const auto number = from.Find(element, "key");
    const auto key = number ? number : from.Find(element, "key_as_string");
    if (!key) {
      return false;
    }
    name = NameOf(from, *key);
    label = from.TextOf(from.Find(element, "key_as_string").value_or(*key));
    return true;
  };
  return Read(tree, array, read, nullptr);
}

std::optional<NamedList> OptionsOf(const Tree& tree, uint32_t array) {
  const Reader read = [](const Tree& from, uint32_t element, std::string& name,
                         std::string& label) {
    const auto text = from.Find(element, "text");
    if (!text) {
      return false;
    }
    name = NameOf(from, *text);
    for (const std::string_view key : {"_index", "_id"}) {
      if (const auto member = from.Find(element, key)) {
        name += '\0' + NameOf(from, *member);
      }
    }
    label = from.TextOf(*text);
    return true;
  };
  const Alike alike = [](const Tree& from, uint32_t a, uint32_t b) {
    return SortAlike(from, a, b) && TextOf(from, a, "score") == TextOf(from, b, "score") &&
           TextOf(from, a, "freq") == TextOf(from, b, "freq");
  };
  return Read(tree, array, read, alike);
}

bool NamedPairs::EndsByChance(const NamedList& source, const NamedList& target) const {
  return missing.size() == added.size() && InLastRun(source, missing) && InLastRun(target, added);
}

NamedPairs PairByName(const NamedList& source, const NamedList& target) {
  std::map<std::string_view, size_t> theirs;
  for (size_t i = 0; i < target.names.size(); ++i) {
    theirs.emplace(target.names[i], i);
  }
  NamedPairs pairs;
  for (size_t i = 0; i < source.names.size(); ++i) {
    if (const auto found = theirs.find(source.names[i]); found != theirs.end()) {
      pairs.both.emplace_back(i, found->second);
      theirs.erase(found);
    } else {
      pairs.missing.push_back(i);
    }
  }
  for (const auto& [name, place] : theirs) {
    pairs.added.push_back(place);
  }
  std::ranges::sort(pairs.added);
  pairs.overlap = {.source = source.names.size(),
                   .target = target.names.size(),
                   .both = pairs.both.size(),
                   .correlation = CorrelationOf(source, target, pairs.both)};
  return pairs;
}

std::string LabelsAt(const NamedList& list, const std::vector<size_t>& places) {
  std::string labels = "[";
  for (const size_t place : places) {
    labels += (labels.size() > 1 ? "," : "") + list.labels[place];
  }
  return labels + "]";
}

std::string LabelsOf(const NamedList& list) {
  std::string labels = "[";
  for (const std::string& label : list.labels) {
    labels += (labels.size() > 1 ? "," : "") + label;
  }
  return labels + "]";
}

}  // namespace trafrec::compare
