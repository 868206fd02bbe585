// Whether a request made an index, or removed it.
//
// Answers show that an index was there, or was not, at one instant each: a get, a creation that is
// refused because it exists, a deletion that finds none, a copy of the source's data. Such an
// answer counts only if the request in question can no longer run. If the index was there before
// and is not after, somebody removed it; if only the request in question can have, it did. If it is
// still there and nobody can have made it again, it did not. Creations are the same the other way
// round; and an index says when it was made, by a clock that answered creations compare with the
// recorder's. Who else can have: other requests for the name, answered or not, any write of a
// document (it makes the index), administration that may touch any name, and, of what undid the
// request's work, whatever was lost. Rejected: the index's settings as proof of who made it (two
// creations with one body are usual).

#include "reconcile/verdict/index_fates.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "reconcile/verdict/carried_out.h"
#include "reconcile/verdict/unseen.h"
#include "replay/dialect/key.h"
#include "store/reader/clock_error.h"

namespace trafrec::reconcile {
namespace {

using store::Grade;
using store::Verdict;

/// By how much the source's clock is ahead of the recorder's: as far as clocks may be apart, and as
/// answered creations of indices say that were made once.
Span SourceClock(const History& history) {
  Span clock{-store::kClocksApartNs, store::kClocksApartNs};
  for (const auto& [name, made_at] : history.index_lives.made_at) {
    const IndexChange* made = nullptr;
    bool once = true;
    for (const IndexChange& change : history.index_lives.changes) {
      const bool answered = change.makes && !change.question && change.name == name;
      once = once && !(change.removes && dialect::NamesMeet(change.name, name)) &&
             !(answered && made != nullptr);
      made = answered ? &change : made;
    }
    if (made != nullptr && once) {
      const Span ahead{made_at - made->ran.until, made_at + kNsPerMs - made->ran.from};
      clock = Common(clock, ahead);
    }
  }
  return clock.empty() ? Span{-store::kClocksApartNs, store::kClocksApartNs} : clock;
}

class Judging {
 public:
  /// `clock`: by how much the source's is ahead.
  Judging(const History& history, const IndexChange& change, const Span& clock)
      : history_(history),
        change_(change),
        clock_(clock),
        runs_(history.requests[history.questions[*change.question].request].runs) {}

  /// Nothing if both may be. `words` gets why.
  std::optional<Verdict> Run(std::string& words) {
    const IndexSight* after = After();
    if (after == nullptr) {
      return std::nullopt;
    }
    unseen_.late = after->late;
    unseen_.whole = after->whole;
    if (after->present && after->made_at) {
      return ByItsAge(*after, words);
    }
    const bool made = change_.makes;
    if (after->present != made) {
      // It did not do its work, or another undid it.
      const Span within{runs_.from, after->at.until};
      if (OthersMayHave(!made, within) || unseen_.MayHaveChanged(history_, within)) {
        return std::nullopt;
      }
      words = fmt::format("a later answer shows that the index {}, and nobody else can have {} it",
                          after->present ? "was still there" : "was not there",
                          made ? "removed" : "made");
      return Verdict::kNotCommitted;
    }
    const IndexSight* before = Before();
    const Span since{before == nullptr ? runs_.from : before->at.from, after->at.until};
    // Of what was so already it was refused.
    if (before == nullptr || before->present == made || OthersMayHave(made, since)) {
      return std::nullopt;
    }
    unseen_.NoteSameMayHaveBeenDone(history_, since);
    words = fmt::format(
        "{}a later answer shows that it {}, and nobody else in the log can have {} it",
        made ? "before it the index was not there, " : "before it the index was there, ",
        made ? "was" : "was gone", made ? "made" : "removed");
    return Verdict::kCommitted;
  }

  /// It says when it was made.
  std::optional<Verdict> ByItsAge(const IndexSight& after, std::string& words) {
    const Span made{*after.made_at - clock_.until, *after.made_at + kNsPerMs - clock_.from};
    if (made.until < runs_.from) {
      words.assign(change_.makes
                       ? "the index is older than the request, which was refused if it was carried "
                         "out"
                       : "the index is older than the request, and was still there later");
      return Verdict::kNotCommitted;
    }
    if (!change_.makes || !made.Meets(runs_) || OthersMayHave(true, made)) {
      return std::nullopt;
    }
    unseen_.NoteSameMayHaveBeenDone(history_, made);
    words.assign("the index was made while the request ran, and nobody else in the log can have");
    return Verdict::kCommitted;
  }

