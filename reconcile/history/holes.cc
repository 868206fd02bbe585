#include "reconcile/history/holes.h"

#include <algorithm>

#include "replay/json/json_tree.h"
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

bool LacksSource(const dialect::Operation& operation, std::string_view body) {
  const auto tree = json::Tree::Parse(body);
  return operation.kind != dialect::Kind::kDelete && (!tree || tree->size() == 0);
}

}  // namespace trafrec::reconcile
