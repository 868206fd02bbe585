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
#include <tuple>
#include <vector>

#include "replay/compare/decimal.h"
#include "replay/compare/document_pairs.h"
#include "replay/compare/fingerprints.h"
#include "replay/json/json_pointer.h"

namespace trafrec::compare {
namespace {

using json::Tree;
using json::Type;

/// A member of an object, to be found by its name.
struct Member {
  std::string key;
  uint32_t occurrence = 0;  ///< of that name, in order
  uint32_t node = 0;

  auto Place() const { return std::tie(key, occurrence); }
};

std::vector<Member> MembersOf(const Tree& tree, uint32_t object) {
  std::vector<Member> members;
  for (const uint32_t child : tree.ChildrenOf(object)) {
    members.push_back({.key = tree.KeyOf(child), .node = child});
  }
  std::ranges::stable_sort(members, {}, &Member::key);
  for (size_t i = 1; i < members.size(); ++i) {
    if (members[i].key == members[i - 1].key) {
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

  void WalkObjects(uint32_t a, uint32_t b) {
    const std::vector<Member> source = MembersOf(source_, a);
    const std::vector<Member> target = MembersOf(target_, b);
    auto mine = source.begin();
    auto theirs = target.begin();
    while (mine != source.end() || theirs != target.end()) {
      if (theirs == target.end() || (mine != source.end() && mine->Place() < theirs->Place())) {
        At(mine->key, mine->key, [&] { Found(Kind::kMissing, mine->node, std::nullopt); });
        ++mine;
      } else if (mine == source.end() || theirs->Place() < mine->Place()) {
        At(theirs->key, theirs->key, [&] { Found(Kind::kAdded, std::nullopt, theirs->node); });
        ++theirs;
      } else {
        At(mine->key, mine->key, [&] { Walk(mine->node, theirs->node); });
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

  template <typename Work>
  void At(std::string_view mine, std::string_view theirs, const Work& work) {
    const size_t source_before = source_pointer_.size();
    const size_t target_before = target_pointer_.size();
    json::AppendToken(source_pointer_, mine);
    json::AppendToken(target_pointer_, theirs);
    work();
    source_pointer_.resize(source_before);
    target_pointer_.resize(target_before);
  }
  template <typename Work>
  void At(size_t mine, size_t theirs, const Work& work) {
    At(std::to_string(mine), std::to_string(theirs), work);
  }

  void Found(Kind kind, std::optional<uint32_t> a, std::optional<uint32_t> b) {
    Keep(kind, a ? source_.TextOf(*a) : "", b ? target_.TextOf(*b) : "");
  }

  void Keep(Kind kind, std::string_view source, std::string_view target) {
    differences_.Add({.kind = kind,
                      .source_pointer = source_pointer_,
                      .target_pointer = target_pointer_,
                      .source = Shown(source),
                      .target = Shown(target)});
  }

  const Tree& source_;
  const Tree& target_;
  std::optional<Fingerprints> source_prints_;
  std::optional<Fingerprints> target_prints_;
  std::string source_pointer_;  // where the walk stands
  std::string target_pointer_;
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
