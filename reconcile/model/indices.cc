#include "reconcile/model/indices.h"

#include <algorithm>
#include <iterator>

#include "reconcile/model/document_slots.h"

namespace trafrec::reconcile {
namespace {

std::shared_ptr<const TrafficTimes> TimesOf(const History& history, bool apart) {
  std::vector<Span> lost;
  std::vector<Span> by_query;
  std::vector<Span> longest;
  for (const LostTraffic& traffic : history.lost) {
    lost.push_back(traffic.ran);
  }
  for (const ByQueryRun& run : history.by_query) {
    longest.push_back(run.ran);
    const bool soon = apart && run.lasts_as_request;
    by_query.push_back(soon ? history.requests[*run.request].RunsSoon() : run.ran);
  }
  return std::make_shared<const TrafficTimes>(TrafficTimes{.lost = Timeline(lost),
                                                           .by_query = Timeline(by_query),
                                                           .by_query_longest = Timeline(longest)});
}

}  // namespace

Indices::Indices(const History& history)
    : history_(history), times_(TimesOf(history, false)), times_apart_(TimesOf(history, true)) {
  SortQuestions();
  SortFacts();
  for (const auto& [name, index] : indices_) {
    names_.push_back(name);
  }
}

void Indices::SortQuestions() {
  for (size_t i = 0; i < history_.questions.size(); ++i) {
    const Question& question = history_.questions[i];
    if (dialect::WritesDocument(question.kind) && !question.document.index.empty() &&
        !question.elsewhere) {
      Index& index = indices_[history_.IndexBehind(question.document.index)];
      (question.told ? index.told : index.questions).push_back(i);
    }
  }
  for (const ByQueryRun& run : history_.by_query) {
    if (run.request && run.indices.size() == 1 &&
        run.indices.front().find_first_of("*,:<") == std::string::npos) {
      indices_[history_.IndexBehind(run.indices.front())];
    }
  }
}

void Indices::SortFacts() {
  const auto take = [&](const auto& fact, auto IndexFacts::* facts) {
    const auto index = indices_.find(history_.IndexBehind(fact.document.index));
    if (index != indices_.end()) {
      (index->second.facts.*facts).push_back(&fact);
    }
  };
  for (const Write& write : history_.writes) {
    take(write, &IndexFacts::writes);
  }
  for (const Sight& sight : history_.sights) {
    take(sight, &IndexFacts::sights);
  }
}

std::span<const size_t> Indices::QuestionsOf(const std::string& name) const {
  return indices_.at(name).questions;
}

/// Those of requests that the window does not see are beside it, if their documents are in it.
/// Returns the documents that are not.
Indices::Ids Indices::TakeQuestions(const Index& from, IndexHistory& index) const {
  const auto id_of = [&](size_t number) -> std::string_view {
    return history_.questions[number].document.id;
  };
  std::vector<size_t> unseen;
  Ids seen;
  for (const size_t number : from.questions) {
    if (index.window.Sees(history_.requests[history_.questions[number].request])) {
      index.questions.push_back(number);
      seen.insert(id_of(number));
    } else if (!id_of(number).empty()) {
      unseen.push_back(number);
    }
  }
  Ids left_out;
  for (const size_t number : unseen) {
    if (seen.contains(id_of(number))) {
      index.beside.push_back(number);
    } else {
      left_out.insert(id_of(number));
    }
  }
  return left_out;
}

/// Facts of documents that are left out are, too. Their numbers are known to be taken.
IndexHistory Indices::Make(const std::string& name, bool apart, const Window& window) const {
  const Index& all = indices_.at(name);
  IndexHistory index{
      .name = name, .window = window, .times = apart ? times_apart_ : times_, .told = all.told};
  TakeLoose(history_, index);
  const Ids left_out = TakeQuestions(all, index);
  index.documents_left_out = left_out.size();
  if (left_out.empty()) {
    return BuiltIndex(history_, all.facts, apart, index);
  }
  IndexFacts facts;
  const auto is_here = [&](const auto* fact) { return !left_out.contains(fact->document.id); };
  std::ranges::copy_if(all.facts.writes, std::back_inserter(facts.writes), is_here);
  std::ranges::copy_if(all.facts.sights, std::back_inserter(facts.sights), is_here);
  return BuiltIndex(history_, facts, apart, index);
}

std::vector<IndexHistory> IndicesInQuestion(const History& history, bool apart) {
  const Indices indices(history);
  std::vector<IndexHistory> all;
  for (const std::string& name : indices.names()) {
    all.push_back(indices.Make(name, apart));
  }
  return all;
}

}  // namespace trafrec::reconcile
