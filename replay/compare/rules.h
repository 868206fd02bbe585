#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "replay/compare/difference.h"
#include "replay/compare/pointer_pattern.h"
#include "replay/compare/rule_condition.h"

namespace trafrec::compare {

/// How a rule decides what is no news.
enum class Action : uint8_t {
  kIgnore,     ///< anything
  kTolerance,  ///< numbers that are near each other
  kRound,      ///< numbers that are the same with fewer digits
  kSort,       ///< the order of an array
  kMap,        ///< a value of the source, and the one that the target has in its place
  kJq,         ///< what a program takes out of both bodies
};
inline constexpr size_t kActions = 6;

/// "ignore", "tolerance", "round", "sort", "map", "jq": the tables of a rules file.
std::string_view NameOf(Action action);

class SharedProgram;

/// A difference that nobody wants to hear of, and why. All that is said must fit. A rule hides what
/// was found; it never makes differences.
struct Rule {
  Action action = Action::kIgnore;
  std::string name{};  ///< "search.took"; a person's own are named by their pattern
  std::string why{};
  std::string origin{};  ///< "rules.toml, line 3", "--ignore"; "" of a default, and of noise
  bool learned = false;  ///< from noise: told apart
  Part part = Part::kBody;
  PointerPattern place{};
  std::optional<Kind> kind{};                   ///< nothing: any
  std::shared_ptr<const RuleCondition> when{};  ///< null: all exchanges
  /// kTolerance: by how much numbers may differ, and by which share of the larger one; the wider of
  /// both counts.
  double absolute = 0;
  double relative = 0;
  int64_t digits = 0;  ///< kRound: behind the point; negative: before it
  std::string by{};    ///< kSort: a pointer in each element to what names it; "": the whole
  /// kMap: at the source, and at the target. A '*' is any text, the same on both sides.
  std::vector<std::pair<std::string, std::string>> values{};
  bool keys = false;                          ///< kMap: of the names of members, not of values
  std::string program{};                      ///< kJq
  std::shared_ptr<SharedProgram> compiled{};  ///< the same

  /// Of what needs no more than the difference: not kSort, kJq. `tokens` are those of
  /// PointerOf(difference). A rule of bodies is one of each line that is JSON.
  bool Hides(const Difference& difference, std::span<const std::string> tokens) const;
  /// Whether somebody wrote it.
  bool is_own() const { return !origin.empty(); }
};

/// What a kMap rule says that the target has in the place of a text, most of the time one.
std::vector<std::string> MappedTo(const Rule& rule, std::string_view source);

/// The rules that are in force for one pair of answers: those of a list whose conditions it fits.
/// Borrows the list.
class RulesHere {
 public:
  RulesHere() = default;
  RulesHere(const std::vector<Rule>& rules, const ExchangeFacts& facts);

  /// The first rule that hides it; nothing: it is to be told.
  std::optional<uint32_t> FindRule(const Difference& difference) const;
  /// Sets Difference::rule of those that have none.
  void Judge(Differences& differences) const;

  /// Whether any rule acts like that.
  bool Have(Action action) const { return have_[static_cast<size_t>(action)]; }
  /// Whether any of them makes bodies anew.
  bool make_anew() const { return Have(Action::kMap) || Have(Action::kSort) || Have(Action::kJq); }
  /// Whether a rule hides anything that may differ at a place of a body.
  bool Ignored(std::span<const std::string> tokens) const;
  /// The first kRound rule for a place in a body, or for one that it lies in; null: none.
  const Rule* RoundAt(std::span<const std::string> tokens) const;
  /// The first kSort rule for an array at a place; null: none.
  const Rule* SortAt(std::span<const std::string> tokens) const;
  const std::vector<uint32_t>& active() const { return active_; }
  const Rule& operator[](uint32_t rule) const { return (*rules_)[rule]; }

 private:
  template <typename Predicate>
  const Rule* FindOf(Action action, const Predicate& fits) const;

  const std::vector<Rule>* rules_ = nullptr;
  std::vector<uint32_t> active_;
  bool have_[kActions] = {};
};

}  // namespace trafrec::compare
