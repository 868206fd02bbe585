#include "replay/run/run_counts.h"

namespace trafrec::replay {

std::pair<std::string, int64_t> LongestOf(const LateBy& late) {
  std::pair<std::string, int64_t> longest;
  const auto consider = [&longest](const char* name, int64_t ns) {
    if (ns > longest.second) {
      longest = {name, ns};
    }
  };
  consider("order", late.order_ns);
  consider("concurrency", late.concurrency_ns);
  consider("connections", late.connections_ns);
  consider("ledger", late.ledger_ns);
  consider("away", late.away_ns);
  consider("own", late.own_ns);
  return longest;
}

}  // namespace trafrec::replay
