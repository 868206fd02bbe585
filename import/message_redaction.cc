#include "import/message_redaction.h"

#include "reassembly/redaction/limits.h"

namespace trafrec::import {
namespace {

using reassembly::Redactor;
using store::Flag;
using store::FlagBit;

}  // namespace

MessageRedaction::MessageRedaction(std::shared_ptr<const reassembly::Redaction> redaction)
    : redactor_(redaction ? std::make_unique<Redactor>(std::move(redaction)) : nullptr) {}

void MessageRedaction::Redact(ImportedExchange& exchange) {
  if (!redactor_) {
    return;
  }
  exchange.target = std::string(redactor_->Target(exchange.target));
  exchange.host = std::string(redactor_->Host(exchange.host));
  for (store::InterimResponse& interim : exchange.interim) {
    interim.head = std::string(redactor_->Head(interim.head));
  }
  for (std::optional<ImportedMessage>* const message : {&exchange.request, &exchange.response}) {
    if (*message) {
      RedactMessage(**message);
    }
  }
}

void MessageRedaction::RedactMessage(ImportedMessage& message) {
  if (redactor_->reads_bodies() && !message.body.empty() &&
      !HasFlag(message.facts.flags, Flag::kWithheld)) {
    RedactBody(message);
  }
  message.head = std::string(redactor_->Head(message.head));
  if (!message.trailers.empty()) {
    message.trailers = std::string(redactor_->Fields(message.trailers));
  }
}

void MessageRedaction::RedactBody(ImportedMessage& message) {
  store::MessageFacts& facts = message.facts;
  const bool readable = message.body.size() <= reassembly::limits::kRedactedBodyBytes &&
                        message.body.size() == facts.body_bytes;
  // What is decoded already has no encoding, whatever its head says.
  const std::string_view head =
      HasFlag(facts.flags, Flag::kReencoded) ? std::string_view() : std::string_view(message.head);
  const Redactor::Body outcome =
      readable ? redactor_->RedactBody(head, message.body) : redactor_->Withhold(message.body);
  if (outcome == Redactor::Body::kReencoded) {
    facts.flags |= FlagBit(Flag::kReencoded);
    facts.body_bytes = message.body.size();
  } else if (outcome == Redactor::Body::kWithheld) {
    facts.flags |= FlagBit(Flag::kWithheld);
  }
  facts.body_stored_bytes = message.body.size();
}

}  // namespace trafrec::import
