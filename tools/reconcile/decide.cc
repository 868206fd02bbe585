#include "tools/reconcile/decide.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "reconcile/evidence/from_source.h"
#include "reconcile/evidence/from_translog.h"
#include "reconcile/resource/live_looks.h"
#include "reconcile/resource/resource_fates.h"
#include "reconcile/resource/resource_history.h"
#include "replay/recorded/recognize.h"
#include "tools/reconcile/redacted_protocol.h"

namespace trafrec::tools {
namespace {

/// Of a service of which only HTTP is known.
Result<reconcile::Judgement> DecideResources(store::LogReader& log, const dialect::Dialect& dialect,
                                             const DecisionOptions& options,
                                             const reconcile::History& history) {
  reconcile::Judgement judgement = reconcile::Judge(history);
  TRY_ASSIGN(reconcile::ResourceHistory resources, reconcile::ReadResources(log, dialect, history));
  if (options.service) {
    TRY_ASSIGN(judgement.notes,
               reconcile::LookAtResources(*options.service, reconcile::SourcePace::Usual(), history,
                                          resources));
  }
  if (!options.translog.empty()) {
    judgement.notes.push_back(
        {.about = reconcile::Note::About::kJournal,
         .words = "--translog was not read: the log is not of a search engine"});
  }
  reconcile::JudgeResources(resources, history, judgement);
  return judgement;
}

}  // namespace

Result<const dialect::Dialect*> DialectOf(const std::string& name, store::LogReader& log) {
  const dialect::Dialect* dialect = dialect::FindDialect(name);
  return dialect != nullptr ? dialect : recorded::RecognizeDialect(log);
}

Result<reconcile::Judgement> Decide(store::LogReader& log, const DecisionOptions& options,
                                    reconcile::History& history) {
  TRY_ASSIGN(const dialect::Dialect* dialect, DialectOf(options.dialect, log));
  reconcile::HistoryOptions waits = options.waits;
  if (dialect->name() == "search") {
    TRY_ASSIGN(waits.hidden, RedactedProtocol(log));
  }
  TRY_ASSIGN(history, reconcile::ReadHistory(log, *dialect, waits));
  if (dialect->name() == "http") {
    return DecideResources(log, *dialect, options, history);
  }
  std::vector<reconcile::Note> notes;
  if (!history.hidden.empty()) {
    return reconcile::Judge(history);  // what others say could not be compared with it
  }
  if (!options.translog.empty()) {
    TRY_ASSIGN(reconcile::TranslogEvidence evidence,
               reconcile::AddTranslogs(options.translog, history));
    notes = std::move(evidence.notes);
  }
  if (options.early != nullptr) {
    if (const Status confirmed = options.early->Confirm(history); !confirmed) {
      notes.push_back({.about = reconcile::Note::About::kSource, .words = confirmed.error().what});
    }
    options.early->AddTo(history);
  }
  if (options.source != nullptr) {
    TRY(options.source->RequireCluster(history.cluster_uuid));
    TRY_ASSIGN(std::vector<reconcile::Note> said,
               reconcile::AddLiveAnswers(*options.source, history));
    std::ranges::move(said, std::back_inserter(notes));
  }
  reconcile::Judgement judgement = reconcile::Judge(history);
  std::ranges::move(notes, std::back_inserter(judgement.notes));
  return judgement;
}

}  // namespace trafrec::tools
