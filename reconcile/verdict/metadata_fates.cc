// Whether a request changed metadata.
//
// A request makes something of one or several things, of all or of none. An answer that shows one
// of them, and came once the request could no longer run, decides: the thing is not as the request
// would have left it, and nobody else can have changed it meanwhile, so the request was not carried
// out. Or it is, and nobody else in the log can have made it so since an answer before showed that
// it was not, or since the log made its index: what it asks for was done. If it was so already, or
// may be older than the log, nothing tells. Who else can have: every request that may touch the
// thing, who may have made or removed its index, and, of what undid it, whatever was lost while the
// recorder saw nothing. A field is never taken away, and may also be made by a document, unless its
// type is none that the source gives by itself. Rejected: to ask who unseen may have done the same,
// since it makes no difference; and to call superseded what an answered request changed again,
// since writes in between go where aliases lead.

#include "reconcile/verdict/metadata_fates.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <string_view>

#include "reconcile/metadata/metadata_requests.h"
#include "reconcile/verdict/carried_out.h"
#include "reconcile/verdict/unseen.h"
#include "replay/dialect/key.h"

namespace trafrec::reconcile {
namespace {

using store::Grade;
using store::Verdict;

/// Types that a field may get from a document.
constexpr std::array<std::string_view, 7> kOfDocuments = {"text",    "long", "float", "double",
                                                          "boolean", "date", "object"};

bool IsOfDocuments(std::string_view type) {
  return std::ranges::find(kOfDocuments, type) != kOfDocuments.end();
}

std::string InWords(const MetadataName& what) {
  return what.index.empty() || what.kind == MetadataKind::kClusterSetting
             ? fmt::format("{} {}", NameOf(what.kind), what.name)
             : fmt::format("{} {} of {}", NameOf(what.kind), what.name, what.index);
}

class Judging {
 public:
  Judging(const History& history, size_t question)
      : history_(history),
        question_(question),
        runs_(history.requests[history.questions[question].request].runs) {}

  void Look(const MetadataChange& change) {
    MetadataName what = change.what;
    what.index = history_.IndexBehind(what.index);
    const auto after = history_.metadata.After(what, runs_.until);
    if (!after) {
      return;
    }
    const auto is_asked = [&](const std::optional<std::string>& value) {
      return change.unread ? value.has_value() : value == change.value;
    };
    if (!is_asked(after->value)) {
      if (!OthersMayHaveUndone(what, {runs_.from, after->at.until}, *after)) {
        unseen_.late = unseen_.late || after->late;
        refuted_ = fmt::format(
            "a later answer shows that the {} is not as it asked for, and nobody "
            "else can have changed it",
            InWords(what));
      }
      return;
    }
    const auto before = history_.metadata.Before(what, runs_.from);
    if (before ? is_asked(before->value) : !change.value) {
      return;  // nothing tells: what was not there cannot be taken away, which is refused
    }
    const Span since{before ? before->at.from : MadeBefore(what.index), after->at.until};
    // What is older may be as it was asked for only as far as answers are compared.
    const bool older = since.from == std::numeric_limits<TimeNs>::min();
    if (!older && !OthersMayHaveDone(what, since, change)) {
      unseen_.late = unseen_.late || after->late;
      unseen_.NoteSameMayHaveBeenDone(history_, since);
      unseen_.as_asked = unseen_.as_asked || IndexMayBeMade(what, since);
      proven_ = fmt::format(
          "{}a later answer shows that the {} is as it asked for, and nobody "
          "else in the log can have changed it",
          before ? "before it it was not so, " : "", InWords(what));
    }
  }

  /// Whether nothing in the log speaks against the source's having taken it: it took the like, what
  /// it is about was there, nobody else touched it, no answer since shows it otherwise, and it is
  /// of a kind that is refused for little else.
  bool IsTaken(const MetadataChange& change) const {
    constexpr TimeNs kMin = std::numeric_limits<TimeNs>::min();
    MetadataName what = change.what;
    what.index = history_.IndexBehind(what.index);
    const bool plain = what.kind == MetadataKind::kTemplate || what.kind == MetadataKind::kAlias ||
                       what.kind == MetadataKind::kField;
    if (!plain || change.unread || !change.value || !IsPlain(what) ||
        !history_.questions[question_].like_taken ||
        AnyOther(what, {kMin, runs_.until}, [](const auto&) { return true; })) {
      return false;
    }
    const auto before = history_.metadata.Before(what, runs_.from);
    const auto after = history_.metadata.After(what, runs_.from);
    const bool field = what.kind == MetadataKind::kField;
    if ((field && history_.precedents.HasField(what.index, what.name)) ||
        (what.kind == MetadataKind::kAlias && history_.names.Knows(what.name))) {
      return false;
    }
    if ((after && after->value != change.value) ||
        (field && ((before && before->value) || IsOfDocuments(*change.value)))) {
      return false;
    }
    const TimeNs made = MadeBefore(what.index);
    return what.kind == MetadataKind::kTemplate ||
           (made != kMin && !IndexMayBeAnother(what, {made, runs_.until}));
  }

  std::optional<Verdict> verdict() const {
    return proven_.empty() == refuted_.empty() ? std::nullopt
           : proven_.empty()                   ? std::optional(Verdict::kNotCommitted)
                                               : std::optional(Verdict::kCommitted);
  }
  const std::string& words() const { return proven_.empty() ? refuted_ : proven_; }
  const Unseen& unseen() const { return unseen_; }

