// Pointers as a machine of states: a state is the next token of a pointer, a level of the document
// has the states that the way down to it has reached. Going down costs a comparison a state.
// Rejected: building each value's path as text and comparing that, which costs more the deeper it
// is.

#include "reassembly/redaction/pointer_matcher.h"

#include <algorithm>
#include <array>

namespace trafrec::reassembly {
namespace {

constexpr std::array<std::string_view, 5> kDocumentMembers = {"_source", "doc", "upsert", "fields",
                                                              "highlight"};

}  // namespace

PointerMatcher::PointerMatcher(const std::vector<JsonPointer>& pointers) {
  for (const JsonPointer& pointer : pointers) {
    starts_.push_back(static_cast<State>(steps_.size()));
    for (const JsonPointer::Token& token : pointer.tokens) {
      steps_.push_back({&token, &token == &pointer.tokens.back()});
    }
  }
}

void PointerMatcher::Begin() {
  states_.clear();
  levels_.assign(1, 0);
  AddStarts();
}

void PointerMatcher::AddStarts() {
  std::ranges::for_each(starts_, [&](State s) { Add(s); });
}

void PointerMatcher::Add(State state) {
  const auto level = states_.begin() + static_cast<std::ptrdiff_t>(levels_.back());
  if (std::find(level, states_.end(), state) != states_.end()) {
    return;
  }
  states_.push_back(state);
  if (steps_[state].token->kind == JsonPointer::Kind::kDeep) {
    Add(static_cast<State>(state + 1));  // ** may stand for no level
  }
}

bool PointerMatcher::Advance(size_t from, size_t to, std::string_view name) {
  bool named = false;
  for (size_t i = from; i < to; ++i) {
    const State state = states_[i];
    const Step& step = steps_[state];
    if (step.token->kind == JsonPointer::Kind::kDeep) {
      Add(state);
    } else if (step.token->kind == JsonPointer::Kind::kAny || step.token->name == name) {
      if (step.last) {
        named = true;
      } else {
        Add(static_cast<State>(state + 1));
      }
    }
  }
  return named;
}

bool PointerMatcher::AdvanceByParts(size_t from, size_t to, std::string_view name) {
  // The states between two parts are a level of their own for the moment.
  const size_t level = levels_.back();
  std::vector<State> reached(states_.begin() + static_cast<std::ptrdiff_t>(level), states_.end());
  std::vector<State> now(states_.begin() + static_cast<std::ptrdiff_t>(from),
                         states_.begin() + static_cast<std::ptrdiff_t>(to));
  bool named = false;
  for (size_t at = 0; at <= name.size();) {
    const size_t end = std::min(name.find('.', at), name.size());
    states_.resize(level);
    states_.insert(states_.end(), now.begin(), now.end());
    levels_.back() = states_.size();
    // A pointer that names a field names all below it.
    named |= Advance(level, level + now.size(), name.substr(at, end - at));
    now.assign(states_.begin() + static_cast<std::ptrdiff_t>(levels_.back()), states_.end());
    at = end + 1;
  }
  levels_.back() = level;
  states_.resize(level);
  std::ranges::for_each(reached, [&](State state) { Add(state); });
  std::ranges::for_each(now, [&](State state) { Add(state); });
  return named;
}

bool PointerMatcher::EnterMember(std::string_view name) {
  const size_t from = levels_.back();
  const size_t to = states_.size();
  levels_.push_back(to);
  bool named = Advance(from, to, name);
  if (name.find('.') != std::string_view::npos) {
    named |= AdvanceByParts(from, to, name);
  }
  if (std::ranges::find(kDocumentMembers, name) != kDocumentMembers.end()) {
    AddStarts();
  }
  return named;
}

bool PointerMatcher::EnterElement(uint64_t index) {
  const size_t from = levels_.back();
  const size_t to = states_.size();
  levels_.push_back(to);
  if (from == to) {
    return false;
  }
  const bool named = Advance(from, to, std::to_string(index));
  for (size_t i = from; i < to; ++i) {
    Add(states_[i]);
  }
  return named;
}

void PointerMatcher::Leave() {
  states_.resize(levels_.back());
  levels_.pop_back();
}

}  // namespace trafrec::reassembly
