#pragma once

#include <cstddef>
#include <string>

#include "replay/compare/tally.h"
#include "tools/json_object.h"

namespace trafrec::tools {

/// What would make a difference go away, of which a person takes one.
struct SuggestionStyle {
  std::string log{};  ///< of the source; "": another run, that nothing is laid over
  std::string overlay = "changes.overlay";  ///< the run's, if it had one
};

struct CompareReport;
/// Of a report's source and run.
SuggestionStyle SuggestionsFor(const CompareReport& report);

/// For a screen: rules to be appended to a rules file, and the command that takes the request out
/// of the next run.
std::string SuggestionText(const compare::Group& group, const SuggestionStyle& style,
                           size_t indent);

/// `suggestions`, into an object that is open.
void AppendSuggestions(JsonAppender& json, const compare::Group& group,
                       const SuggestionStyle& style);

}  // namespace trafrec::tools
