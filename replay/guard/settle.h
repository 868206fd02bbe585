#pragma once

#include <string>
#include <string_view>

#include "replay/guard/guard.h"

namespace trafrec::guard {

/// Done, by an answer or by a reading (`why` then says so).
void Finish(Item& item, dialect::Outcome result, std::string why = {});
void GiveUp(Item& item, Cause cause, std::string why);
/// To be sent again as it was, when the target has had its rest.
void Postpone(Item& item, std::string why, int64_t retry_after_ms);
/// Nothing says what became of the last copy.
void Doubt(Item& item, std::string why);
/// What was known of the document was wrong: fresh again, but not for ever.
void BeginAgain(Item& item, std::string why);

/// "the target answered 503", "no answer: connection reset".
std::string WhatCame(const Reply& reply);

}  // namespace trafrec::guard
