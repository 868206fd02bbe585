#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "replay/compare/difference.h"
#include "replay/compare/fingerprints.h"
#include "replay/compare/named_list.h"
#include "replay/json/json_tree.h"

namespace trafrec::compare {

/// Goes down two JSON documents side by side and keeps what differs (json_compare.h). Who knows
/// what a place means derives from it and compares that place in its own way. Borrows both trees.
class JsonWalk {
 public:
  JsonWalk(const json::Tree& source, const json::Tree& target) : source_(source), target_(target) {}
  JsonWalk(const JsonWalk&) = delete;
  JsonWalk& operator=(const JsonWalk&) = delete;
  virtual ~JsonWalk() = default;

  Differences Run();

 protected:
  /// A token of both pointers: of members their names, of elements their numbers.
  struct Step {
    std::string_view key{};
    std::string_view target_key{};
    size_t source = 0;
    size_t target = 0;
    bool is_member = false;
  };

  /// Asked of two values that are not the same text: whether it compared them. Else they are
  /// compared by what their JSON says.
  virtual bool Understands(uint32_t /*a*/, uint32_t /*b*/) { return false; }

  const json::Tree& source() const { return source_; }
  const json::Tree& target() const { return target_; }
  /// To where the walk stands.
  std::span<const Step> path() const { return path_; }

  /// json::limits::kDepth bounds the recursion.
  void Walk(uint32_t a, uint32_t b);
  /// By what their JSON says, whatever the place means.
  void WalkPlainly(uint32_t a, uint32_t b);
  /// Pairs the elements of two arrays by their places only.
  void WalkByPlace(uint32_t a, uint32_t b);
  /// Pairs them by their names; lists that hold others, or in another order, are one difference.
  void WalkNamed(uint32_t a, uint32_t b, const NamedList& mine, const NamedList& theirs,
                 const NamedPairs& pairs);

  /// Does the work one step down, at a member's or at two elements' place.
  template <typename Work>
  void At(std::string_view key, const Work& work) {
    At(key, key, work);
  }
  template <typename Work>
  void At(std::string_view mine, std::string_view theirs, const Work& work) {
    path_.push_back({.key = mine, .target_key = theirs, .is_member = true});
    work();
    path_.pop_back();
  }
  template <typename Work>
  void At(size_t mine, size_t theirs, const Work& work) {
    path_.push_back({.source = mine, .target = theirs});
    work();
    path_.pop_back();
  }

  void Found(Kind kind, std::optional<uint32_t> a, std::optional<uint32_t> b);
  /// At the place where the walk stands.
  void Keep(Difference difference);

 private:
  struct Member;

  static std::vector<Member> MembersFrom(const json::Tree& tree, uint32_t member, uint32_t end);
  void WalkObjects(uint32_t a, uint32_t b);
  void WalkMembers(const std::vector<Member>& source, const std::vector<Member>& target);
  void WalkArrays(uint32_t a, uint32_t b);
  void WalkAround(const std::vector<uint32_t>& source, const std::vector<uint32_t>& target,
                  size_t back);
  bool Alike(uint32_t a, uint32_t b);

  const json::Tree& source_;
  const json::Tree& target_;
  std::optional<Fingerprints> source_prints_;
  std::optional<Fingerprints> target_prints_;
  std::vector<Step> path_;
  Differences differences_;
};

}  // namespace trafrec::compare
