// Judging a log that grows.
//
// A judgement is always that of `trafrec reconcile` on the log's beginning, up to the time before
// which all outcomes are known: it allows for whatever may come after, and so holds for the whole
// log, too. It reads the log again each time. That is simple, and it is bounded: judgements become
// rarer as they take longer. What must be quick is to ask the source about a document before it is
// written again, and that needs no judgement: each look finds the exchanges that were given up
// since the last one. Rejected: to keep a history that grows, with all that its evidence is made of
// (losses that show later, stray answers, lengths), since a mistake in it would be a wrong verdict.

#include "tools/reconcile/follow.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "reconcile/source/limits.h"
#include "reconcile/verdict/judge.h"
#include "store/files/log_layout.h"
#include "tools/console.h"
#include "tools/interrupt.h"
#include "tools/output.h"
#include "tools/reconcile/decide.h"
#include "tools/reconcile/finding_json.h"
#include "tools/reconcile/finding_text.h"
#include "tools/reconcile/growing_log.h"
#include "tools/reconcile/growing_overlay.h"
#include "tools/reconcile/limits.h"
#include "tools/reconcile/verdict_page.h"
#include "tools/terminal.h"

namespace trafrec::tools {
namespace {

using store::Grade;
using store::Verdict;

int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Until the next look, or a signal.
void Pause() { poll(nullptr, 0, limits::kLookIntervalMs); }

class Following {
 public:
  Following(const ReconcileFollowOptions& options, std::unique_ptr<GrowingLog> growing,
            std::unique_ptr<store::LogReader> log, Output& out)
      : options_(options), growing_(std::move(growing)), log_(std::move(log)), out_(out) {}

  Status Begin() {
    if (options_.source) {
      TRY_ASSIGN(source_, reconcile::LiveSource::Open(*options_.source));
      early_.emplace(*source_);
    }
    if (!options_.overlay.empty()) {
      TRY_ASSIGN(overlay_, GrowingOverlay::Open(options_.overlay, options_.log));
    }
    return {};
  }

  Status Run() {
    LogProgress progress;
    while (!Interrupt::came() && out_.good()) {
      TRY_ASSIGN(progress, growing_->Progress());
      TellOfRecorders(progress);
      TRY(AskNew());
      if (progress.ended) {
        break;
      }
      if (progress.until != judged_until_ && NowNs() >= judge_at_) {
        TRY(JudgeSoFar(progress));
      }
      Pause();
    }
    return Finish(progress.ended ? std::nullopt : progress.until);
  }

 private:
  void TellOfRecorders(const LogProgress& progress) {
    if (progress.nothing && !std::exchange(told_nothing_, true)) {
      PrintNote("the log has no recorder yet: waiting for one");
    }
    if (!progress.gone.empty() && progress.gone != told_gone_) {
      PrintNote(EscapeForTerminal(fmt::format(
          "recorder {} died: waiting for it to start again (Ctrl-C ends this)", progress.gone)));
    }
    told_gone_ = progress.gone;
  }

  /// One batch, if the source can be asked.
  Status AskNew() {
    if (!early_) {
      return {};
    }
    TRY_ASSIGN(const std::vector<reconcile::DocumentName> documents,
               growing_->NewDocuments(options_.dialect));
    Enqueue(documents);
    if (to_ask_.empty() || NowNs() < ask_at_) {
      return {};
    }
    std::vector<reconcile::DocumentQuestion> questions;
    while (!to_ask_.empty() && questions.size() < reconcile::limits::kQuestionsPerRequest) {
      const reconcile::DocumentName& name = to_ask_.front();
      questions.push_back({name.index, name.id, name.routing});
      queued_.erase(name);
      to_ask_.pop_front();
    }
    const Status asked = early_->AskDocuments(questions, growing_->clock());
    if (!asked) {
      for (const reconcile::DocumentQuestion& question : questions) {
        Enqueue({{question.index, question.id, question.routing}});
      }
    }
    return Bear(asked);
  }

