#include "tools/compare/pair_compare.h"

#include "replay/compare/answer_compare.h"
#include "replay/recorded/exchange_view.h"
#include "store/reader/exchange_id.h"
#include "tools/compare/limits.h"
#include "tools/patterns/analysis/shape.h"

namespace trafrec::tools {

compare::Compared ComparePair(const dialect::Dialect& dialect,
                              const std::vector<compare::Rule>& rules,
                              const store::StoredExchange& source,
                              const store::StoredExchange& result) {
  const recorded::ExchangeView view(source);
  // What the run sent is of no interest here.
  const recorded::MessageView result_message(*result.response);
  const dialect::AnswerView answer{result.row.status, result_message.headers,
                                   result_message.content.bytes};
  const dialect::RequestView request =
      view.request() == nullptr ? dialect::RequestView{} : *view.request();
  const dialect::Meaning meaning = dialect.Understand(request);
  compare::Compared pair{.shape = patterns::ShapeOf(request, meaning),
                         .source = store::FormatExchangeId(source.row.id),
                         .result = store::FormatExchangeId(result.row.id),
                         .differences = {}};
  const compare::RulesHere here(rules, {.shape = pair.shape,
                                        .request = &request,
                                        .meaning = &meaning,
                                        .source_status = view.answer()->status,
                                        .target_status = answer.status,
                                        .time = source.row.began_at});
  pair.sizes = {.source = view.answer()->body.size(), .target = answer.body.size()};
  pair.differences = compare::CompareAnswers(*view.answer(), answer, here, meaning);
  return pair;
}

Result<std::vector<AnswerRow>> SampleOf(const Sides& sides, const dialect::Dialect& dialect,
                                        const std::vector<compare::Rule>& rules,
                                        const std::string& source_id,
                                        const std::string& result_id) {
  TRY_ASSIGN(const store::ExchangeRow source_row, sides.source->Find(source_id));
  TRY_ASSIGN(const store::ExchangeRow result_row, sides.run->Find(result_id));
  TRY_ASSIGN(const store::StoredExchange source, sides.source->Load(source_row));
  TRY_ASSIGN(const store::StoredExchange result, sides.run->Load(result_row));
  const recorded::ExchangeView view(source);
  const recorded::ExchangeView result_view(result);
  return SideBySide(*view.answer(), *result_view.answer(),
                    ComparePair(dialect, rules, source, result).differences.found,
                    {.line_bytes = limits::kLineBytes});
}

}  // namespace trafrec::tools
