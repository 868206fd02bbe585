#include "reconcile/history/history.h"

#include <string_view>

namespace trafrec::reconcile {
namespace {

/// A body that nobody can read may write anything.
constexpr std::string_view kHidden = "?";

}  // namespace

void Question::ForgetSource(bool may_be_long) {
  change = {};
  tokens.clear();
  writer = Writer::OfBody(kHidden);
  fit = Fit::kHidden;
  traits.readable = false;
  hard_to_index = may_be_long && kind != dialect::Kind::kDelete;
  if (kind == dialect::Kind::kUpdate) {  // its script may do anything
    unconditional = false;
    deletes = true;
    makes = true;
  }
}

void ByQueryRun::ForgetScript() {
  selection = {};
  change = {};
  writer = Writer::OfBody(kHidden).ForEach();
  deletes = !writes || deletes;
  makes = true;
  changes_all = false;
}

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
