#include "replay/compare/default_rules.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "replay/compare/rules_file.h"

namespace trafrec::compare {
namespace {

constexpr std::string_view kServers = R"([[ignore]]
name = "search.took"
place = "/**/took"
why = "how long it took"

[[ignore]]
name = "search.seq_no"
place = "/**/_seq_no"
why = "each server counts the writes of its shards"

[[ignore]]
name = "search.primary_term"
place = "/**/_primary_term"
why = "each server counts the terms of its shards"

[[ignore]]
name = "search.scroll_id"
place = "/_scroll_id"
why = "the name of a context at this server"

[[ignore]]
name = "search.pit_id"
place = "/pit_id"
why = "the name of a context at this server"

[[ignore]]
name = "search.task"
place = "/task"
why = "the name of a task at this server"

[[ignore]]
name = "search.parent_task"
place = "/nodes/*/tasks/*/parent_task_id"
why = "which task is told first is chance, and not every one has a parent"

[[ignore]]
name = "search.index_uuid"
place = "/**/index_uuid"
why = "made by the server"

[[ignore]]
name = "search.node"
place = "/error/failed_shards/*/node"
why = "the name of a node"

[[ignore]]
name = "search.suggest_freq"
place = "/suggest/**/freq"
kind = "value"
why = "a term's frequency counts what was deleted, until segments are merged"

[[ignore]]
name = "search.profile"
place = "/profile"
why = "how long each part took"

# What failed is compared.
[[ignore]]
name = "search.shards"
place = "/**/_shards/total"
why = "how many shards and copies there are is a setting"

[[ignore]]
name = "search.shards_successful"
place = "/**/_shards/successful"
why = "how many shards and copies there are is a setting"

[[ignore]]
name = "search.shards_skipped"
place = "/**/_shards/skipped"
why = "how many shards there are is a setting"

[[ignore]]
name = "search.reason"
place = "/**/reason"
kind = "value"
why = "the words of an error, whose type is compared"

# Scores are sums of 32-bit floats, whose order depends on the segments.
[[tolerance]]
name = "search.score"
place = "/**/_score"
relative = 1e-5
why = "rounding of scores"

[[tolerance]]
name = "search.max_score"
place = "/**/max_score"
relative = 1e-5
why = "rounding of scores"

[[tolerance]]
name = "search.metric"
place = "/aggregations/**"
relative = 1e-9
why = "rounding of sums"
)";

constexpr std::string_view kNoTypes = R"(
[[ignore]]
name = "search.type"
place = "/**/_type"
kind = "missing"
why = "Elasticsearch 8 and OpenSearch 2 have no mapping types"
)";

constexpr std::string_view kOpenSearch = R"(
[[ignore]]
name = "search.terminated_early"
place = "/terminated_early"
kind = "missing"
why = "OpenSearch does not say it of a scroll"
)";

struct Defaults {
  std::string_view name;
  std::string_view target;  ///< in words
  bool no_types;
  bool opensearch;
};

constexpr std::array<Defaults, 7> kDefaults = {{
    {"search", "any server of Elasticsearch or OpenSearch", true, true},
    {"elasticsearch-6", "Elasticsearch 6", false, false},
    {"elasticsearch-7", "Elasticsearch 7", false, false},
    {"elasticsearch-8", "Elasticsearch 8", true, false},
    {"opensearch-1", "OpenSearch 1", false, true},
    {"opensearch-2", "OpenSearch 2", true, true},
    {"opensearch-3", "OpenSearch 3", true, true},
}};

}  // namespace

const std::vector<std::string>& NamesOfDefaults() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const Defaults& each : kDefaults) {
      names.emplace_back(each.name);
    }
    return names;
  }();
  return kNames;
}

std::optional<std::string> DefaultsText(std::string_view name) {
  const auto* const found = std::ranges::find(kDefaults, name, &Defaults::name);
  if (found == kDefaults.end()) {
    return std::nullopt;
  }
  std::string text = "# What is no news where the target is " + std::string(found->target) + ".\n";
  text += kServers;
  text += found->no_types ? kNoTypes : "";
  text += found->opensearch ? kOpenSearch : "";
  return text;
}

std::vector<Rule> DefaultRules(std::string_view name) {
  const std::optional<std::string> text = DefaultsText(name);
  if (!text) {
    return {};
  }
  Result<std::vector<Rule>> rules = ParseRules(*text, std::string(name));
  CHECK(rules.has_value());
  for (Rule& rule : *rules) {
    rule.origin.clear();
  }
  return std::move(*rules);
}

}  // namespace trafrec::compare
