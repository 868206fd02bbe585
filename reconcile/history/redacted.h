#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "replay/dialect/dialect.h"
#include "store/reader/log_reader.h"

// What redaction (docs/privacy.md) did to what a log shows. Tokens stand for strings, other numbers
// for numbers, false for true and false: of a body in which values may have been replaced nothing
// is compared, and where it replaced ids, numbers or outcomes nothing is read at all.

namespace trafrec::reconcile {

struct History;
class Understood;

/// A value that a token stands for.
bool IsToken(std::string_view text);
/// Whether one may stand in it.
bool HoldsToken(std::string_view text);

/// Whether values of bodies with flag `reencoded` may have been replaced.
bool MayHoldTokens(const std::vector<store::AttemptInfo>& attempts);

/// Whether what was sent has room for a text that Lucene refuses, whatever stands there now.
bool MayHaveSentLongText(const store::StoredMessage& request);

/// What tokens stand for in a request or its answer that tells one operation from another, in
/// words: "ids", "parameters of requests"; "" if there are none.
std::string_view HiddenIn(const dialect::RequestView& request, const dialect::Operation& operation,
                          const dialect::Outcome& outcome);

/// Of an exchange: redaction may have replaced what tells operations from each other, or texts that
/// they wrote.
void NoteRedaction(const Understood& understood, History& history);

}  // namespace trafrec::reconcile
