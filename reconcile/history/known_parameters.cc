#include "reconcile/history/known_parameters.h"

#include <algorithm>
#include <array>
#include <cctype>

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

bool IsNumber(std::string_view value) {
  return !value.empty() && value.size() < 19 &&
         std::ranges::all_of(value, [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// "30s", "1m".
bool IsTime(std::string_view value) {
  const size_t digits = std::min(value.find_first_not_of("0123456789"), value.size());
  const std::string_view unit = value.substr(digits);
  return digits > 0 && digits < 10 && (unit == "ms" || unit == "s" || unit == "m" || unit == "h");
}

bool IsBoolean(std::string_view value) {
  return value.empty() || value == "true" || value == "false";
}

/// Whether the source surely takes that value; of texts that it only hands on, any.
bool IsKnownValue(std::string_view name, std::string_view value) {
  if (name == "refresh") {
    return IsBoolean(value) || value == "wait_for";
  }
  if (name == "timeout") {
    return IsTime(value);
  }
  if (name == "version" || name == "if_seq_no" || name == "if_primary_term" ||
      name == "retry_on_conflict") {
    return IsNumber(value);
  }
  if (name == "version_type") {
    return value == "external" || value == "external_gte";
  }
  if (name == "op_type") {
    return value == "index" || value == "create";
  }
  if (name == "wait_for_active_shards") {
    return value == "1";
  }
  if (name == "require_alias" || name == "doc_as_upsert" || name == "pretty" || name == "human" ||
      name == "error_trace") {
    return IsBoolean(value);
  }
  return name != "parent" && name != "type" && name != "lang" && name != "format" &&
         name != "source_content_type";
}

/// Some have a sense with another only.
bool AreComplete(const dialect::Target& target) {
  return target.Find("if_seq_no").has_value() == target.Find("if_primary_term").has_value() &&
         target.Find("version").has_value() == target.Find("version_type").has_value() &&
         !(target.Find("version") && (target.Find("if_seq_no") || target.Find("op_type")));
}

}  // namespace

bool KnowsParameters(Kind kind, std::string_view target) {
  if (target.find('?') == std::string_view::npos) {
    return true;
  }
  const dialect::Target parsed = dialect::ParseTarget(target);
  return !parsed.cut && std::ranges::all_of(parsed.query, [kind](const auto& parameter) {
    return IsKnown(kind, parameter.name) && IsKnownValue(parameter.name, parameter.value);
  }) && (!dialect::WritesDocument(kind) || AreComplete(parsed));
}

}  // namespace trafrec::reconcile
