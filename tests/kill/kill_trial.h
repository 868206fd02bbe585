#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace trafrec::kill {

/// What was found out about one log.
struct KillReport {
  uint64_t kills = 0;
  uint64_t attempts = 0;  ///< of these kills, those that had got as far as a segment
  uint64_t requests = 0;  ///< that were answered meanwhile
  uint64_t recorded = 0;  ///< of them
  std::vector<std::string> defects;
};

/// Starts the built recorder beside endless traffic and kills it, again and again, at moments that
/// the seed chooses: while it starts, records, rotates, seals or recovers what the one before left.
/// Then lets one last start recover all, and compares the log with what was sent: nothing missing
/// below a mark, nothing twice, no request missing outside a loss row. On a network of its own.
KillReport RunKillTrial(uint64_t kills, uint64_t seed);

}  // namespace trafrec::kill
