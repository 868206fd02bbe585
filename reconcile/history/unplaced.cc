#include "reconcile/history/unplaced.h"

#include <algorithm>

#include "reconcile/history/limits.h"

namespace trafrec::reconcile {
namespace {

using dialect::Kind;

void TakeAliases(History& history) {
  for (const MetadataChange& change : history.metadata.changes()) {
    if (change.what.kind != MetadataKind::kAlias) {
      continue;
    }
    const bool plain = (change.what.index + change.what.name).find('*') == std::string::npos;
    if (change.value && !change.question && plain) {
      history.names.Leads(change.what.name, change.what.index);
    } else {
      history.names.Moves(change.what.name);
    }
  }
}

}  // namespace

LostTraffic UnplacedTraffic(const Span& ran) {
  return {.ran = ran, .answered = true, .most = 0, .recorded = true};
}

void UnplacedWrites::Add(const Write& write, const dialect::Outcome& outcome) {
  if (!outcome.index.empty()) {
    return;  // its answer says where it went
  }
  const store::ExchangeId& by = write.at.exchange;
  const Span& ran = write.ran;
  std::vector<Several>& writes = writes_[write.document.index];
  const bool full = writes.size() >= limits::kUnplacedExchanges;
  if (writes.empty() || (writes.back().by != by && !full)) {
    writes.push_back({by, UnplacedTraffic(ran)});
  }
  LostTraffic& traffic = writes.back().traffic;
  traffic.ran = {std::min(traffic.ran.from, ran.from), std::max(traffic.ran.until, ran.until)};
  traffic.most = *traffic.most + 1;
}

void UnplacedWrites::Finish(History& history) const {
  TakeAliases(history);
  for (const auto& [name, writes] : writes_) {
    for (const Several& several : writes) {
      if (!history.names.Knows(name)) {
        history.lost.push_back(several.traffic);
      }
    }
  }
  for (const OpenRequest& request : history.requests) {
    LostTraffic traffic = UnplacedTraffic(request.runs);
    for (const size_t number : request.questions) {
      const Question& question = history.questions[number];
      if (question.kind == Kind::kBulk) {
        traffic.most.reset();  // nobody can read what it is about
        traffic.bytes = request.unread_bytes;
        traffic.in_flow = request.unread_bytes > 0;
      } else if (traffic.most && dialect::WritesDocument(question.kind) && !question.told &&
                 !history.names.Knows(question.document.index)) {
        traffic.most = *traffic.most + 1;
      }
    }
    if (traffic.most != 0 && request.wire == WireProof::kNone) {
      history.lost.push_back(traffic);
    }
  }
}

}  // namespace trafrec::reconcile
