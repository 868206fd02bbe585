#include "replay/dialect/outcome.h"

namespace trafrec::dialect {

std::string_view NameOf(Fate fate) {
  switch (fate) {
    case Fate::kCreated:
      return "created";
    case Fate::kUpdated:
      return "updated";
    case Fate::kDeleted:
      return "deleted";
    case Fate::kNoop:
      return "noop";
    case Fate::kFound:
      return "found";
    case Fate::kNotFound:
      return "not_found";
    case Fate::kDone:
      return "done";
    case Fate::kConflict:
      return "conflict";
    case Fate::kRefused:
      return "refused";
    case Fate::kRejected:
      return "rejected";
    case Fate::kFailed:
      return "failed";
    case Fate::kUnknown:
      break;
  }
  return "unknown";
}

bool Outcome::TookSeqNo() const {
  return seq_no && (fate == Fate::kCreated || fate == Fate::kUpdated || fate == Fate::kDeleted ||
                    fate == Fate::kNotFound);
}

Fate FateOfStatus(int status) {
  switch (status) {
    case 201:
      return Fate::kCreated;
    case 404:
      return Fate::kNotFound;
    case 409:
    case 412:
      return Fate::kConflict;
    case 429:
    case 503:
      return Fate::kRejected;
    case 408:
    case 502:
    case 504:
      return Fate::kUnknown;
    default:
      break;
  }
  if (status >= 500) {
    return Fate::kFailed;
  }
  if (status >= 400) {
    return Fate::kRefused;
  }
  return status >= 200 ? Fate::kDone : Fate::kUnknown;
}

}  // namespace trafrec::dialect
