#include "reassembly/stream/mirror_table.h"

#include "reassembly/limits.h"

namespace trafrec::reassembly {

bool MirrorTable::Add(const FlowKey& key, uint32_t connection) {
  if (by_connection_.count(connection) >= limits::kMirrors) {
    return false;
  }
  keys_.emplace(key, connection);
  by_connection_.emplace(connection, key);
  return true;
}

}  // namespace trafrec::reassembly
