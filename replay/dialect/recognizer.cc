#include "replay/dialect/recognizer.h"

#include "replay/dialect/rest_table.h"

namespace trafrec::dialect {
namespace {

/// The header is from Elasticsearch 7.14 on and OpenSearch 3; older ones name themselves at "/"
/// only.
bool NamesItself(const AnswerView& answer) {
  return FieldOf(answer.headers, "X-elastic-product") == "Elasticsearch" ||
         !FieldOf(answer.headers, "X-OpenSearch-Version").empty() ||
         (answer.body.find("\"lucene_version\"") != std::string_view::npos &&
          answer.body.find("\"cluster_uuid\"") != std::string_view::npos);
}

/// The members that answers of documents, bulks and searches have, in all versions. Paths with
/// types (`/orders/order/7`) look like any service's.
bool LooksLikeIt(const AnswerView& answer) {
  const auto has = [&](std::string_view text) {
    return answer.body.find(text) != std::string_view::npos;
  };
  return answer.body.starts_with('{') &&
         ((has("\"_index\":") && has("\"_id\":") && (has("\"_version\":") || has("\"found\":"))) ||
          (has("\"_shards\":") && has("\"hits\":") && has("\"took\":")));
}

}  // namespace

void Recognizer::Look(const RequestView& request, const AnswerView* answer) {
  ++looked_;
  const Target target = ParseTarget(request.target);
  const RestMatch match = MatchRestPath(request.method, target);
  const bool path_says = match.allowed && match.path->path.find("/_") != std::string_view::npos;
  typical_ += path_says || (answer != nullptr && LooksLikeIt(*answer)) ? 1 : 0;
  named_ += answer != nullptr && NamesItself(*answer) ? 1 : 0;
}

const Dialect& Recognizer::Best() const {
  return named_ > 0 || (typical_ > 0 && 2 * typical_ >= looked_) ? SearchDialect() : HttpDialect();
}

}  // namespace trafrec::dialect
