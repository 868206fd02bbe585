#include "reconcile/history/unseen_answers.h"

#include <algorithm>
#include <string>

#include "reconcile/history/limits.h"

namespace trafrec::reconcile {
namespace {

/// So many operations of a document, and such a share of an index's, may have gone by unseen.
constexpr int64_t kUnseenVersions = 10;
constexpr int64_t kUnseenShare = 4;

/// What the log shows of the numbers around a question.
struct Known {
  int64_t version_before = 0;
  int64_t seq_no_before = 0;
  int64_t highest_version = 0;  ///< of the document
  int64_t highest_seq_no = 0;   ///< of the index
};

using Numbers = AnswerLengths::Numbers;

int64_t WithUnseen(int64_t seq_no) { return seq_no + seq_no / kUnseenShare; }

Numbers WrittenNumbers(const Question& question, const Known& known) {
  Numbers numbers{
      .version = {DigitsOf(known.version_before + 1),
                  DigitsOf(known.highest_version + kUnseenVersions)},
      .seq_no = {DigitsOf(known.seq_no_before + 1), DigitsOf(WithUnseen(known.highest_seq_no))}};
  if (question.external) {
    numbers.version = {DigitsOf(*question.condition.version),
                       DigitsOf(*question.condition.version)};
  }
  return numbers;
}

Numbers FoundNumbers(const Known& known) {
  return {.version = {1, DigitsOf(known.highest_version + kUnseenVersions)},
          .seq_no = {1, DigitsOf(known.highest_seq_no)}};
}

}  // namespace

void UnseenAnswers::Learn(const store::StoredMessage& answer, const dialect::RequestView& request,
                          const dialect::Meaning& meaning, const dialect::Key& key,
                          const dialect::Outcome& outcome) {
  const std::string& index = outcome.index.empty() ? key.name : outcome.index;
  const std::string& id = outcome.id.empty() ? key.id : outcome.id;
  if (const auto alike = AnswerLengths::Await(request, meaning, index, id)) {
    lengths_.Learn(answer, *alike, outcome);
  }
}

void UnseenAnswers::Await(size_t question, const dialect::RequestView& request,
                          const dialect::Meaning& meaning, const std::string& index,
                          const std::string& id) {
  if (auto answer = AnswerLengths::Await(request, meaning, index, id)) {
    awaited_.emplace(question, Awaited{std::move(*answer), index});
  }
}

void UnseenAnswers::Judge(History& history) const {
  std::map<std::pair<std::string, std::string>, std::map<size_t, Known>> documents;
  for (const auto& [number, awaited] : awaited_) {
    const Question& question = history.questions[number];
    if (history.requests[question.request].answer_bytes &&
        history.IndexBehind(question.document.index) == awaited.index) {
      documents[{awaited.index, question.document.id}][number] = {};
    }
  }
  for (const Write& write : history.writes) {
    const std::string& index = history.IndexBehind(write.document.index);
    const auto document = documents.find({index, write.document.id});
    if (document == documents.end()) {
      continue;
    }
    for (auto& [number, known] : document->second) {
      const TimeNs from = history.requests[history.questions[number].request].runs.from;
      known.highest_version = std::max(known.highest_version, write.version);
      if (write.ran.until <= from) {
        known.seq_no_before = std::max(known.seq_no_before, write.seq_no);
      }
      if (write.ran.until <= from && from - write.ran.until < limits::kDeletesKeptNs) {
        known.version_before = std::max(known.version_before, write.version);
      }
    }
  }
  for (auto& [name, numbers] : documents) {
    for (auto& [number, known] : numbers) {
      Question& question = history.questions[number];
      const auto highest = highest_.find(name.first);
      known.highest_seq_no = highest == highest_.end() ? 0 : highest->second;
      question.answer_length = lengths_.Read(awaited_.at(number).answer,
                                             *history.requests[question.request].answer_bytes,
                                             WrittenNumbers(question, known), FoundNumbers(known));
    }
  }
}

}  // namespace trafrec::reconcile
