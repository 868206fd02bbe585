#pragma once

#include <memory>

#include "import/imported_exchange.h"
#include "reassembly/redaction/redactor.h"

namespace trafrec::import {

/// Takes secrets out of an exchange as a recorder would have: before anything of it is stored.
class MessageRedaction {
 public:
  /// Null: secrets are kept.
  explicit MessageRedaction(std::shared_ptr<const reassembly::Redaction> redaction);

  void Redact(ImportedExchange& exchange);

 private:
  void RedactMessage(ImportedMessage& message);
  void RedactBody(ImportedMessage& message);

  std::unique_ptr<reassembly::Redactor> redactor_;
};

}  // namespace trafrec::import
