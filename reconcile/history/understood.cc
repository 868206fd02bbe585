#include "reconcile/history/understood.h"

#include <string_view>
#include <utility>

#include "reconcile/history/holes.h"
#include "reconcile/history/mutation_facts.h"
#include "reconcile/history/precedents.h"
#include "reconcile/history/redacted.h"
#include "reconcile/history/sights.h"
#include "replay/recorded/request.h"

namespace trafrec::reconcile {
namespace {

bool IsReencoded(const std::optional<store::StoredMessage>& message) {
  return message && HasFlag(message->facts.flags, store::Flag::kReencoded);
}

store::StoredExchange BeforeHoles(store::StoredExchange stored) {
  CutAtHoles(stored);
  return stored;
}

/// Of a source in which values may be others.
void ForgetSource(Sight& sight) {
  sight.source.reset();
  sight.tokens.clear();
  sight.text.clear();
}

}  // namespace

Understood::Understood(store::StoredExchange stored, bool stray_answer)
    : exchange_(BeforeHoles(std::move(stored))), stray_answer_(stray_answer) {}

void Understood::Understand(const How& how, Bodies wanted) {
  const dialect::Dialect& dialect = how.dialect;
  view_.emplace(exchange_);
  if (view_->request() == nullptr) {
    return;
  }
  edited_request_ = how.redacted && IsReencoded(exchange_.request);
  edited_answer_ = how.redacted && IsReencoded(exchange_.response);
  whole_answer_ = view_->answer() != nullptr && IsWhole(exchange_.response);
  ran_ = SpanOf(exchange_).Widened(how.clock_error_ns);
  meaning_ = MeaningOf(dialect, *view_->request(), whole_answer_, HasHole(*exchange_.request));
  if (view_->answer() != nullptr) {
    answer_ = dialect.ReadAnswer(meaning_, *view_->answer());
  }
  answer_.outcomes.resize(meaning_.operations.size());
  const bool theirs = view_->answer() == nullptr || dialect.name() != "search" ||
                      IsTheSources(meaning_, *view_->answer(), answer_.unreadable, whole_answer_);
  if (!theirs) {
    ForgetOutcomes(answer_.outcomes);
  }
  for (dialect::Outcome& outcome : answer_.outcomes) {
    if (IsToken(outcome.error)) {
      outcome.error.clear();
    }
  }
  answered_ = whole_answer_ && theirs;
  if (answered_) {
    sights_ = SightsIn(*view_->request(), meaning_, *view_->answer(), answer_.outcomes, ran_);
    for (Sight& sight : sights_) {
      sight.by = exchange_.row.id;
      if (edited_answer_) {
        ForgetSource(sight);
      }
    }
  }
  if (wanted != Bodies::kNone) {
    ReadBodies(wanted);
  }
}

void Understood::ReadBodies(Bodies wanted) {
  bodies_.resize(meaning_.operations.size());
  const bool whole_request = recorded::IsWhole(*exchange_.request);
  for (size_t i = 0; i < meaning_.operations.size(); ++i) {
    const dialect::Operation& operation = meaning_.operations[i];
    if (!operation.mutation || edited_request_) {
      continue;
    }
    const BodyTree tree(BodyOf(*view_->request(), operation));
    const json::Tree* body = tree.get();
    bodies_[i].texts = Tokens(body);
    if (wanted == Bodies::kTextsAndChanges && whole_request &&
        TookNumber(operation, answer_.outcomes[i])) {
      bodies_[i].change = ChangeOf(operation, body);
    }
    if (wanted == Bodies::kTextsAndChanges && whole_request && answered_ &&
        Precedents::WasTaken(operation, answer_.outcomes[i])) {
      bodies_[i].traits = TraitsOf(operation, body);
    }
  }
}

}  // namespace trafrec::reconcile
