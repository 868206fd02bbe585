#include "replay/compare/search_answer_compare.h"

#include <optional>
#include <span>
#include <string_view>

#include "replay/compare/decimal.h"
#include "replay/compare/json_walk.h"
#include "replay/compare/named_list.h"

namespace trafrec::compare {
namespace {

using Asked = dialect::Kind;
using json::Tree;
using json::Type;

/// What a place of an answer means.
enum class Role : uint8_t {
  kPlain,
  kOutcome,    ///< what became of an operation, or an error
  kByPlace,    ///< an array in the order of the request
  kHits,       ///< total, and the list
  kTotal,      ///< how many were found
  kDocuments,  ///< the list of hits
  kBuckets,    ///< of an aggregation
  kOptions,    ///< of a suggestion
};

class SearchWalk final : public JsonWalk {
 public:
  SearchWalk(Asked kind, const Tree& source, const Tree& target)
      : JsonWalk(source, target), kind_(kind) {}

 private:
  using Path = std::span<const Step>;

  bool Understands(uint32_t a, uint32_t b) override;

  static bool Is(Path path, size_t at, std::string_view key) {
    return path.size() > at && path[at].is_member && path[at].key == key;
  }
  Role RoleOf(Path path) const;
  static Role RoleInSearch(Path path);
  static Role RoleInHits(Path path);
  static Role RoleInAggregations(Path path);

  bool Outcomes(uint32_t a, uint32_t b);
  bool Total(uint32_t a, uint32_t b);
  bool Named(uint32_t a, uint32_t b, Role role);
  void Errors(uint32_t a, uint32_t b);
  void SameMember(uint32_t a, uint32_t b, std::string_view key);

