// Any HTTP service. It knows no conditions that hold everywhere, so a copy without an answer is
// judged by what a GET of the same resource shows, or not at all (RFC 9110, section 9.2.2, calls
// PUT and DELETE idempotent; but the first copy may come after a later change of the resource).

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "replay/dialect/dialect.h"
#include "replay/guard/guard.h"
#include "replay/guard/reading.h"
#include "replay/guard/retry_after.h"
#include "replay/guard/settle.h"

namespace trafrec::guard {
namespace {

using dialect::Fate;

bool CanBeAsked(const message::Request& request) {
  return request.method == "PUT" || request.method == "DELETE";
}

void DoubtOrGiveUp(const Parcel& parcel, Item& item, const std::string& why) {
  Doubt(item, why);
  if (!CanBeAsked(*parcel.request)) {
    GiveUp(item, Cause::kUndecidable,
           fmt::format("{}: what a {} did cannot be asked for, and another one might do it "
                       "again",
                       why, parcel.request->method));
  }
}

/// The resource is as the request leaves it. What it found there nobody sees any more: what the
/// source's found was there, if that did its work.
void FinishByReading(Item& item, std::initializer_list<Fate> done, std::string why) {
  dialect::Outcome outcome{.fate = Fate::kDone, .status = 200};
  if (item.source != nullptr && std::ranges::find(done, item.source->fate) != done.end()) {
    item.as_at_source = true;
    outcome.fate = item.source->fate;
    outcome.status = item.source->status;
  }
  Finish(item, std::move(outcome), std::move(why));
}

void JudgeResource(const message::Request& request, Item& item, const message::Answer& answer) {
  const bool is_gone = answer.status == 404 || answer.status == 410;
  if (request.method == "DELETE") {
    if (is_gone) {
      FinishByReading(item, {Fate::kDone, Fate::kNotFound},
                      "seen by reading: the resource is gone");
    } else {
      GiveUp(item, Cause::kUndecidable,
             "no answer, and the resource is still there: the copy may still be carried out, "
             "on a later one");
    }
    return;
  }
  if (answer.status == 200 && answer.body == request.body) {
    FinishByReading(item, {Fate::kDone, Fate::kCreated},
                    "seen by reading: the resource is what was put");
    return;
  }
  GiveUp(item, Cause::kUndecidable,
         fmt::format("no answer, and a GET shows {}: the copy may still be carried out",
                     is_gone ? "nothing" : "something else than was put"));
}

class Http final : public Guard {
 public:
  std::optional<message::Request> ReadRequest(const Parcel& parcel) const override {
    if (parcel.items.empty() || parcel.items[0].stage != Stage::kInDoubt) {
      return std::nullopt;
    }
    return Beside(*parcel.request, "GET", parcel.request->target);
  }

  void TakeReading(Parcel& parcel, const Reply& reply) const override {
    Item& item = parcel.items[0];
    if (!CanBeAsked(*parcel.request)) {
      DoubtOrGiveUp(parcel, item, "no answer");
      return;
    }
    const Fate fate = reply.answer ? dialect::FateOfStatus(reply.answer->status) : Fate::kUnknown;
    if (fate == Fate::kUnknown || fate == Fate::kRejected || fate == Fate::kFailed) {
      item.why = "the resource was not read: " + WhatCame(reply);
      item.retry_after_ms = RetryAfterMs(reply);
      return;
    }
    JudgeResource(*parcel.request, item, *reply.answer);
  }

  message::Request WriteRequest(Parcel& parcel) const override {
    Http::WriteAsItIs(parcel);
    return *parcel.request;
  }

  bool WriteAsItIs(Parcel& parcel) const override {
    for (Item& item : parcel.items) {
      ++item.tries;
      item.retry_after_ms = 0;
    }
    return true;
  }

  void TakeReply(Parcel& parcel, const Reply& reply) const override {
    Item& item = parcel.items[0];
    const bool mutation = parcel.meaning->mutation;
    if (!reply.answer) {
      if (!reply.sent || !mutation) {
        Postpone(item, WhatCame(reply), 0);
      } else {
        DoubtOrGiveUp(parcel, item, WhatCame(reply));
      }
      return;
    }
    const dialect::Answer read = dialect::HttpDialect().ReadAnswer(
        *parcel.meaning, {reply.answer->status, {}, reply.answer->body});
    const dialect::Outcome& outcome = read.outcomes[0];
    if (outcome.fate == Fate::kRejected || (outcome.fate == Fate::kUnknown && !mutation)) {
      Postpone(item, WhatCame(reply), RetryAfterMs(reply));
    } else if (outcome.fate == Fate::kUnknown) {
      DoubtOrGiveUp(parcel, item, WhatCame(reply));
      item.retry_after_ms = RetryAfterMs(reply);
    } else {
      Finish(item, outcome);
    }
  }

  message::Answer Assemble(const dialect::Meaning& /*meaning*/, std::span<const Item> /*items*/,
                           const message::Answer& last) const override {
    return last;
  }
};

}  // namespace

const Guard& HttpGuard() {
  static const Http kHttp;
  return kHttp;
}

}  // namespace trafrec::guard
