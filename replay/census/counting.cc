#include "replay/census/counting.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>

#include "replay/census/limits.h"
#include "replay/dialect/target.h"
#include "replay/json/json_pointer.h"
#include "replay/json/json_tree.h"

namespace trafrec::census {
namespace {

using json::Tree;

constexpr std::string_view kLenient = "?ignore_unavailable=true&allow_no_indices=true";

std::optional<int64_t> NumberOf(const Tree& tree, std::optional<uint32_t> node) {
  const auto text = node ? tree.ScalarOf(*node) : std::nullopt;
  int64_t number = 0;
  if (!text ||
      std::from_chars(text->data(), text->data() + text->size(), number).ec != std::errc()) {
    return std::nullopt;
  }
  return number;
}

std::optional<int64_t> NumberAt(const Tree& tree, std::string_view pointer) {
  return NumberOf(tree, json::NodeAt(tree, pointer));
}

/// Why a search that was answered does not say all; "" if it does.
std::string GapIn(const Tree& tree) {
  if (const auto failed = NumberAt(tree, "/_shards/failed"); failed.value_or(0) > 0) {
    return fmt::format("{} of its shards did not answer", *failed);
  }
  if (NumberAt(tree, "/aggregations/indices/sum_other_doc_count").value_or(0) > 0) {
    return fmt::format("it has more than {} indices", limits::kIndicesMax);
  }
  return "";
}

}  // namespace

message::Request RefreshAll() {
  return {.method = "POST", .target = "/_refresh" + std::string(kLenient)};
}

std::vector<message::Request> RefreshRequests(const std::vector<std::string>& indices) {
  std::vector<message::Request> requests;
  std::string names;
  const auto flush = [&] {
    if (!names.empty()) {
      requests.push_back(
          {.method = "POST", .target = "/" + names + "/_refresh" + std::string(kLenient)});
      names.clear();
    }
  };
  for (const std::string& index : indices) {
    const std::string name = dialect::PercentEncode(index);
    if (names.size() + name.size() > limits::kPathBytes) {
      flush();
    }
    names += (names.empty() ? "" : ",") + name;
  }
  flush();
  return requests;
}

message::Request CountRequest() {
  return {.method = "POST",
          .target = fmt::format("/_search{}&expand_wildcards=all", kLenient),
          .fields = {{"Content-Type", "application/json"}},
          .body = fmt::format(R"({{"size":0,"track_total_hits":false,"aggs":{{"indices":)"
                              R"({{"terms":{{"field":"_index","size":{}}}}}}}}})",
                              limits::kIndicesMax)};
}

Counted ReadCounts(const message::Answer& answer) {
  if (answer.status == 401 || answer.status == 403) {
    return std::unexpected(fmt::format("the target does not allow it ({})", answer.status));
  }
  if (answer.status != 200) {
    return std::unexpected(fmt::format("the target answered {}", answer.status));
  }
  const auto tree = Tree::Parse(answer.body);
  const auto shards = tree ? NumberAt(*tree, "/_shards/total") : std::nullopt;
  if (!shards) {
    return std::unexpected(std::string("the target answers searches with something else"));
  }
  if (std::string gap = GapIn(*tree); !gap.empty()) {
    return std::unexpected(std::move(gap));
  }
  const auto buckets = json::NodeAt(*tree, "/aggregations/indices/buckets");
  if (!buckets) {
    // Without any shard there is nothing to count in.
    return *shards == 0 ? Counted(Counts())
                        : std::unexpected(std::string("the target does not count by index"));
  }
  Counts counts;
  for (const uint32_t bucket : tree->ChildrenOf(*buckets)) {
    const auto key = tree->Find(bucket, "key");
    const auto name = key ? tree->ScalarOf(*key) : std::nullopt;
    const auto documents = NumberOf(*tree, tree->Find(bucket, "doc_count"));
    if (!name || !documents) {
      return std::unexpected(std::string("the target counts in a form that is not known"));
    }
    counts[*name] = *documents;
  }
  return counts;
}

}  // namespace trafrec::census