  Asked kind_;
  bool cut_ = false;  ///< both lists of the hits where the walk stands hold not all that was found
};

bool SearchWalk::Understands(uint32_t a, uint32_t b) {
  const Role role = RoleOf(path());
  const bool objects = source().type(a) == Type::kObject && target().type(b) == Type::kObject;
  const bool arrays = source().type(a) == Type::kArray && target().type(b) == Type::kArray;
  switch (role) {
    case Role::kPlain:
      return false;
    case Role::kOutcome:
      return objects && Outcomes(a, b);
    case Role::kByPlace:
      if (arrays) {
        WalkByPlace(a, b);
      }
      return arrays;
    case Role::kHits: {
      const auto is_cut = [](const Tree& tree, uint32_t hits) {
        const auto list = tree.Find(hits, "hits");
        const auto total = tree.Find(hits, "total");
        const auto value =
            total && tree.type(*total) == Type::kObject ? tree.Find(*total, "value") : total;
        const auto number = value ? ApproximateOf(tree.TextOf(*value)) : std::nullopt;
        // Who did not count them cannot say that these are all.
        return list && (!number || *number > static_cast<double>(tree.ChildrenOf(*list).size()));
      };
      cut_ = objects && is_cut(source(), a) && is_cut(target(), b);
      return false;
    }
    case Role::kTotal:
      return Total(a, b);
    case Role::kDocuments:
    case Role::kBuckets:
    case Role::kOptions:
      return Named(a, b, role);
  }
  return false;
}

Role SearchWalk::RoleOf(Path path) const {
  switch (kind_) {
    case Asked::kBulk:
      return Is(path, 0, "items") && path.size() == 1   ? Role::kByPlace
             : Is(path, 0, "items") && path.size() == 3 ? Role::kOutcome
             : path.empty()                             ? Role::kOutcome
                                                        : Role::kPlain;
    case Asked::kMultiGet:
      return Is(path, 0, "docs") && path.size() == 1   ? Role::kByPlace
             : Is(path, 0, "docs") && path.size() == 2 ? Role::kOutcome
             : path.empty()                            ? Role::kOutcome
                                                       : Role::kPlain;
    case Asked::kMultiSearch:
      if (Is(path, 0, "responses")) {
        return path.size() == 1 ? Role::kByPlace : RoleInSearch(path.subspan(2));
      }
      return path.empty() ? Role::kOutcome : Role::kPlain;
    case Asked::kSearch:
    case Asked::kUseContext:
      return RoleInSearch(Is(path, 0, "response") ? path.subspan(1) : path);  // an asynchronous one
    default:
      return path.empty() ? Role::kOutcome : Role::kPlain;
  }
}

Role SearchWalk::RoleInSearch(Path path) {
  if (path.empty()) {
    return Role::kOutcome;
  }
  if (Is(path, 0, "hits")) {
    return RoleInHits(path.subspan(1));
  }
  if (Is(path, 0, "aggregations")) {
    return RoleInAggregations(path.subspan(1));
  }
  // suggest, its name, the number of the text's piece, options
  return Is(path, 0, "suggest") && Is(path, 3, "options") && path.size() == 4 ? Role::kOptions
                                                                              : Role::kPlain;
}

/// Below the object `hits`: of an answer, of inner hits, of the aggregation top_hits.
Role SearchWalk::RoleInHits(Path path) {
  if (path.empty()) {
    return Role::kHits;
  }
  if (Is(path, 0, "total")) {
    return path.size() == 1 ? Role::kTotal : Role::kPlain;
  }
  if (!Is(path, 0, "hits")) {
    return Role::kPlain;
  }
  if (path.size() == 1) {
    return Role::kDocuments;
  }
  return Is(path, 2, "inner_hits") && Is(path, 4, "hits") ? RoleInHits(path.subspan(5))
                                                          : Role::kPlain;
}

/// Names of aggregations, and what they hold, in turns.
Role SearchWalk::RoleInAggregations(Path path) {
  for (size_t at = 1; at < path.size(); ++at) {
    if (Is(path, at, "hits")) {
      return RoleInHits(path.subspan(at + 1));
    }
    if (Is(path, at, "buckets")) {
      if (at + 1 == path.size()) {
        return Role::kBuckets;
      }
      at += 2;  // the bucket, and the name of an aggregation in it
    }
  }
  return Role::kPlain;
}

/// If both have it: compares it.
void SearchWalk::SameMember(uint32_t a, uint32_t b, std::string_view key) {
  const auto mine = source().Find(a, key);
  const auto theirs = target().Find(b, key);
  if (mine && theirs) {
    At(key, [&] { Walk(*mine, *theirs); });
  }
}

bool SearchWalk::Outcomes(uint32_t a, uint32_t b) {
  const auto mine = source().Find(a, "error");
  const auto theirs = target().Find(b, "error");
  if (mine.has_value() != theirs.has_value()) {
    SameMember(a, b, "status");  // of an item
    At("error", [&] { Found(mine ? Kind::kMissing : Kind::kAdded, mine, theirs); });
    return true;
  }
  const auto type = [](const Tree& tree, std::optional<uint32_t> error) {
    return error && tree.type(*error) == Type::kObject ? tree.Find(*error, "type") : std::nullopt;
  };
  const auto my_type = type(source(), mine);
  const auto their_type = type(target(), theirs);
  if (my_type && their_type && source().TextOf(*my_type) != target().TextOf(*their_type)) {
    SameMember(a, b, "status");
    At("error", [&] { At("type", [&] { Walk(*my_type, *their_type); }); });
    return true;
  }
  const auto found = source().Find(a, "found");
  const auto theirs_found = target().Find(b, "found");
  if (found && theirs_found && source().type(*found) != target().type(*theirs_found)) {
    At("found", [&] { Walk(*found, *theirs_found); });
    return true;
  }
  return false;
}

/// A number of Elasticsearch 6 (or of rest_total_hits_as_int) beside an object is told as that; if
/// they do not say the same, the value as well.
bool SearchWalk::Total(uint32_t a, uint32_t b) {
  const bool number_first = source().type(a) == Type::kNumber;
  const Tree& counted = number_first ? source() : target();
  const Tree& described = number_first ? target() : source();
  const uint32_t number = number_first ? a : b;
  const uint32_t object = number_first ? b : a;
  if (counted.type(number) != Type::kNumber || described.type(object) != Type::kObject) {
    return false;
  }
  Found(Kind::kType, a, b);
  const auto value = described.Find(object, "value");
  const auto relation = described.Find(object, "relation");
  const bool at_least = relation && described.ScalarOf(*relation) == "gte";
  if (!value || ParseDecimal(counted.TextOf(number)) == ParseDecimal(described.TextOf(*value))) {
    return true;
  }
  const auto most = ApproximateOf(counted.TextOf(number));
  const auto least = ApproximateOf(described.TextOf(*value));
  if (!at_least || !most || !least || *most < *least) {
    At("value", [&] { Found(Kind::kValue, number_first ? a : *value, number_first ? *value : b); });
  }
  return true;
}

bool SearchWalk::Named(uint32_t a, uint32_t b, Role role) {
  const auto read = role == Role::kBuckets   ? BucketsOf
                    : role == Role::kOptions ? OptionsOf
                                             : DocumentsOf;
  const auto mine = read(source(), a);
  const auto theirs = read(target(), b);
  if (!mine || !theirs) {
    return false;
  }
  NamedPairs pairs = PairByName(*mine, *theirs);
  if (role == Role::kDocuments && cut_ && pairs.EndsByChance(*mine, *theirs)) {
    pairs.missing.clear();
    pairs.added.clear();
  }
  WalkNamed(a, b, *mine, *theirs, pairs);
  return true;
}

}  // namespace

Differences CompareSearchAnswers(dialect::Kind kind, const Tree& source, const Tree& target) {
  return source.text() == target.text() ? Differences{} : SearchWalk(kind, source, target).Run();
}

}  // namespace trafrec::compare
