#pragma once

#include <string>
#include <vector>

#include "store/reader/log_reader.h"
#include "tools/json_object.h"

// What is to be said about several recorders of one log.

namespace trafrec::tools {

/// "exchanges after … are held back: recorder 'b' …".
std::string HoldSentence(const store::RecorderHold& hold);
/// A recorder that is so far behind is more than slow.
bool IsWorthTelling(const store::RecorderHold& hold);

std::string WithoutSentence(const std::string& recorder);

/// "'b' is 1.2 ms ahead of 'a' (± 0.1 ms, from 1,234 packets)": a sentence for each recorder that
/// was compared.
std::vector<std::string> ClockSentences(const std::vector<store::ClockOffset>& offsets);

/// What the recorders of a log saw together, as lines of `stats`, and as its member `merged`.
std::string MergeReportInWords(const store::MergeReport& merged);
void AppendMergeJson(JsonAppender& json, const store::MergeReport& merged,
                     const std::vector<std::string>& without);

}  // namespace trafrec::tools
