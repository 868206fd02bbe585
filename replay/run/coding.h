#pragma once

#include "replay/guard/guard.h"
#include "replay/message/http_message.h"
#include "replay/plan/planned_exchange.h"
#include "replay/send/sent.h"

namespace trafrec::replay {

/// The answer with its content encoding taken off, where that can be done.
message::Answer WithoutCoding(message::Answer answer);

/// What came back, for the guard, the content encoding of an answer taken off. One that has none is
/// lent rather than copied: `sent`, which outlives this, has it again when this is gone.
class LentReply {
 public:
  explicit LentReply(send::Sent& sent);
  LentReply(const LentReply&) = delete;
  LentReply& operator=(const LentReply&) = delete;
  ~LentReply();

  const guard::Reply& operator*() const { return reply_; }
  const guard::Reply* operator->() const { return &reply_; }

 private:
  send::Sent& sent_;
  guard::Reply reply_;
  bool lent_ = false;
};

/// Puts the content codings on again that the plan took off the body: as they were recorded, if
/// nothing has changed the body; else anew, those that the request's field now names.
void RestoreCoding(const plan::PlannedExchange& plan, message::Request& request);

}  // namespace trafrec::replay
