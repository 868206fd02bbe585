#pragma once

#include <string>
#include <vector>

#include "replay/census/comparison.h"
#include "tools/json_object.h"

namespace trafrec::tools {

/// What a run's report says of the documents that the target holds: sentences, the warnings in
/// lines of their own.
struct DocumentWords {
  std::string as_expected;  ///< "" if nothing was compared
  std::vector<std::string> warnings;
};
DocumentWords DocumentsInWords(const census::Comparison& comparison);

/// The member "documents" of the report.
void AppendDocuments(const census::Comparison& comparison, JsonAppender& json);

}  // namespace trafrec::tools
