#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "replay/compare/rules.h"
#include "replay/compare/tally.h"
#include "replay/dialect/dialect.h"
#include "store/reader/log_reader.h"
#include "tools/compare/side_by_side.h"
#include "tools/compare/sides.h"

namespace trafrec::tools {

/// Both have whole answers. Without times.
compare::Compared ComparePair(const dialect::Dialect& dialect,
                              const std::vector<compare::Rule>& rules,
                              const store::StoredExchange& source,
                              const store::StoredExchange& result);

/// For the page: both answers again, as rows.
Result<std::vector<AnswerRow>> SampleOf(const Sides& sides, const dialect::Dialect& dialect,
                                        const std::vector<compare::Rule>& rules,
                                        const std::string& source_id, const std::string& result_id);

}  // namespace trafrec::tools
