#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "reconcile/evidence/early_answers.h"
#include "reconcile/history/history.h"
#include "reconcile/source/live_source.h"
#include "reconcile/verdict/judge.h"
#include "store/reader/log_reader.h"

namespace trafrec::tools {

/// What a judgement of a log rests on.
struct DecisionOptions {
  std::string dialect = "auto";
  reconcile::HistoryOptions waits{};
  std::string translog{};                   ///< "": none
  reconcile::LiveSource* source = nullptr;  ///< null: it is not asked
  /// What the source said before; null: nothing.
  reconcile::EarlyAnswers* early = nullptr;
  /// Of a log of which only HTTP is known: it is asked for each resource in question.
  std::optional<send::Target> service{};
};

/// The dialect of that name, or the one that the log speaks.
Result<const dialect::Dialect*> DialectOf(const std::string& name, store::LogReader& log);

/// Reads the log and all else, and judges. `history` gets the facts.
Result<reconcile::Judgement> Decide(store::LogReader& log, const DecisionOptions& options,
                                    reconcile::History& history);

}  // namespace trafrec::tools
