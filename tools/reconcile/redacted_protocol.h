#pragma once

#include <string>

#include "base/error.h"
#include "store/reader/log_reader.h"

namespace trafrec::tools {

/// What of a search engine's requests and answers, beside fields of documents, the redaction of a
/// log's JSON bodies may have replaced: "/_id" of --redact-json, in words; "" if it replaced
/// nothing of the kind, or nobody says.
Result<std::string> RedactedProtocol(store::LogReader& log);

}  // namespace trafrec::tools
