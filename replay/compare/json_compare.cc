// What differs between two JSON documents.
//
// Both are walked down side by side. Members are paired by name. Elements of arrays are paired by
// place from the front as long as they are equal, then from the back; what is left in the middle is
// paired by place again, and the longer side's rest is missing or added. Whether elements are equal
// is asked of fingerprints, made once, so that the cost stays linear however deep arrays lie in
// arrays. Lists of documents, as hits are, are paired by index and id. A fingerprint only chooses
// pairs; that two values are equal is never believed, each pair is walked. Rejected: the longest
// common subsequence, whose cost is the product of the lengths.

#include "replay/compare/json_compare.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "replay/compare/decimal.h"
#include "replay/compare/document_pairs.h"
#include "replay/compare/fingerprints.h"
#include "replay/compare/limits.h"
#include "replay/json/json_pointer.h"

namespace trafrec::compare {
namespace {

using json::Tree;
using json::Type;

/// The text between a key's quotes, its escapes as they are written.
std::string_view RawKeyOf(const Tree& tree, uint32_t member) {
  const json::Node& node = tree[member];
  return tree.text().substr(node.key_begin + 1, node.key_end - node.key_begin - 2);
}

/// A member of an object, to be found by its name.
struct Member {
  std::string_view raw;
  std::string unescaped{};  ///< if it has escapes
  uint32_t occurrence = 0;  ///< of that name, in order
  uint32_t node = 0;

  std::string_view Key() const { return unescaped.empty() ? raw : unescaped; }
  auto Place() const { return std::pair(Key(), occurrence); }
};

/// Those of an object from one of them on, by their names.
std::vector<Member> MembersFrom(const Tree& tree, uint32_t member, uint32_t end) {
  std::vector<Member> members;
  for (; member < end; member = tree[member].after) {
    const std::string_view raw = RawKeyOf(tree, member);
    members.push_back({.raw = raw, .node = member});
    if (raw.find('\\') != std::string_view::npos) {
      members.back().unescaped = tree.KeyOf(member);
    }
  }
  std::ranges::stable_sort(members, {}, &Member::Key);
  for (size_t i = 1; i < members.size(); ++i) {
    if (members[i].Key() == members[i - 1].Key()) {
      members[i].occurrence = members[i - 1].occurrence + 1;
    }
  }
  return members;
}

bool SameScalar(const Tree& source, uint32_t a, const Tree& target, uint32_t b) {
  const std::string_view text_a = source.TextOf(a);
  const std::string_view text_b = target.TextOf(b);
  if (text_a == text_b) {
    return true;
  }
  if (source.type(a) == Type::kString) {
    return json::Unquoted(text_a) == json::Unquoted(text_b);
  }
  if (source.type(a) != Type::kNumber) {
    return true;  // true, false and null are types
  }
  const std::optional<Decimal> value = ParseDecimal(text_a);
  return value && value == ParseDecimal(text_b);
}

/// The ids of documents, as a JSON array.
std::string IdsOf(const Tree& tree, const std::vector<uint32_t>& documents) {
  std::string ids = "[";
  for (const uint32_t document : documents) {
    ids += ids.size() > 1 ? "," : "";
    ids += tree.TextOf(*tree.Find(document, "_id"));
  }
  return ids + "]";
}

class Comparison {
 public:
  Comparison(const Tree& source, const Tree& target) : source_(source), target_(target) {}

  Differences Run() {
    Walk(Tree::kRoot, Tree::kRoot);
    return std::move(differences_);
  }

 private:
  /// json::limits::kDepth bounds the recursion.
  void Walk(uint32_t a, uint32_t b) {
    if (path_.size() < limits::kTextDepth && source_.TextOf(a) == target_.TextOf(b)) {
      return;
    }
    if (IsBoolean(source_.type(a)) && IsBoolean(target_.type(b))) {
      if (source_.type(a) != target_.type(b)) {
        Found(Kind::kValue, a, b);
      }
    } else if (source_.type(a) != target_.type(b)) {
      Found(Kind::kType, a, b);
    } else if (source_.type(a) == Type::kObject) {
      WalkObjects(a, b);
    } else if (source_.type(a) == Type::kArray) {
      WalkArrays(a, b);
    } else if (!SameScalar(source_, a, target_, b)) {
      Found(Kind::kValue, a, b);
    }
  }

  static bool IsBoolean(Type type) { return type == Type::kTrue || type == Type::kFalse; }

  /// Most servers write the members of an answer in one order: as long as they do, nothing is
  /// sorted.
  void WalkObjects(uint32_t a, uint32_t b) {
    uint32_t mine = a + 1;
    uint32_t theirs = b + 1;
    const uint32_t mine_end = source_[a].after;
    const uint32_t theirs_end = target_[b].after;
    while (mine < mine_end && theirs < theirs_end) {
      const std::string_view key = RawKeyOf(source_, mine);
      if (key != RawKeyOf(target_, theirs) || key.find('\\') != std::string_view::npos) {
        break;
      }
      At(key, [&] { Walk(mine, theirs); });
      mine = source_[mine].after;
      theirs = target_[theirs].after;
    }
    WalkMembers(MembersFrom(source_, mine, mine_end), MembersFrom(target_, theirs, theirs_end));
  }

