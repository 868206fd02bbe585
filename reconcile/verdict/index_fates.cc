// Whether a request made an index, or removed it.
//
// Answers show that an index was there, or was not, at one instant each: a get, a creation that is
// refused because it exists, a deletion that finds none. Such an answer counts only if the request
// in question can no longer run. If the index was there before and is not after, somebody removed
// it; if only the request in question can have, it did. If it is still there and nobody can have
// made it again, it did not. Creations are the same the other way round. Who else can have: other
// requests for the name, answered or not, any write of a document (it makes the index),
// administration that may touch any name, and whatever was lost. Rejected: the index's settings as
// proof of who made it (two creations with one body are usual).

#include "reconcile/verdict/index_fates.h"

#include <fmt/format.h>

#include <algorithm>

#include "reconcile/history/limits.h"
#include "reconcile/verdict/unseen.h"
#include "replay/dialect/key.h"

namespace trafrec::reconcile {
namespace {

using store::Grade;
using store::Verdict;

class Judging {
 public:
  Judging(const History& history, const IndexChange& change)
      : history_(history),
        change_(change),
        runs_(history.requests[history.questions[*change.question].request].runs) {}

  /// Nothing if both may be. `words` gets why.
  std::optional<Verdict> Run(std::string& words) {
    const IndexSight* after = After();
    if (after == nullptr) {
      return std::nullopt;
    }
    const bool made = change_.makes;
    if (after->present != made) {
      // It did not do its work, or another undid it.
      if (!made && after->made_at && *after->made_at > runs_.from - limits::kClocksApartNs) {
        return std::nullopt;  // it is another one, which somebody made since
      }
      if (OthersMayHave(!made, {runs_.from, after->at.until})) {
        return std::nullopt;
      }
      words = fmt::format("a later answer shows that the index {}, and nobody else can have {} it",
                          after->present ? "was still there" : "was not there",
                          made ? "removed" : "made");
      return Verdict::kNotCommitted;
    }
    if (made && after->made_at) {
      return ByItsAge(*after, words);
    }
    const IndexSight* before = Before();
    if (before == nullptr || before->present == made ||
        OthersMayHave(made, {before->at.from, after->at.until})) {
      return std::nullopt;
    }
    words = fmt::format(
        "before it the index {}, a later answer shows that it {}, and nobody else can "
        "have {} it",
        made ? "was not there" : "was there", made ? "was" : "was gone", made ? "made" : "removed");
    return Verdict::kCommitted;
  }

  /// It says when it was made.
  std::optional<Verdict> ByItsAge(const IndexSight& after, std::string& words) {
    if (*after.made_at < runs_.from - limits::kClocksApartNs) {
      words.assign(
          "the index is older than the request by more than clocks may be apart, which was refused "
          "if it was carried out");
      return Verdict::kNotCommitted;
    }
    if (OthersMayHave(true, {runs_.from - 2 * limits::kClocksApartNs, after.at.until})) {
      return std::nullopt;
    }
    words.assign("the index is no older than the request, and nobody else can have made it");
    return Verdict::kCommitted;
  }

  const Unseen& unseen() const { return unseen_; }

 private:
  /// The first answer about the index once the request can no longer run.
  const IndexSight* After() const {
    const IndexSight* first = nullptr;
    for (const IndexSight& sight : history_.index_lives.sights) {
      if (sight.name == change_.name && sight.at.from > runs_.until &&
          (first == nullptr || sight.at.until < first->at.until)) {
        first = &sight;
      }
    }
    return first;
  }

  /// The last one before the request came.
  const IndexSight* Before() const {
    const IndexSight* last = nullptr;
    for (const IndexSight& sight : history_.index_lives.sights) {
      if (sight.name == change_.name && sight.at.until < runs_.from &&
          (last == nullptr || sight.at.from > last->at.from)) {
        last = &sight;
      }
    }
    return last;
  }

  bool OthersMayHave(bool made, const Span& within) {
    const IndexLives& lives = history_.index_lives;
    const auto other = [&](const IndexChange& change) {
      return change.question != change_.question && (made ? change.makes : change.removes) &&
             RunOf(change).Meets(within) && dialect::NamesMeet(change.name, change_.name);
    };
    const auto wrote = [&](const auto& written) {
      return written.second.Meets(within) && dialect::NamesMeet(written.first, change_.name);
    };
    return std::ranges::any_of(lives.changes, other) ||
           (made && std::ranges::any_of(lives.written, wrote)) ||
           unseen_.MayHaveChanged(history_, within);
  }

  Span RunOf(const IndexChange& change) const {
    return change.question ? history_.requests[history_.questions[*change.question].request].runs
                           : change.ran;
  }

  const History& history_;
  const IndexChange& change_;
  const Span runs_;
  Unseen unseen_;
};

/// One index alone, by its name: of several, a part may have been done.
bool IsOfOne(const History& history, const IndexChange& change) {
  return change.name.find_first_of("*,:<") == std::string::npos &&
         std::ranges::count(history.index_lives.changes, change.question, &IndexChange::question) ==
             1;
}

}  // namespace

void JudgeIndexFates(const History& history, Judgement& judgement) {
  for (const IndexChange& change : history.index_lives.changes) {
    if (!change.question) {
      continue;
    }
    Finding& finding = judgement.findings[*change.question];
    if (!finding.evidence.empty()) {
      continue;  // the wire said all
    }
    std::string words;
    Judging judging(history, change);
    if (const auto verdict = IsOfOne(history, change) ? judging.Run(words) : std::nullopt) {
      finding.verdict = *verdict;
      finding.grade = Grade::kPresumed;
      finding.evidence.push_back({"index", std::move(words)});
      judging.unseen().Name(finding.evidence);
    } else {
      finding.evidence.push_back({"open",
                                  "a get of the index before and after it would decide (--source "
                                  "asks for one after it), or "
                                  "its creation that is refused, "
                                  "if nobody else makes or removes it in between"});
    }
  }
}

}  // namespace trafrec::reconcile
