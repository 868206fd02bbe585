#include "reconcile/history/history.h"

namespace trafrec::reconcile {

void History::TakeProduct(VersionId version) {
  product = version;
  for (OpenRequest& request : requests) {
    if (request.bulk && version.StreamsBulks()) {
      request.wire = WireProof::kNone;
    }
  }
}

std::set<store::OperationAddress> History::StrayWrites() const {
  std::set<store::OperationAddress> strays;
  for (const Question& question : questions) {
    if (question.told) {
      strays.insert({question.at.exchange, question.at.item.value_or(0)});  // as writes have it
    }
  }
  return strays;
}

}  // namespace trafrec::reconcile