  void WalkMembers(const std::vector<Member>& source, const std::vector<Member>& target) {
    auto mine = source.begin();
    auto theirs = target.begin();
    while (mine != source.end() || theirs != target.end()) {
      if (theirs == target.end() || (mine != source.end() && mine->Place() < theirs->Place())) {
        At(mine->Key(), [&] { Found(Kind::kMissing, mine->node, std::nullopt); });
        ++mine;
      } else if (mine == source.end() || theirs->Place() < mine->Place()) {
        At(theirs->Key(), [&] { Found(Kind::kAdded, std::nullopt, theirs->node); });
        ++theirs;
      } else {
        At(mine->Key(), [&] { Walk(mine->node, theirs->node); });
        ++mine;
        ++theirs;
      }
    }
  }

  void WalkArrays(uint32_t a, uint32_t b) {
    const std::vector<uint32_t> source = source_.ChildrenOf(a);
    const std::vector<uint32_t> target = target_.ChildrenOf(b);
    if (const auto documents = PairDocuments(source_, source, target_, target)) {
      WalkDocuments(source, target, *documents);
      return;
    }
    const size_t common = std::min(source.size(), target.size());
    size_t front = 0;
    size_t back = 0;
    if (source.size() != target.size()) {
      while (front < common && Alike(source[front], target[front])) {
        ++front;
      }
      while (front + back < common &&
             Alike(source[source.size() - 1 - back], target[target.size() - 1 - back])) {
        ++back;
      }
    }
    const size_t paired = common - back;  // from the front, by place
    for (size_t i = 0; i < paired; ++i) {
      At(i, i, [&] { Walk(source[i], target[i]); });
    }
    for (size_t i = paired; i < source.size() - back; ++i) {
      At(i, i, [&] { Found(Kind::kMissing, source[i], std::nullopt); });
    }
    for (size_t i = paired; i < target.size() - back; ++i) {
      At(i, i, [&] { Found(Kind::kAdded, std::nullopt, target[i]); });
    }
    for (size_t left = back; left > 0; --left) {
      const size_t mine = source.size() - left;
      const size_t theirs = target.size() - left;
      At(mine, theirs, [&] { Walk(source[mine], target[theirs]); });
    }
  }

  void WalkDocuments(const std::vector<uint32_t>& source, const std::vector<uint32_t>& target,
                     const DocumentPairs& pairs) {
    if (pairs.reordered) {
      Keep(Kind::kOrder, IdsOf(source_, source), IdsOf(target_, target));
    }
    for (const auto& [mine, theirs] : pairs.both) {
      At(mine, theirs, [&] { Walk(source[mine], target[theirs]); });
    }
    for (const size_t mine : pairs.missing) {
      At(mine, mine, [&] { Found(Kind::kMissing, source[mine], std::nullopt); });
    }
    for (const size_t theirs : pairs.added) {
      At(theirs, theirs, [&] { Found(Kind::kAdded, std::nullopt, target[theirs]); });
    }
  }

  /// Fingerprints are made when lists of differing lengths ask for them; most documents have none.
  bool Alike(uint32_t a, uint32_t b) {
    if (!source_prints_) {
      source_prints_.emplace(source_);
      target_prints_.emplace(target_);
    }
    return (*source_prints_)[a] == (*target_prints_)[b];
  }

  /// Does the work one step down, at a member's or at two elements' place.
  template <typename Work>
  void At(std::string_view key, const Work& work) {
    path_.push_back({.key = key, .is_member = true});
    work();
    path_.pop_back();
  }
  template <typename Work>
  void At(size_t mine, size_t theirs, const Work& work) {
    path_.push_back({.source = mine, .target = theirs});
    work();
    path_.pop_back();
  }

  void Found(Kind kind, std::optional<uint32_t> a, std::optional<uint32_t> b) {
    Keep(kind, a ? source_.TextOf(*a) : "", b ? target_.TextOf(*b) : "");
  }

  void Keep(Kind kind, std::string_view source, std::string_view target) {
    Difference difference{.kind = kind, .source = Shown(source), .target = Shown(target)};
    for (const Step& step : path_) {
      json::AppendToken(difference.source_pointer,
                        step.is_member ? step.key : std::to_string(step.source));
      json::AppendToken(difference.target_pointer,
                        step.is_member ? step.key : std::to_string(step.target));
    }
    differences_.Add(std::move(difference));
  }

  /// A token of both pointers: of a member its name, of elements their numbers.
  struct Step {
    std::string_view key{};
    size_t source = 0;
    size_t target = 0;
    bool is_member = false;
  };

  const Tree& source_;
  const Tree& target_;
  std::optional<Fingerprints> source_prints_;
  std::optional<Fingerprints> target_prints_;
  std::vector<Step> path_;  // to where the walk stands
  Differences differences_;
};

}  // namespace

Differences CompareJson(const Tree& source, const Tree& target) {
  if (source.text() == target.text()) {
    return {};
  }
  return Comparison(source, target).Run();
}

}  // namespace trafrec::compare
