// Bodies that redaction must look into: they are held until they have ended, in the memory that all
// of reassembly shares. What is too large for that is hashed as it comes, and withheld. The part of
// ExchangeBook that knows redaction.

#include "reassembly/http/exchange_book.h"
#include "reassembly/redaction/limits.h"

namespace trafrec::reassembly {

using store::Flag;
using store::FlagBit;

std::string ExchangeBook::Redacted(std::string_view head) {
  return std::string(redactor_ ? redactor_->Head(head) : head);
}

void ExchangeBook::HoldBody(Message& message, Bytes bytes) {
  if (!message.withheld && message.body.size() + bytes.size() > limits::kRedactedBodyBytes) {
    message.withheld = redactor_->BeginHash();
    message.withheld->Update(AsBytes(message.body));
    std::string().swap(message.body);
  }
  if (message.withheld) {
    message.withheld->Update(bytes);
  } else {
    message.body.append(AsText(bytes));
  }
}

void ExchangeBook::RedactBody(Message& message) {
  store::MessageFacts& facts = message.facts;
  Redactor::Body outcome = Redactor::Body::kWithheld;
  if (message.withheld) {
    message.body = SecretTokens::Text(message.withheld->Finish());
    message.withheld.reset();
  } else if (message.body.empty()) {
    return;
  } else if (!facts.gaps.empty()) {
    // A hole can hide the name of a field and leave its value.
    outcome = redactor_->Withhold(message.body);
  } else {
    outcome = redactor_->RedactBody(message.head, message.body);
  }
  if (outcome == Redactor::Body::kReencoded) {
    facts.flags |= FlagBit(Flag::kReencoded);
    facts.body_bytes = message.body.size();
  } else if (outcome == Redactor::Body::kWithheld) {
    facts.flags |= FlagBit(Flag::kWithheld);
  }
  facts.body_stored_bytes = message.body.size();
}

}  // namespace trafrec::reassembly