 private:
  /// When the index was made by an answered request; else the begin of time.
  TimeNs MadeBefore(const std::string& index) const {
    TimeNs made = std::numeric_limits<TimeNs>::min();
    for (const IndexChange& change : history_.index_lives.changes) {
      if (change.makes && !change.removes && !change.question && change.name == index &&
          change.ran.until < runs_.from) {
        made = std::max(made, change.ran.until + 1);
      }
    }
    return made;
  }

  template <typename Is>
  bool AnyOther(const MetadataName& what, const Span& within, const Is& is) const {
    return std::ranges::any_of(history_.metadata.changes(), [&](const MetadataChange& change) {
      return change.question != question_ && change.what.kind == what.kind &&
             history_.RunOf(change).Meets(within) &&
             dialect::NamesMeet(history_.IndexBehind(change.what.index), what.index) &&
             dialect::NamesMeet(change.what.name, what.name) && is(change);
    });
  }

  /// An index that is there is made anew only once it was removed.
  bool IndexMayBeAnother(const MetadataName& what, const Span& within) const {
    return IndexMayHaveChanged(&IndexChange::removes, what, within);
  }

  /// With the thing, perhaps.
  bool IndexMayBeMade(const MetadataName& what, const Span& within) const {
    return IndexMayHaveChanged(&IndexChange::makes, what, within);
  }

  bool IndexMayHaveChanged(bool IndexChange::* how, const MetadataName& what,
                           const Span& within) const {
    return !what.index.empty() &&
           std::ranges::any_of(history_.index_lives.changes, [&](const IndexChange& change) {
             return change.*how && history_.RunOf(change).Meets(within) &&
                    dialect::NamesMeet(change.name, what.index);
           });
  }

  bool OthersMayHaveUndone(const MetadataName& what, const Span& within,
                           const Metadata::Seen& after) {
    // No request takes a field away.
    const bool stays = what.kind == MetadataKind::kField && !after.value;
    const bool unseen = unseen_.MayHaveChanged(history_, within);
    return unseen || (!stays && AnyOther(what, within, [](const auto&) { return true; })) ||
           IndexMayBeAnother(what, within);
  }

  /// Of two that ask for the same, and of which nobody knows what became of them, each is said to
  /// have done it.
  bool OthersMayHaveDone(const MetadataName& what, const Span& within,
                         const MetadataChange& asked) const {
    const auto differs = [&](const MetadataChange& change) {
      return !change.question || change.value != asked.value || change.what.name != what.name;
    };
    return AnyOther(what, within, differs) || IndexMayBeAnother(what, within) ||
           (what.kind == MetadataKind::kField && DocumentsMayHave(what, within));
  }

  bool DocumentsMayHave(const MetadataName& what, const Span& within) const {
    const auto after = history_.metadata.After(what, runs_.until);
    const bool by_itself = !after || !after->value ||
                           history_.metadata.HasDynamicTemplates(what.index) ||
                           IsOfDocuments(*after->value);
    return by_itself && std::ranges::any_of(history_.index_lives.written, [&](const auto& written) {
             return written.second.Meets(within) &&
                    dialect::NamesMeet(history_.IndexBehind(written.first), what.index);
           });
  }

  const History& history_;
  const size_t question_;
  const Span runs_;
  Unseen unseen_;
  std::string proven_;
  std::string refuted_;
};

std::string WhatWouldDecide(const std::vector<const MetadataChange*>& changes) {
  const bool plain =
      std::ranges::all_of(changes, [](const auto* change) { return IsPlain(change->what); });
  return plain ? fmt::format(
                     "a get of the {} before it, and one once it can no longer run (--source) "
                     "would decide, if nobody else changes it in between",
                     InWords(changes.front()->what))
               : "it names no single thing that a get would show; a look at what it changes would "
                 "decide";
}

}  // namespace

void JudgeMetadataFates(const History& history, Judgement& judgement) {
  if (history.metadata.mistrusted()) {
    return;
  }
  std::map<size_t, std::vector<const MetadataChange*>> asked;
  for (const MetadataChange& change : history.metadata.changes()) {
    if (change.question) {
      asked[*change.question].push_back(&change);
    }
  }
  const CarriedOut carried_out(history);
  for (const auto& [question, changes] : asked) {
    Finding& finding = judgement.findings[question];
    if (!finding.evidence.empty()) {
      continue;  // the wire said all
    }
    Judging judging(history, question);
    for (const MetadataChange* change : changes) {
      if (IsPlain(change->what)) {
        judging.Look(*change);
      }
    }
    if (const auto verdict = judging.verdict()) {
      finding.verdict = *verdict;
      finding.grade = Grade::kPresumed;
      finding.evidence.push_back({"metadata", judging.words()});
      judging.unseen().Name(finding.evidence);
    } else if (carried_out.Presumes(history.requests[history.questions[question].request]) &&
               std::ranges::all_of(changes,
                                   [&](const auto* change) { return judging.IsTaken(*change); })) {
      finding.verdict = Verdict::kCommitted;
      finding.grade = Grade::kPresumed;
      finding.evidence.push_back({"metadata", "nothing in the log speaks against it"});
      finding.evidence.push_back({"assumption", kCarriedOutWords});
    } else {
      finding.evidence.push_back({"open", WhatWouldDecide(changes)});
    }
  }
}

}  // namespace trafrec::reconcile
