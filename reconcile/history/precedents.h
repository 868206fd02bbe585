#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "reconcile/history/facts.h"
#include "reconcile/history/traits.h"
#include "replay/dialect/outcome.h"

namespace trafrec::reconcile {

class Understood;
struct History;

/// What the source took and refused, by what answers say: what is like that which it took, it
/// presumably takes. Bounded: what is too much is not learned, and then less is presumed.
class Precedents {
 public:
  /// An answered operation of a whole request.
  void Note(const dialect::Operation& operation, const dialect::Outcome& outcome,
            const Traits& traits, const Span& ran);
  /// The same of one of an exchange's operations, if it is one.
  void Note(Understood& understood, size_t operation);
  /// Mappings or settings of indices of that name may be others since.
  void NoteChange(const std::string& index, const Span& ran) { changes_[index].push_back(ran); }

  /// Whether a document with a field of that name was taken.
  bool HasField(const std::string& index, std::string_view name) const;

  /// Tells each question whether the like of it was taken, once all is noted.
  void Judge(History& history);

  /// Whether an answer says that the source took what the operation asked for: what conflicts with
  /// another write it had read as a whole.
  static bool WasTaken(const dialect::Operation& operation, const dialect::Outcome& outcome);

 private:
  static constexpr TimeNs kNever = std::numeric_limits<TimeNs>::max();

  /// Values of one kind that were taken.
  struct Taken {
    Print field = 0;
    TimeNs since = kNever;  ///< by then as many different ones as are needed
    uint64_t times = 0;
    uint64_t refused = 0;  ///< in what was refused though the like of it was taken
    /// Different ones, so many as are needed at most, and when each was taken first.
    std::vector<std::pair<Print, TimeNs>> values{};

    TimeNs Since(Print value) const;
  };
  /// By trait; of one index, and one pipeline. Of what is no document: of no index, and an API.
  using Kinds = std::unordered_map<Print, Taken>;

  /// Whether an index takes anything, and with or without routing.
  struct Place {
    TimeNs unrouted_since = kNever;
    TimeNs routed_since = kNever;
    TimeNs last_taken = std::numeric_limits<TimeNs>::min();
    /// In which it may have refused everything: it was closed, blocked, or not there.
    std::vector<Span> shut{};
  };
  using Group = std::pair<std::string, std::string>;  ///< index and pipeline

  void NoteMaking(const Understood& understood, const dialect::Outcome& outcome);
  void Take(const Group& group, const Traits& traits, const Span& ran);
  void Refuse(const Group& group, Traits traits);
  template <typename Map>
  static auto* Find(Map& kinds, const Trait& trait);
  bool Covers(const Group& group, const Trait& trait, const Span& runs) const;
  bool HasChanged(const std::string& index, TimeNs from, TimeNs until) const;
  bool TakesPlace(const std::string& index, const Question& question, const Span& runs) const;
  void BlameRefused(const History& history);

  std::map<std::string, Place> places_;
  std::map<Group, Kinds> taken_;
  std::map<std::string, std::vector<Span>> changes_;
  std::vector<std::pair<Group, Traits>> refused_;
  size_t kinds_ = 0;
  bool too_many_refused_ = false;
};

}  // namespace trafrec::reconcile
