#include "store/reader/hidden_columns.h"

namespace trafrec::store {

HiddenColumns FindHiddenColumns(SegmentFiles& files, const std::vector<AttemptSnapshot>& attempts) {
  HiddenColumns hidden;
  for (const AttemptSnapshot& attempt : attempts) {
    // An attempt encrypts the same in all its segments. One that cannot be read says so elsewhere.
    static_cast<void>(files.With(
        attempt.key, attempt.segments.front(), [&](SegmentConnection& connection) -> Status {
          if (connection.cipher() != nullptr) {
            return {};
          }
          TRY_ASSIGN(const auto addresses,
                     connection.database().QueryInt(
                         "SELECT value FROM attempt WHERE key='encrypted_addresses'"));
          if (addresses) {
            hidden.texts.insert(attempt.key.recorder);
          }
          if (addresses.value_or(0) != 0) {
            hidden.addresses.insert(attempt.key.recorder);
          }
          return {};
        }));
  }
  return hidden;
}

Status RequireIdentities(SegmentFiles& files, const LogCatalogue& catalogue) {
  TRY_ASSIGN(const std::vector<AttemptKey> attempts, catalogue.AllAttempts());
  for (const AttemptKey& attempt : attempts) {
    TRY_ASSIGN(const std::vector<SegmentFile> segments, files.Segments(attempt));
    if (segments.empty()) {
      continue;
    }
    const Status opened =
        files.With(attempt, segments.front().number, [](SegmentConnection&) { return Status(); });
    if (!opened && opened.error().code == ErrorCode::kPermission) {
      return opened;
    }
  }
  return {};
}

}  // namespace trafrec::store
