#include "reconcile/history/holes.h"

#include <algorithm>

#include "reconcile/history/content.h"
#include "replay/recorded/message_head.h"
#include "replay/recorded/request.h"

namespace trafrec::reconcile {
namespace {

using store::Flag;
using store::FlagBit;

constexpr store::Flags kNotInTheLog = FlagBit(Flag::kGapInRequest) | FlagBit(Flag::kGapInResponse) |
                                      FlagBit(Flag::kEvicted) | FlagBit(Flag::kWithheld) |
                                      FlagBit(Flag::kSnaplenCut) | FlagBit(Flag::kBodyShed) |
                                      FlagBit(Flag::kBodyMissing);

}  // namespace

bool HasHole(const store::StoredMessage& message) {
  return (message.facts.flags & kNotInTheLog) != 0 || !message.facts.gaps.empty();
}

void CutAtHoles(store::StoredExchange& exchange) {
  for (auto* message : {&exchange.request, &exchange.response}) {
    if (*message && !(*message)->facts.gaps.empty()) {
      std::string& body = (*message)->body;
      body.resize(std::min(body.size(), recorded::UnbrokenBytes(**message)));
    }
  }
}

TokenIndex::Unread UnreadOf(const store::StoredExchange& exchange, const std::string& document,
                            bool answered) {
  return {.id = exchange.row.id,
          .sent_at = exchange.request->facts.first_byte_at,
          .answered = answered,
          .body_bytes = exchange.request->facts.body_bytes,
          .document = document};
}

uint64_t UnreadBytes(const store::StoredMessage& request) {
  const recorded::MessageHead head = recorded::ParseHead(request.head);
  const bool coded = !recorded::FieldValue(head.fields, "Content-Encoding").empty();
  return coded ? 0
               : request.facts.body_bytes - std::min(request.body.size(), request.facts.body_bytes);
}

bool LacksSource(const dialect::Operation& operation, std::string_view body) {
  return operation.kind != dialect::Kind::kDelete && BodyTree(body).get() == nullptr;
}

}  // namespace trafrec::reconcile