  /// A source that is gone for a while is asked again; one that forbids is an Error.
  Status Bear(const Status& asked) {
    if (asked) {
      told_unasked_ = false;
      return {};
    }
    if (asked.error().code == ErrorCode::kPermission || asked.error().code == ErrorCode::kUsage) {
      return asked;
    }
    if (!std::exchange(told_unasked_, true)) {
      PrintNote(EscapeForTerminal(asked.error().what) + "; it is asked again");
    }
    ask_at_ = NowNs() + limits::kAskAgainNs;
    return {};
  }

  void Enqueue(const std::vector<reconcile::DocumentName>& documents) {
    for (const reconcile::DocumentName& document : documents) {
      if (queued_.insert(document).second) {
        to_ask_.push_back(document);
      }
    }
  }

  Status JudgeSoFar(const LogProgress& progress) {
    const int64_t began = NowNs();
    reconcile::History history;
    DecisionOptions how{
        .dialect = options_.dialect, .waits = options_.waits, .early = early_ ? &*early_ : nullptr};
    how.waits.until = progress.until;
    TRY_ASSIGN(const reconcile::Judgement judgement, Decide(*log_, how, history));
    judged_until_ = progress.until;
    if (source_) {
      TRY(source_->RequireCluster(history.cluster_uuid));
      AskAgain(history, judgement);
      if (unknown_ > 0 && NowNs() >= ask_at_) {
        TRY(Bear(early_->AskNumbers(history, growing_->clock())));
      }
    }
    TRY(Publish(history, judgement));
    const int64_t took = NowNs() - began;
    judge_at_ = NowNs() + std::max(limits::kJudgeIntervalNs, took * limits::kJudgeShare);
    return {};
  }

  /// Questions that are open, and were not asked about yet since they can no longer run.
  void AskAgain(const reconcile::History& history, const reconcile::Judgement& judgement) {
    unknown_ = 0;
    for (const reconcile::Finding& finding : judgement.findings) {
      if (finding.verdict != Verdict::kUnknown) {
        continue;
      }
      ++unknown_;
      const reconcile::Question& question = history.questions[finding.question];
      const TimeNs over =
          history.requests[question.request].runs.until + growing_->clock().apart_ns;
      if (question.document.id.empty() || WallClockNow() <= over ||
          !asked_again_.insert(question.at).second) {
        continue;
      }
      Enqueue({question.document});
    }
  }

  /// Tells what is new, and writes it down.
  Status Publish(const reconcile::History& history, const reconcile::Judgement& judgement) {
    bool changed = !published_;
    for (const reconcile::Finding& finding : judgement.findings) {
      std::pair<Verdict, Grade>& known = told_
                                             .try_emplace(history.questions[finding.question].at,
                                                          Verdict::kUnknown, Grade::kProven)
                                             .first->second;
      if (known != std::pair(finding.verdict, finding.grade)) {
        known = {finding.verdict, finding.grade};
        changed = true;
        out_.Write(options_.json ? FindingJson(history, finding)
                                 : FindingLine(history, finding, TerminalWidth(STDOUT_FILENO)));
      }
    }
    out_.Flush();
    changed |= judgement.missing.size() != missing_;
    missing_ = judgement.missing.size();
    if (changed && overlay_) {
      TRY(overlay_->Write(*log_, history, judgement, options_.presumed));
    }
    published_ = true;
    return {};
  }

