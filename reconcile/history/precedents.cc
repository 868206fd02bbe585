#include "reconcile/history/precedents.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "reconcile/history/history.h"
#include "reconcile/history/limits.h"
#include "reconcile/history/mutation_facts.h"
#include "reconcile/history/understood.h"
#include "replay/dialect/key.h"
#include "replay/recorded/request.h"

namespace trafrec::reconcile {
namespace {

using dialect::Fate;
using dialect::Kind;

/// Refusals that say of the index that it takes nothing now.
constexpr std::array<std::string_view, 3> kShut = {
    "cluster_block_exception", "index_closed_exception", "index_not_found_exception"};

/// Of what looks alike so much more was taken than refused that it is presumed to be taken.
constexpr uint64_t kTakenForEachRefused = 200;

/// A name of more bytes no document has (512).
constexpr size_t kIdBytes = 512;

bool IsShut(const dialect::Outcome& outcome) {
  return std::ranges::find(kShut, outcome.error) != kShut.end();
}

}  // namespace

bool Precedents::WasTaken(const dialect::Operation& operation, const dialect::Outcome& outcome) {
  switch (outcome.fate) {
    case Fate::kCreated:
    case Fate::kUpdated:
    case Fate::kDeleted:
      return dialect::WritesDocument(operation.kind);
    case Fate::kNotFound:
      return operation.kind == Kind::kDelete && outcome.in_words && outcome.error.empty();
    case Fate::kConflict:
      return operation.kind == Kind::kIndex || operation.kind == Kind::kCreate;
    default:
      return false;
  }
}

void Precedents::Note(const dialect::Operation& operation, const dialect::Outcome& outcome,
                      const Traits& traits, const Span& ran) {
  const dialect::Key* key = dialect::FindDocument(operation.keys);
  const std::string& index = outcome.index.empty() && key != nullptr ? key->name : outcome.index;
  Place& place = places_[index];
  if (IsShut(outcome)) {
    if (place.shut.empty() || place.shut.back().until != kNever) {
      place.shut.push_back({place.last_taken, kNever});
    }
    return;
  }
  const Group group{index, operation.writing.pipeline};
  if (!WasTaken(operation, outcome)) {
    Refuse(group, traits);
    return;
  }
  place.last_taken = std::max(place.last_taken, ran.from);
  if (!place.shut.empty() && place.shut.back().until == kNever) {
    place.shut.back().until = ran.until;
  }
  const bool routed = key != nullptr && !key->routing.empty();
  TimeNs& since = routed ? place.routed_since : place.unrouted_since;
  since = std::min(since, ran.until);
  if (!traits.parts.empty()) {
    Take(group, traits, ran);
  }
}

void Precedents::Note(Understood& understood, size_t i) {
  const dialect::Operation& operation = understood.meaning().operations[i];
  const dialect::Outcome& outcome = understood.answer().outcomes[i];
  if (!understood.answered() || !recorded::IsWhole(*understood.exchange().request) ||
      understood.has_edited_answer()) {
    return;
  }
  if (IsComparable(understood.meaning().api)) {
    NoteMaking(understood, outcome);
    return;
  }
  if (!dialect::WritesDocument(operation.kind)) {
    return;
  }
  const bool refused = outcome.fate == Fate::kRefused || IsShut(outcome);
  if (!refused && !WasTaken(operation, outcome)) {
    return;
  }
  if (refused && !understood.has_edited_request()) {
    Note(operation, outcome,
         TraitsOf(operation, BodyTree(BodyOf(*understood.view().request(), operation)).get()),
         understood.ran());
  } else {
    static const Traits kUnread;
    Note(operation, outcome, understood.bodies().empty() ? kUnread : understood.bodies()[i].traits,
         understood.ran());
  }
}

/// Its only operation.
void Precedents::NoteMaking(const Understood& understood, const dialect::Outcome& outcome) {
  const dialect::RequestView& request = *understood.view().request();
  const std::string api(understood.meaning().api);
  if (outcome.fate == Fate::kDone || outcome.fate == Fate::kCreated) {
    Take({"", api}, TraitsOfMaking(api, request.target, request.body), understood.ran());
  } else if (WasTurnedDown(outcome)) {
    Refuse({"", api}, TraitsOfMaking(api, request.target, request.body));
  }
}

void Precedents::Refuse(const Group& group, Traits traits) {
  if (refused_.size() < limits::kRefusedKept) {
    refused_.emplace_back(group, std::move(traits));
  } else {
    too_many_refused_ = true;
  }
}

void Precedents::Take(const Group& group, const Traits& traits, const Span& ran) {
  Kinds& kinds = taken_[group];
  for (const Trait& trait : traits.parts) {
    const auto found = kinds.find(trait.what);
    if (found == kinds.end() && kinds_ == limits::kKindsTaken) {
      continue;
    }
    kinds_ += found == kinds.end() ? 1 : 0;
    Taken& taken = found == kinds.end() ? kinds[trait.what] : found->second;
    taken.field = trait.field;
    ++taken.times;
    if (taken.values.size() < trait.least &&
        std::ranges::find(taken.values, trait.value, &std::pair<Print, TimeNs>::first) ==
            taken.values.end()) {
      taken.values.emplace_back(trait.value, ran.until);
      taken.since = taken.values.size() == trait.least ? ran.until : taken.since;
    }
  }
}

/// By when that value was taken, or so many others that it is taken, too.
TimeNs Precedents::Taken::Since(Print value) const {
  const auto same = std::ranges::find(values, value, &std::pair<Print, TimeNs>::first);
  return same == values.end() ? since : std::min(since, same->second);
}

/// What says that it is taken; null if nothing does.
template <typename Map>
auto* Precedents::Find(Map& kinds, const Trait& trait) {
  using Found = decltype(&kinds.begin()->second);
  const auto found = kinds.find(trait.what);
  if (found != kinds.end() && found->second.Since(trait.value) != kNever) {
    return Found(&found->second);
  }
  const auto text = trait.as_text == 0 ? kinds.end() : kinds.find(trait.as_text);
  return text != kinds.end() && text->second.since != kNever ? Found(&text->second) : Found();
}

bool Precedents::HasChanged(const std::string& index, TimeNs from, TimeNs until) const {
  return std::ranges::any_of(changes_, [&](const auto& change) {
    return dialect::NamesMeet(change.first, index) &&
           std::ranges::any_of(change.second,
                               [&](const Span& ran) { return ran.Meets({from, until}); });
  });
}

/// What was taken later tells the same of an index that was not changed meanwhile.
bool Precedents::Covers(const Group& group, const Trait& trait, const Span& runs) const {
  const auto kinds = taken_.find(group);
  const Taken* taken = kinds == taken_.end() ? nullptr : Find(kinds->second, trait);
  if (taken == nullptr || taken->refused * kTakenForEachRefused > taken->times) {
    return false;
  }
  const TimeNs since = taken->Since(trait.value);
  return since <= runs.from || group.first.empty() || !HasChanged(group.first, runs.from, since);
}

bool Precedents::TakesPlace(const std::string& index, const Question& question,
                            const Span& runs) const {
  const auto found = places_.find(index);
  if (found == places_.end() || question.document.id.size() > kIdBytes) {
    return false;
  }
  const Place& place = found->second;
  const TimeNs since =
      question.document.routing.empty() ? place.unrouted_since : place.routed_since;
  return (since <= runs.from || (since != kNever && !HasChanged(index, runs.from, since))) &&
         std::ranges::none_of(place.shut, [&](const Span& shut) { return shut.Meets(runs); });
}

/// What was refused though all of it is like what was taken: any of it may have been the reason.
void Precedents::BlameRefused(const History& history) {
  for (const auto& [group, traits] : refused_) {
    const auto kinds = taken_.find({history.IndexBehind(group.first), group.second});
    if (kinds == taken_.end() || !traits.readable ||
        !std::ranges::all_of(traits.parts, [&](const Trait& trait) {
          return Find(kinds->second, trait) != nullptr;
        })) {
      continue;
    }
    for (const Trait& trait : traits.parts) {
      ++Find(kinds->second, trait)->refused;
    }
  }
}

bool Precedents::HasField(const std::string& index, std::string_view name) const {
  const auto kinds = taken_.find({index, ""});
  return kinds != taken_.end() && std::ranges::any_of(kinds->second, [&](const auto& kind) {
           return kind.second.field == PrintOfName(name);
         });
}

void Precedents::Judge(History& history) {
  BlameRefused(history);
  for (Question& question : history.questions) {
    const std::string& index = history.IndexBehind(question.document.index);
    const Span& runs = history.requests[question.request].runs;
    const Group group{index, question.through};
    question.place_taken = TakesPlace(index, question, runs);
    question.like_taken = question.traits.readable && !too_many_refused_ &&
                          std::ranges::all_of(question.traits.parts, [&](const Trait& trait) {
                            return Covers(group, trait, runs);
                          });
  }
}

}  // namespace trafrec::reconcile