  /// Whether nothing in the log speaks against the source's having taken it: it took the like, and
  /// nobody had made the index, or somebody had, nobody else made or removed it, and no answer
  /// since shows it otherwise.
  bool IsTaken() const {
    const IndexLives& lives = history_.index_lives;
    bool was_made = false;
    for (const IndexChange& change : lives.changes) {
      if (change.question == change_.question || history_.RunOf(change).from > runs_.until ||
          change.name.find_first_of("*,:<") != std::string::npos ||
          !dialect::NamesMeet(change.name, change_.name)) {
        continue;
      }
      if (change.question || change.removes || change_.makes || change.ran.until >= runs_.from) {
        return false;
      }
      was_made = true;
    }
    for (const IndexSight& sight : lives.sights) {
      if (sight.name == change_.name && sight.at.until >= runs_.from &&
          sight.present != change_.makes) {
        return false;
      }
    }
    const auto written = lives.written.find(change_.name);
    const bool was_written = written != lives.written.end() && written->second.from <= runs_.until;
    return change_.makes ? Before() == nullptr && !was_written &&
                               history_.questions[*change_.question].like_taken
                         : was_made;
  }

  const Unseen& unseen() const { return unseen_; }

 private:
  /// The first answer about the index once the request can no longer run.
  const IndexSight* After() const {
    const IndexSight* first = nullptr;
    for (const IndexSight& sight : history_.index_lives.sights) {
      if (sight.name == change_.name && (sight.late || sight.at.from > runs_.until) &&
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

  bool OthersMayHave(bool made, const Span& within) const {
    const IndexLives& lives = history_.index_lives;
    // Of two that ask for the same, and of which nobody knows what became of them, each is said to
    // have done it.
    const auto same = [&](const IndexChange& change) {
      return change.question && change.name == change_.name && made == change_.makes;
    };
    const auto other = [&](const IndexChange& change) {
      return change.question != change_.question && (made ? change.makes : change.removes) &&
             history_.RunOf(change).Meets(within) &&
             dialect::NamesMeet(change.name, change_.name) && !same(change);
    };
    const auto wrote = [&](const auto& written) {
      return written.second.Meets(within) && dialect::NamesMeet(written.first, change_.name);
    };
    return std::ranges::any_of(lives.changes, other) ||
           (made && std::ranges::any_of(lives.written, wrote));
  }

  const History& history_;
  const IndexChange& change_;
  const Span clock_;
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
  if (std::ranges::none_of(history.index_lives.changes,
                           [](const IndexChange& change) { return change.question.has_value(); })) {
    return;
  }
  const Span clock = SourceClock(history);
  const CarriedOut carried_out(history);
  for (const IndexChange& change : history.index_lives.changes) {
    if (!change.question) {
      continue;
    }
    Finding& finding = judgement.findings[*change.question];
    if (!finding.evidence.empty()) {
      continue;  // the wire said all
    }
    std::string words;
    Judging judging(history, change, clock);
    if (const auto verdict = IsOfOne(history, change) ? judging.Run(words) : std::nullopt) {
      finding.verdict = *verdict;
      finding.grade = Grade::kPresumed;
      finding.evidence.push_back({"index", std::move(words)});
      judging.unseen().Name(finding.evidence);
    } else if (IsOfOne(history, change) && judging.IsTaken() &&
               carried_out.Presumes(
                   history.requests[history.questions[*change.question].request])) {
      finding.verdict = Verdict::kCommitted;
      finding.grade = Grade::kPresumed;
      finding.evidence.push_back(
          {"index", change.makes
                        ? "nobody in the log had made the index before"
                        : "the index was made before, and nobody else in the log removes it"});
      finding.evidence.push_back({"assumption", kCarriedOutWords});
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
