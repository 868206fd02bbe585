#include "reassembly/dissection/rewritten_addresses.h"

namespace trafrec::reassembly {

bool RewrittenAddresses::Explain(uint16_t pair, uint16_t error, uint16_t checksum) {
  if (right_.test(pair)) {
    return false;
  }
  const auto [entry, is_new] = suspicions_.try_emplace(pair, Suspicion{error, checksum, false});
  Suspicion& suspicion = entry->second;
  if (suspicion.error != error) {
    if (!suspicion.confirmed) {
      suspicion = {error, checksum, false};
    }
    return false;
  }
  // The same checksum again may be the same packet again.
  suspicion.confirmed |= !is_new && suspicion.checksum != checksum;
  return suspicion.confirmed;
}

void RewrittenAddresses::Confirm(uint16_t pair, uint16_t error) {
  suspicions_.insert_or_assign(pair, Suspicion{error, 0, true});
}

}  // namespace trafrec::reassembly
