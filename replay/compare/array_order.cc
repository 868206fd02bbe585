#include "replay/compare/array_order.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "replay/compare/decimal.h"
#include "replay/json/json_pointer.h"

namespace trafrec::compare {
namespace {

using json::Tree;
using json::Type;
using Orders = std::map<uint32_t, std::vector<uint32_t>>;

/// A text that two values have in common if the rules see no difference between them.
class Canon {
 public:
  Canon(const RulesHere& rules, const Tree& tree) : rules_(rules), tree_(tree) {}

  std::string Of(uint32_t node, Tokens& place) const {
    switch (tree_.type(node)) {
      case Type::kObject:
        return OfObject(node, place);
      case Type::kArray:
        return OfArray(node, place);
      case Type::kString:
        return json::Quoted(json::Unquoted(tree_.TextOf(node)));
      case Type::kNumber:
        return OfNumber(tree_.TextOf(node), place);
      default:
        return std::string(tree_.TextOf(node));
    }
  }

 private:
  std::string OfObject(uint32_t node, Tokens& place) const {
    std::vector<std::string> members;
    for (const uint32_t child : tree_.ChildrenOf(node)) {
      place.push_back(tree_.KeyOf(child));
      if (!rules_.Ignored(place)) {
        members.push_back(json::Quoted(place.back()) + ":" + Of(child, place));
      }
      place.pop_back();
    }
    std::ranges::stable_sort(members);
    return Joined('{', members, '}');
  }

  std::string OfArray(uint32_t node, Tokens& place) const {
    std::vector<std::string> elements;
    const bool sorted = rules_.SortAt(place) != nullptr;
    for (const uint32_t child : tree_.ChildrenOf(node)) {
      place.push_back(std::to_string(elements.size()));
      elements.push_back(Of(child, place));
      place.pop_back();
    }
    if (sorted) {
      std::ranges::sort(elements);
    }
    return Joined('[', elements, ']');
  }

  std::string OfNumber(std::string_view text, const Tokens& place) const {
    std::optional<Decimal> number = ParseDecimal(text);
    if (!number) {
      return std::string(text);
    }
    if (const Rule* round = rules_.RoundAt(place)) {
      number = Rounded(std::move(*number), round->digits);
    }
    return (number->negative ? "-" : "") + number->digits + "e" + std::to_string(number->exponent);
  }

  static std::string Joined(char open, const std::vector<std::string>& parts, char close) {
    std::string out(1, open);
    for (const std::string& part : parts) {
      out += part;
      out += ',';
    }
    return out + close;
  }

  const RulesHere& rules_;
  const Tree& tree_;
};

/// Walks down both documents side by side, and pairs the elements of the rule's arrays.
class Pairing {
 public:
  Pairing(const RulesHere& rules, const Rule& rule, const Tree& source, const Tree& target)
      : rule_(rule),
        by_(json::TokensOf(rule.by)),
        source_(source),
        target_(target),
        source_canon_(rules, source),
        target_canon_(rules, target) {}

  void Walk(uint32_t a, uint32_t b) {
    if (source_.TextOf(a) == target_.TextOf(b)) {
      return;
    }
    if (source_.type(a) == Type::kObject && target_.type(b) == Type::kObject) {
      for (const uint32_t child : source_.ChildrenOf(a)) {
        const std::string key = source_.KeyOf(child);
        if (const auto partner = target_.Find(b, key)) {
          Below(key, child, *partner);
        }
      }
    } else if (source_.type(a) == Type::kArray && target_.type(b) == Type::kArray) {
      WalkElements(a, b);
    }
  }

  const Orders& source() const { return source_orders_; }
  const Orders& target() const { return target_orders_; }

 private:
  void WalkElements(uint32_t a, uint32_t b) {
    std::vector<uint32_t> mine = source_.ChildrenOf(a);
    std::vector<uint32_t> theirs = target_.ChildrenOf(b);
    if (rule_.place.IsAt(place_)) {
      const std::vector<uint32_t> mine_before = mine;
      const std::vector<uint32_t> theirs_before = theirs;
      Pair(mine, theirs);
      if (mine != mine_before || theirs != theirs_before) {
        source_orders_[a] = mine;
        target_orders_[b] = theirs;
      }
    }
    for (size_t i = 0; i < std::min(mine.size(), theirs.size()); ++i) {
      Below(std::to_string(i), mine[i], theirs[i]);
    }
  }

  /// Those that both have to the front, the others behind them.
  void Pair(std::vector<uint32_t>& mine, std::vector<uint32_t>& theirs) {
    std::map<std::string, std::deque<uint32_t>> by_name;
    for (size_t i = 0; i < theirs.size(); ++i) {
      by_name[NameOf(target_, target_canon_, theirs[i], i)].push_back(theirs[i]);
    }
    std::vector<uint32_t> paired;
    std::vector<uint32_t> left;
    std::vector<uint32_t> partners;
    for (size_t i = 0; i < mine.size(); ++i) {
      std::deque<uint32_t>& named = by_name[NameOf(source_, source_canon_, mine[i], i)];
      if (named.empty()) {
        left.push_back(mine[i]);
        continue;
      }
      paired.push_back(mine[i]);
      partners.push_back(named.front());
      named.pop_front();
    }
    const std::set<uint32_t> taken(partners.begin(), partners.end());
    std::ranges::copy_if(theirs, std::back_inserter(partners),
                         [&](uint32_t node) { return !taken.contains(node); });
    paired.insert(paired.end(), left.begin(), left.end());
    mine = std::move(paired);
    theirs = std::move(partners);
  }

  /// What an element is paired by. One without that is paired by all of it.
  std::string NameOf(const Tree& tree, const Canon& canon, uint32_t element, size_t number) {
    const std::optional<uint32_t> name = rule_.by.empty() ? std::nullopt : Find(tree, element, by_);
    const size_t before = place_.size();
    place_.push_back(std::to_string(number));
    if (name) {
      place_.insert(place_.end(), by_.begin(), by_.end());
    }
    std::string text = canon.Of(name.value_or(element), place_);
    place_.resize(before);
    return (name ? "=" : "?") + text;
  }

  static std::optional<uint32_t> Find(const Tree& tree, uint32_t element, const Tokens& tokens) {
    std::optional<uint32_t> node = element;
    for (size_t i = 0; i < tokens.size() && node; ++i) {
      node = tree.Find(*node, tokens[i]);
    }
    return node;
  }

  void Below(const std::string& token, uint32_t mine, uint32_t theirs) {
    place_.push_back(token);
    Walk(mine, theirs);
    place_.pop_back();
  }

  const Rule& rule_;
  const Tokens by_;
  const Tree& source_;
  const Tree& target_;
  const Canon source_canon_;
  const Canon target_canon_;
  Tokens place_;
  Orders source_orders_;
  Orders target_orders_;
};

}  // namespace

std::optional<std::pair<Rewritten, Rewritten>> InOneOrder(const RulesHere& rules, const Rule& rule,
                                                          const Tree& source, const Tree& target) {
  Pairing pairing(rules, rule, source, target);
  pairing.Walk(Tree::kRoot, Tree::kRoot);
  if (pairing.source().empty()) {
    return std::nullopt;
  }
  return std::pair(Reordered(source, pairing.source()), Reordered(target, pairing.target()));
}

}  // namespace trafrec::compare
