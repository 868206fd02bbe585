#pragma once

#include <string>
#include <vector>

namespace trafrec::reconcile {

/// Asks the source at `url`, and prints a JSON object a line. `what` is one of
///   positions INDEX…         the copies of shards
///   indices INDEX…           shards and routing shards, learned if need be
///   numbers INDEX SHARD      all documents of a shard by their sequence numbers, after a refresh
///   documents FILE           lines "index hex-of-id hex-of-routing"
///   writes                   what runs
///   as CLUSTER-UUID          whether it is that cluster
/// The program's exit code.
int ProbeSource(const std::string& url, const std::vector<std::string>& what);

}  // namespace trafrec::reconcile
