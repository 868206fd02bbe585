#pragma once

#include <span>
#include <string>
#include <string_view>

#include "replay/compare/difference.h"
#include "replay/dialect/operation.h"

namespace trafrec::compare {

/// A difference between Elasticsearch 6.8 to 8 and OpenSearch 1 to 3 whose cause is known.
struct KnownDifference {
  std::string_view id;         ///< "hits-total-object"; stable
  std::string_view words;      ///< what one product does otherwise, and what helps
  std::string_view versions;   ///< between which
  std::string_view transform;  ///< the rule of es-to-opensearch that mends it; "" if none does
  /// Seen between real nodes, as opposed to read in what the projects publish.
  bool tried = false;
};

/// "known: OpenSearch 2 has no mapping types (6.8, 7 to OpenSearch 2); --transform es-to-opensearch
/// (types-in-paths) mends it".
std::string InWords(const KnownDifference& known);

/// All of them, in the order in which they are looked for.
std::span<const KnownDifference> KnownDifferences();

/// Says of each difference in the answers to that request what is known of it. What an error
/// explains (its status, and how its body is written) is explained with it.
void Explain(const dialect::Meaning& meaning, Differences& differences);

}  // namespace trafrec::compare
