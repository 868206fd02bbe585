#pragma once

#include "replay/guard/guard.h"
#include "replay/message/http_message.h"
#include "replay/plan/planned_exchange.h"
#include "replay/send/sent.h"

namespace trafrec::replay {

/// The answer with its content encoding taken off, where that can be done.
message::Answer WithoutCoding(message::Answer answer);

/// What came back, for the guard: its content encoding is taken off. `sent` keeps its own.
guard::Reply ReplyOf(const send::Sent& sent);

/// Puts the content coding on again that the plan took off the body: as it was recorded, if nothing
/// has changed the body; else anew.
void RestoreCoding(const plan::PlannedExchange& plan, message::Request& request);

}  // namespace trafrec::replay