  /// The last judgement: as that of `trafrec reconcile`, with all that the source said.
  Status Finish(std::optional<TimeNs> until) {
    reconcile::History history;
    DecisionOptions how{.dialect = options_.dialect,
                        .waits = options_.waits,
                        .translog = options_.translog,
                        .early = early_ ? &*early_ : nullptr};
    how.waits.until = until;
    if (source_) {
      TRY(AwaitLast(how));
    }
    how.source = source_ ? &*source_ : nullptr;
    Result<reconcile::Judgement> judged = Decide(*log_, how, history);
    std::vector<reconcile::Note> notes;
    if (!judged && source_ && judged.error().code == ErrorCode::kIo) {
      notes.push_back({.about = reconcile::Note::About::kSource,
                       .words = judged.error().what + "; it was not asked at the end"});
      how.source = nullptr;
      judged = Decide(*log_, how, history);
    }
    TRY_ASSIGN(reconcile::Judgement judgement, std::move(judged));
    std::ranges::move(notes, std::back_inserter(judgement.notes));
    published_ = false;  // whatever else it says
    TRY(Publish(history, judgement));
    if (!options_.html.empty()) {
      TRY_ASSIGN(std::vector<store::AttemptInfo> attempts, log_->Attempts());
      TRY_ASSIGN(Output page, Output::Open(options_.html));
      page.Write(VerdictPage({options_.log, history, judgement, std::move(attempts)}));
      TRY(page.Finish());
    }
    if (!options_.json) {
      out_.Write("\n" + JudgementText(history, judgement, TerminalWidth(STDOUT_FILENO)));
      return {};
    }
    for (const reconcile::Finding& finding : judgement.findings) {
      if (finding.verdict == Verdict::kUnknown) {
        out_.Write(FindingJson(history, finding));
      }
    }
    for (const reconcile::MissingMutation& missing : judgement.missing) {
      out_.Write(MissingJson(history, missing));
    }
    for (const reconcile::Note& note : judgement.notes) {
      out_.Write(NoteJson(note));
    }
    return {};
  }

  /// Until no request in question can run any more, so that what the source shows is what is left.
  Status AwaitLast(const DecisionOptions& how) {
    reconcile::History history;
    TRY_ASSIGN(const reconcile::Judgement judgement, Decide(*log_, how, history));
    TRY(source_->RequireCluster(history.cluster_uuid));
    TimeNs last = 0;
    for (const reconcile::Finding& finding : judgement.findings) {
      const reconcile::Question& question = history.questions[finding.question];
      if (finding.verdict == Verdict::kUnknown && !question.document.id.empty()) {
        last = std::max(last, history.requests[question.request].runs.until);
      }
    }
    while (!Interrupt::came() && WallClockNow() <= last) {
      Pause();
    }
    return {};
  }

  const ReconcileFollowOptions& options_;
  std::unique_ptr<GrowingLog> growing_;
  std::unique_ptr<store::LogReader> log_;
  Output& out_;
  std::optional<reconcile::LiveSource> source_;
  std::optional<reconcile::EarlyAnswers> early_;
  std::optional<GrowingOverlay> overlay_;
  std::deque<reconcile::DocumentName> to_ask_;
  std::set<reconcile::DocumentName> queued_;  ///< those of to_ask_
  std::set<store::OperationAddress> asked_again_;
  std::map<store::OperationAddress, std::pair<Verdict, Grade>> told_;
  std::optional<TimeNs> judged_until_;
  int64_t judge_at_ = 0;
  int64_t ask_at_ = 0;
  size_t unknown_ = 0;
  size_t missing_ = 0;
  bool published_ = false;
  bool told_nothing_ = false;
  bool told_unasked_ = false;
  std::string told_gone_;
};

/// False: somebody ended it before there was a log.
Result<bool> AwaitLog(const std::string& folder) {
  bool told = false;
  while (true) {
    TRY_ASSIGN(const bool to_come, store::CanBecomeLog(folder));
    if (!to_come) {
      return true;
    }
    if (!std::exchange(told, true)) {
      PrintNote(EscapeForTerminal("there is no log " + folder) +
                " yet: waiting for a recorder to make it");
    }
    Pause();
    if (Interrupt::came()) {
      return false;
    }
  }
}

}  // namespace

Status FollowLog(const ReconcileFollowOptions& options) {
  const Interrupt interrupt;
  TRY_ASSIGN(const bool there, AwaitLog(options.log));
  if (!there) {
    return {};
  }
  TRY_ASSIGN(auto growing, GrowingLog::Open(options.log, options.identities));
  TRY_ASSIGN(auto log, store::LogReader::Open(options.log, options.identities));
  TRY_ASSIGN(Output out, Output::Open(""));
  Following following(options, std::move(growing), std::move(log), out);
  TRY(following.Begin());
  TRY(following.Run());
  return out.Finish();
}

}  // namespace trafrec::tools
