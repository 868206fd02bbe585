// What differs between two JSON documents.
//
// Both are walked down side by side. Members are paired by name. Elements of arrays are paired by
// place from the front as long as they are equal, then from the back; what is left in the middle is
// paired by place again, and the longer side's rest is missing or added. Whether elements are equal
// is asked of fingerprints, made once, so that the cost stays linear however deep arrays lie in
// arrays. Lists of documents, as hits are, are paired by index and id (named_list.h). A fingerprint
// only chooses pairs; that two values are equal is never believed, each pair is walked. Rejected:
// the longest common subsequence, whose cost is the product of the lengths.

#include "replay/compare/json_walk.h"

#include <algorithm>
#include <utility>

#include "replay/compare/decimal.h"
#include "replay/compare/limits.h"
#include "replay/json/json_pointer.h"

namespace trafrec::compare {

using json::Tree;
using json::Type;

/// A member of an object, to be found by its name.
struct JsonWalk::Member {
  std::string_view raw;
  std::string unescaped{};  ///< if it has escapes
  uint32_t occurrence = 0;  ///< of that name, in order
  uint32_t node = 0;

  std::string_view Key() const { return unescaped.empty() ? raw : unescaped; }
  auto Place() const { return std::pair(Key(), occurrence); }
};

namespace {

/// The text between a key's quotes, its escapes as they are written.
std::string_view RawKeyOf(const Tree& tree, uint32_t member) {
  const json::Node& node = tree[member];
  return tree.text().substr(node.key_begin + 1, node.key_end - node.key_begin - 2);
}

bool IsBoolean(Type type) { return type == Type::kTrue || type == Type::kFalse; }

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

}  // namespace

/// Those of an object from one of them on, by their names.
std::vector<JsonWalk::Member> JsonWalk::MembersFrom(const Tree& tree, uint32_t member,
                                                    uint32_t end) {
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

Differences JsonWalk::Run() {
  Walk(Tree::kRoot, Tree::kRoot);
  return std::move(differences_);
}

void JsonWalk::Walk(uint32_t a, uint32_t b) {
  if (path_.size() < limits::kTextDepth && source_.TextOf(a) == target_.TextOf(b)) {
    return;
  }
  if (!Understands(a, b)) {
    WalkPlainly(a, b);
  }
}

void JsonWalk::WalkPlainly(uint32_t a, uint32_t b) {
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

/// Most servers write the members of an answer in one order: as long as they do, nothing is
/// sorted.
void JsonWalk::WalkObjects(uint32_t a, uint32_t b) {
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

void JsonWalk::WalkMembers(const std::vector<Member>& source, const std::vector<Member>& target) {
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

void JsonWalk::WalkArrays(uint32_t a, uint32_t b) {
  if (const auto mine = DocumentsOf(source_, a)) {
    if (const auto theirs = DocumentsOf(target_, b)) {
      WalkNamed(a, b, *mine, *theirs, PairByName(*mine, *theirs));
      return;
    }
  }
  const std::vector<uint32_t> source = source_.ChildrenOf(a);
  const std::vector<uint32_t> target = target_.ChildrenOf(b);
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
  WalkAround(source, target, back);
}

void JsonWalk::WalkByPlace(uint32_t a, uint32_t b) {
  WalkAround(source_.ChildrenOf(a), target_.ChildrenOf(b), 0);
}

/// Pairs from the front by place, but for the last `back` ones, which are paired from the back.
void JsonWalk::WalkAround(const std::vector<uint32_t>& source, const std::vector<uint32_t>& target,
                          size_t back) {
  const size_t paired = std::min(source.size(), target.size()) - back;
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

void JsonWalk::WalkNamed(uint32_t a, uint32_t b, const NamedList& mine, const NamedList& theirs,
                         const NamedPairs& pairs) {
  if (!pairs.missing.empty() || !pairs.added.empty()) {
    Keep({.kind = Kind::kOverlap,
          .source = Shown(LabelsAt(mine, pairs.missing)),
          .target = Shown(LabelsAt(theirs, pairs.added)),
          .overlap = pairs.overlap});
  } else if (pairs.overlap.correlation < 1) {
    Keep({.kind = Kind::kOrder,
          .source = Shown(LabelsOf(mine)),
          .target = Shown(LabelsOf(theirs)),
          .overlap = pairs.overlap});
  }
  const std::vector<uint32_t> source = source_.ChildrenOf(a);
  const std::vector<uint32_t> target = target_.ChildrenOf(b);
  for (const auto& [at, there] : pairs.both) {
    At(at, there, [&] { Walk(source[at], target[there]); });
  }
}

/// Fingerprints are made when lists of differing lengths ask for them; most documents have none.
bool JsonWalk::Alike(uint32_t a, uint32_t b) {
  if (!source_prints_) {
    source_prints_.emplace(source_);
    target_prints_.emplace(target_);
  }
  return (*source_prints_)[a] == (*target_prints_)[b];
}

void JsonWalk::Found(Kind kind, std::optional<uint32_t> a, std::optional<uint32_t> b) {
  auto [source, target] = ShownWhereTheyDiffer(a ? source_.TextOf(*a) : std::string_view(),
                                               b ? target_.TextOf(*b) : std::string_view());
  Keep({.kind = kind, .source = std::move(source), .target = std::move(target)});
}

void JsonWalk::Keep(Difference difference) {
  for (const Step& step : path_) {
    json::AppendToken(difference.source_pointer,
                      step.is_member ? step.key : std::to_string(step.source));
    json::AppendToken(difference.target_pointer,
                      step.is_member ? step.target_key : std::to_string(step.target));
  }
  differences_.Add(std::move(difference));
}

}  // namespace trafrec::compare
