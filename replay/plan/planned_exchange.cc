#include "replay/plan/planned_exchange.h"

#include <algorithm>

namespace trafrec::plan {

const char* NameOf(Omission omission) {
  switch (omission) {
    case Omission::kNotSelected:
      return "not_selected";
    case Omission::kNotCarriedOut:
      return "not_carried_out";
    case Omission::kPhantom:
      return "phantom";
    case Omission::kOverlay:
      return "overlay";
    case Omission::kRule:
      return "rule";
    case Omission::kIncomplete:
      return "incomplete";
    case Omission::kSentinel:
      return "sentinel";
    case Omission::kCalibration:
      return "calibration";
    case Omission::kNotHttp:
      return "not_http";
    case Omission::kPassedOver:
      return "passed_over";
    case Omission::kNone:
      break;
  }
  return "none";
}

bool IsSent(const PlannedExchange& exchange) {
  return std::ranges::any_of(exchange.operations, [](const PlannedOperation& each) {
    return each.omission == Omission::kNone;
  });
}

size_t PlannedExchange::Bytes() const {
  size_t bytes = sizeof(PlannedExchange) + request.body.capacity() + coded_body.capacity() +
                 request.target.capacity();
  for (const message::Field& field : request.fields) {
    bytes += sizeof(field) + field.name.capacity() + field.value.capacity();
  }
  // An operation with its keys, and once more in the order.
  constexpr size_t kOperationBytes =
      sizeof(dialect::Operation) + sizeof(PlannedOperation) + 4 * sizeof(dialect::Key) + 256;
  return bytes + operations.size() * kOperationBytes;
}

}  // namespace trafrec::plan
