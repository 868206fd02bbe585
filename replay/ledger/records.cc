#include "replay/ledger/records.h"

#include "store/reader/operation_address.h"

namespace trafrec::ledger {

const char* NameOf(State state) {
  switch (state) {
    case State::kIntended:
      return "intended";
    case State::kAnswered:
      return "answered";
    case State::kDead:
      return "dead";
    case State::kBlocked:
      return "blocked";
    case State::kRedriven:
      return "redriven";
  }
  return "unknown";
}

void IndexChange::Add(const IndexChange& later) {
  if (later.emptied) {
    *this = later;
    return;
  }
  created += later.created;
  deleted += later.deleted;
  unclear += later.unclear;
  assumed += later.assumed;
}

std::string FormatAddress(const Address& at) {
  return store::FormatAddress({.exchange = at.exchange, .item = at.item});
}

}  // namespace trafrec::ledger
