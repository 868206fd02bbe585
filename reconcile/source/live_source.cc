#include "reconcile/source/live_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "reconcile/source/answers.h"
#include "reconcile/source/json_place.h"
#include "reconcile/source/limits.h"
#include "reconcile/source/questions.h"
#include "replay/dialect/target.h"
#include "replay/json/json_tree.h"

namespace trafrec::reconcile {
namespace {

/// "a,b" in a path; "" for all.
std::string ListOf(std::span<const std::string> names) {
  std::string list;
  for (const std::string& name : names) {
    list += (list.empty() ? "" : ",") + dialect::PercentEncode(name);
  }
  return list;
}

std::string ShardSearch(const std::string& index, uint32_t shard) {
  return PathOf(index, fmt::format("/_search?preference=_shards:{}", shard));
}

}  // namespace

Result<LiveSource> LiveSource::Open(const send::Target& target, std::string_view cluster_uuid,
                                    SourcePace pace) {
  TRY_ASSIGN(auto link, SourceLink::Open(target, std::move(pace)));
  LiveSource source(std::move(link));
  TRY_ASSIGN(const std::string answer, source.link_->Ask("GET", "/"));
  TRY_ASSIGN(source.identity_, ReadIdentity(answer));
  source.url_ = target.url;
  TRY(source.RequireCluster(cluster_uuid));
  return source;
}

Status LiveSource::RequireCluster(std::string_view cluster_uuid) const {
  if (!cluster_uuid.empty() && identity_.cluster_uuid != cluster_uuid) {
    return Fail(ErrorCode::kUsage,
                fmt::format("{} is another cluster: its UUID is {}, the log is of {}", url_,
                            identity_.cluster_uuid, cluster_uuid),
                "name the cluster that was recorded");
  }
  return {};
}

Result<std::vector<IndexSettings>> LiveSource::Indices(std::span<const std::string> names) {
  const std::string list = ListOf(names);
  TRY_ASSIGN(
      const std::string answer,
      link_->Ask("GET",
                 fmt::format("/_cluster/state/metadata{}{}?ignore_unavailable=true&filter_path="
                             "metadata.indices.*.settings,"
                             "metadata.indices.*.routing_num_shards,"
                             "metadata.indices.*.primary_terms",
                             list.empty() ? "" : "/", list)));
  if (const auto tree = json::Tree::Parse(answer);
      !tree || !JsonPlace(*tree).Is(json::Type::kObject)) {
    return Fail(ErrorCode::kCorrupt, "the source's answer to GET /_cluster/state is no JSON object",
                "name the source itself, or a proxy that hands on its answers");
  }
  std::vector<IndexSettings> indices = ReadClusterState(answer);
  std::ranges::sort(indices, {}, &IndexSettings::name);
  return indices;
}

Result<std::optional<IndexRouting>> LiveSource::RoutingOfIndex(const IndexSettings& settings) {
  const auto known = RoutingOf(settings, version());
  if (!settings.shards || (known && known->basis == RoutingBasis::kStated)) {
    return known ? std::optional(known->routing) : std::nullopt;
  }
  std::vector<PlacedDocument> placed;
  const size_t each =
      std::min(limits::kHitsPerPage, limits::kSampledDocuments / *settings.shards + 1);
  for (uint32_t shard = 0; shard < *settings.shards && placed.size() < limits::kSampledDocuments;
       ++shard) {
    TRY_ASSIGN(const std::string answer,
               link_->Ask("POST", ShardSearch(settings.name, shard), SampleBody(each)));
    TRY_ASSIGN(std::vector<NumberedDocument> hits, ReadHits(answer));
    for (NumberedDocument& hit : hits) {
      placed.push_back({std::move(hit.id), std::move(hit.routing), shard});
    }
  }
  return FittingRouting(*settings.shards, settings.partition_size.value_or(1), placed);
}

Result<std::vector<DocumentState>> LiveSource::Documents(
    std::span<const DocumentQuestion> questions) {
  std::vector<DocumentState> states;
  states.reserve(questions.size());
  while (!questions.empty()) {
    const size_t count = std::min(questions.size(), limits::kQuestionsPerRequest);
    TRY(AskDocuments(questions.first(count), states));
    questions = questions.subspan(count);
  }
  return states;
}

/// An answer that is too large is asked for in halves.
Status LiveSource::AskDocuments(std::span<const DocumentQuestion> questions,
                                std::vector<DocumentState>& states) {
  const auto answer = link_->Ask("POST", "/_mget", MgetBody(questions));
  auto read = answer ? ReadDocuments(*answer, questions) : std::unexpected(answer.error());
  if (!read && read.error().code == ErrorCode::kUnsupported && questions.size() > 1) {
    const size_t half = questions.size() / 2;
    TRY(AskDocuments(questions.first(half), states));
    return AskDocuments(questions.subspan(half), states);
  }
  TRY_ASSIGN(std::vector<DocumentState> got, std::move(read));
  std::ranges::move(got, std::back_inserter(states));
  return {};
}

Result<std::vector<NumberedDocument>> LiveSource::DocumentsByNumber(
    const std::string& index, uint32_t shard, std::span<const SeqNoRange> ranges) {
  std::vector<NumberedDocument> found;
  while (!ranges.empty()) {
    const auto some = ranges.first(std::min(ranges.size(), limits::kQuestionsPerRequest));
    size_t page = limits::kHitsPerPage;
    for (std::optional<int64_t> after;;) {
      const auto answer =
          link_->Ask("POST", ShardSearch(index, shard), SeqNoSearchBody(some, after, page));
      auto read = answer ? ReadHits(*answer) : std::unexpected(answer.error());
      if (!read && read.error().code == ErrorCode::kUnsupported && page > 1) {
        page /= 2;  // the answer is too large
        continue;
      }
      TRY_ASSIGN(std::vector<NumberedDocument> hits, std::move(read));
      const bool last = hits.size() < page;
      after = hits.empty() ? after : std::optional(hits.back().seq_no);
      std::ranges::move(hits, std::back_inserter(found));
      if (last) {
        break;
      }
    }
    ranges = ranges.subspan(some.size());
  }
  return found;
}

Status LiveSource::Refresh(const std::string& index) {
  TRY(link_->Ask("POST", PathOf(index, "/_refresh")));
  return {};
}

Result<std::vector<ShardPosition>> LiveSource::Positions(std::span<const std::string> names) {
  const std::string list = ListOf(names);
  TRY_ASSIGN(const std::string answer,
             link_->Ask("GET", fmt::format("{}{}/_stats?level=shards&filter_path="
                                           "indices.*.uuid,indices.*.shards.*.seq_no,"
                                           "indices.*.shards.*.routing.primary,"
                                           "indices.*.shards.*.indexing.index_total,"
                                           "indices.*.shards.*.indexing.delete_total",
                                           list.empty() ? "" : "/", list)));
  return ReadPositions(answer);
}

Result<int64_t> LiveSource::Count(const std::string& index) {
  TRY_ASSIGN(const std::string answer, link_->Ask("GET", PathOf(index, "/_count")));
  return ReadCount(answer);
}

Result<std::vector<ShardRecovery>> LiveSource::Recoveries(std::span<const std::string> names) {
  const std::string list = ListOf(names);
  TRY_ASSIGN(const std::string answer,
             link_->Ask("GET", fmt::format("{}{}/_recovery", list.empty() ? "" : "/", list)));
  return ReadRecoveries(answer);
}

Result<std::vector<RunningWrite>> LiveSource::RunningWrites() {
  TRY_ASSIGN(const std::string answer,
             link_->Ask("GET", "/_tasks?actions=indices:data/write/*&detailed=true"));
  return ReadTasks(answer);
}

Result<std::optional<std::string>> LiveSource::Look(const std::string& target) {
  Result<std::string> answer = link_->Ask("GET", target);
  if (!answer && answer.error().code == ErrorCode::kNotFound) {
    return std::nullopt;
  }
  if (!answer) {
    return std::unexpected(std::move(answer).error());
  }
  return std::optional(*std::move(answer));
}

Result<std::set<std::string>> LiveSource::Addresses() {
  TRY_ASSIGN(const std::string answer, link_->Ask("GET", "/_nodes/http"));
  return ReadAddresses(answer);
}

}  // namespace trafrec::reconcile
