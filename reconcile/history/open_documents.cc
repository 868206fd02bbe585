#include "reconcile/history/open_documents.h"

#include "reconcile/history/holes.h"
#include "reconcile/history/mutation_facts.h"
#include "replay/recorded/exchange_view.h"

namespace trafrec::reconcile {

std::vector<DocumentName> OpenDocuments(const store::StoredExchange& exchange,
                                        const dialect::Dialect& dialect) {
  std::vector<DocumentName> documents;
  const recorded::ExchangeView view(exchange);
  if (view.request() == nullptr) {
    return documents;
  }
  const bool answered = view.answer() != nullptr && IsWhole(exchange.response);
  const dialect::Meaning meaning =
      MeaningOf(dialect, *view.request(), answered, HasHole(*exchange.request));
  dialect::Answer answer;
  if (view.answer() != nullptr) {
    answer = dialect.ReadAnswer(meaning, *view.answer());
  }
  answer.outcomes.resize(meaning.operations.size());
  for (size_t i = 0; i < meaning.operations.size(); ++i) {
    const dialect::Operation& operation = meaning.operations[i];
    if (operation.mutation && IsOpen(answer.outcomes[i], answered, operation)) {
      const Question question =
          QuestionOf(operation, answer.outcomes[i], BodyOf(*view.request(), operation));
      if (!question.document.id.empty()) {
        documents.push_back(question.document);
      }
    }
  }
  return documents;
}

}  // namespace trafrec::reconcile
