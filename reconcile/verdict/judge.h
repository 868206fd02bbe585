#pragma once

#include <string>
#include <vector>

#include "reconcile/history/history.h"
#include "reconcile/model/index_history.h"
#include "reconcile/model/limits.h"
#include "reconcile/note.h"
#include "store/overlay/overlay_entry.h"

namespace trafrec::reconcile {

/// One fact in a verdict, in words.
struct Evidence {
  std::string kind{};  ///< "wire", "sequence", "assumption", …: docs/reconcile.md
  std::string words{};
};

/// What the source did with an operation whose outcome the log does not show.
struct Finding {
  size_t question = 0;  ///< in History::questions
  store::Verdict verdict = store::Verdict::kUnknown;
  store::Grade grade = store::Grade::kProven;
  std::vector<Evidence> evidence{};
  /// Where it stands in a history that fits; nothing if its index's UUID is not known.
  std::optional<store::CommitPosition> position{};
};

/// A number that nothing in the log explains: a mutation that is missing from it.
struct MissingMutation {
  std::string index{};
  uint32_t shard = 0;
  int64_t seq_no = 0;
  Span ran{};
  std::optional<store::CommitPosition> position{};
  /// What it left, in History::sights, where a translog or the live source shows it.
  std::optional<size_t> sight{};
};

struct Judgement {
  std::vector<Finding> findings{};  ///< one for each question, in the log's order
  std::vector<MissingMutation> missing{};
  std::vector<Note> notes{};
};

/// Decides what follows from the log alone. Proven: it holds in every history that fits. Presumed:
/// it does so if what is named in its evidence is taken for granted. `window_questions`: of a long
/// log so many questions are decided at a time.
Judgement Judge(const History& history, size_t window_questions = limits::kWindowQuestions);

}  // namespace trafrec::reconcile
