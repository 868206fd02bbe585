#pragma once

#include "replay/dialect/operation.h"
#include "replay/dialect/outcome.h"
#include "replay/dialect/request.h"

namespace trafrec::dialect {

/// What Elasticsearch or OpenSearch answered to a request of that meaning.
Answer ReadSearchAnswer(const Meaning& meaning, const AnswerView& answer);

}  // namespace trafrec::dialect
