#include "replay/guard/settle.h"

#include <fmt/format.h>

#include <utility>

#include "replay/guard/limits.h"

namespace trafrec::guard {

const char* NameOf(Cause cause) {
  switch (cause) {
    case Cause::kNone:
      return "";
    case Cause::kUndecidable:
      return "undecidable";
    case Cause::kPartly:
      return "partly";
    case Cause::kContested:
      return "contested";
    case Cause::kForbidden:
      return "forbidden";
    case Cause::kFailing:
      return "failing";
    case Cause::kUnreadable:
      return "unreadable";
    case Cause::kBusy:
      return "busy";
    case Cause::kUnanswered:
      return "unanswered";
    case Cause::kUnsendable:
      return "unsendable";
  }
  std::unreachable();
}

void Finish(Item& item, dialect::Outcome result, std::string why) {
  result.item = item.operation;
  item.result = std::move(result);
  item.why = std::move(why);
  item.stage = Stage::kDone;
}

void GiveUp(Item& item, Cause cause, std::string why) {
  item.cause = cause;
  item.why = std::move(why);
  item.known.reset();
  item.stage = Stage::kDead;
}

void Postpone(Item& item, std::string why, int64_t retry_after_ms) {
  item.why = std::move(why);
  item.retry_after_ms = retry_after_ms;
  item.stage = Stage::kRetry;
}

void Doubt(Item& item, std::string why) {
  item.why = std::move(why);
  item.doubted = true;
  item.stage = Stage::kInDoubt;
}

void BeginAgain(Item& item, std::string why) {
  item.why = std::move(why);
  item.stage = Stage::kFresh;
  if (++item.stale > limits::kStale) {
    GiveUp(item, Cause::kContested,
           fmt::format("what was known of the document was wrong {} times: somebody else writes it",
                       item.stale));
  }
}

std::string WhatCame(const Reply& reply) {
  if (reply.answer) {
    return fmt::format("the target answered {}", reply.answer->status);
  }
  return reply.failure.empty() ? "no answer" : "no answer: " + reply.failure;
}

}  // namespace trafrec::guard
