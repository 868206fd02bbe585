#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace trafrec {

/// One counter of the accounting (docs/accounting.md). `part_of` names the counter of which this
/// one is a part: the values of all parts of one counter add up to it exactly. Empty for the root
/// of a sum, or a figure that is part of none.
struct Counter {
  std::string name;     ///< dotted, lower case, unit last: "packets.ignored.not_ip",
                        ///< "payload.client.delivered_bytes"
  std::string part_of;  ///< name of the whole, or empty
  uint64_t value = 0;
};

using Counters = std::vector<Counter>;

/// A sum that does not hold: "packets.received is 10, but its parts add up to 9 (packets.tcp 8,
/// packets.ignored.not_ip 1)", and names that stand there twice. Empty when all sums hold. A
/// non-empty answer is a bug of ours: tests abort, release reports it.
std::vector<std::string> BrokenSums(const Counters& counters);

}  // namespace trafrec
