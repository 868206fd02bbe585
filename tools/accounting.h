#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/counters.h"
#include "store/format/records.h"

// Counters in sentences, for `stats` and for the end of `record`.

namespace trafrec::tools {

/// 0 where there is no such counter.
uint64_t ValueOf(const Counters& counters, std::string_view name);
std::optional<uint64_t> FindValue(const Counters& counters, std::string_view name);

/// Something that a person should know about a recording, and what to do about it.
struct Finding {
  std::string what;
  std::string remedy;  ///< may be empty
};

/// What was lost on the way, largest first: what a crash may have taken, kernel, interface and ring
/// drops, gaps, cut packets, what was shed. Empty: nothing that anyone could know of.
std::vector<Finding> LossFindings(const Counters& counters,
                                  const std::vector<store::LossRecord>& losses);

/// If no exchange was seen: what was seen instead (nothing, TLS, HTTP/2, other protocols, packets
/// that were ignored). Empty if there are exchanges.
std::vector<Finding> NothingSeenFindings(const Counters& counters);

/// What is in no exchange, or not as it was sent, and is no loss that is known: connections of
/// other protocols, packets that could not be read, payload outside of its flow.
std::vector<Finding> AsideFindings(const Counters& counters);

/// "the kernel dropped 1,204 packets between … and …": one loss row as a sentence.
std::string LossSentence(const store::LossRecord& loss);

/// The counters as a tree with aligned numbers, parts below their wholes; parts that are zero are
/// left out.
std::string CounterTree(const Counters& counters);

}  // namespace trafrec::tools
