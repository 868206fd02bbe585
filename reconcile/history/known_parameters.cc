#include "reconcile/history/known_parameters.h"

#include <algorithm>
#include <array>

#include "replay/dialect/target.h"

namespace trafrec::reconcile {
namespace {

using dialect::Kind;

template <size_t N>
using Names = std::array<std::string_view, N>;

/// Of every request that writes, Elasticsearch 6.8 to OpenSearch 2: what says how it is answered,
/// and when.
constexpr Names<12> kEverywhere = {"pretty",
                                   "human",
                                   "error_trace",
                                   "filter_path",
                                   "format",
                                   "source",
                                   "source_content_type",
                                   "refresh",
                                   "routing",
                                   "timeout",
                                   "wait_for_active_shards",
                                   "parent"};
constexpr Names<4> kConditions = {"version", "version_type", "if_seq_no", "if_primary_term"};
constexpr Names<3> kPuts = {"op_type", "pipeline", "require_alias"};
constexpr Names<7> kUpdates = {
    "_source", "_source_includes", "_source_excludes", "retry_on_conflict",
    "lang",    "doc_as_upsert",    "require_alias"};
constexpr Names<7> kBulks = {"_source", "_source_includes", "_source_excludes", "pipeline",
                             "type",    "require_alias",    "op_type"};

template <size_t N>
bool Has(const Names<N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool IsKnown(Kind kind, std::string_view name) {
  if (Has(kEverywhere, name)) {
    return true;
  }
  switch (kind) {
    case Kind::kIndex:
    case Kind::kCreate:
      return Has(kConditions, name) || Has(kPuts, name);
    case Kind::kUpdate:
      return Has(kConditions, name) || Has(kUpdates, name);
    case Kind::kDelete:
      return Has(kConditions, name);
    case Kind::kBulk:
      return Has(kBulks, name);
    default:
      return true;
  }
}

}  // namespace

bool KnowsParameters(Kind kind, std::string_view target) {
  if (target.find('?') == std::string_view::npos) {
    return true;
  }
  const dialect::Target parsed = dialect::ParseTarget(target);
  return !parsed.cut && std::ranges::all_of(parsed.query, [kind](const auto& parameter) {
    return IsKnown(kind, parameter.name);
  });
}

}  // namespace trafrec::reconcile
