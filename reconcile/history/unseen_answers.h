#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "reconcile/history/answer_lengths.h"
#include "reconcile/history/history.h"

namespace trafrec::reconcile {

/// Takes down which answers were not seen, and says at the end what their lengths tell. One thread.
class UnseenAnswers {
 public:
  /// An answer that was seen, to the write of one document.
  void Learn(const store::StoredMessage& answer, const dialect::RequestView& request,
             const dialect::Meaning& meaning, const dialect::Key& key,
             const dialect::Outcome& outcome);
  /// `question` is the only one of its request, and nothing of its answer is in the log.
  void Await(size_t question, const dialect::RequestView& request, const dialect::Meaning& meaning,
             const std::string& index, const std::string& id);
  /// A write whose answer names its number.
  void Note(const Write& write) {
    int64_t& highest = highest_[write.document.index];
    highest = std::max(highest, write.seq_no);
  }
  /// The log was read: lengths of answers stand at the requests.
  void Judge(History& history) const;

 private:
  struct Awaited {
    AwaitedAnswer answer;
    std::string index;
  };

  AnswerLengths lengths_;
  std::map<size_t, Awaited> awaited_;       ///< by question
  std::map<std::string, int64_t> highest_;  ///< number, by index
};

}  // namespace trafrec::reconcile
