#pragma once

#include <string>

#include "store/reader/log_reader.h"
#include "tools/json_object.h"

namespace trafrec::tools {

/// "every exchange below number 17; every request before …; …": marks of an attempt, and what
/// holds them back.
std::string MarksInWords(const store::AttemptInfo& attempt, const store::Marks& marks);

/// Fields of an object that the caller has opened: exchanges_below, requests_through,
/// requests_hold, answers_through, answers_hold.
void AppendMarksJson(JsonAppender& json, const store::AttemptInfo& attempt,
                     const store::Marks& marks);

/// "the token is not in its form": what a verdict means, without a full stop.
const char* VerdictSentence(store::SentinelVerdict verdict);

}  // namespace trafrec::tools
