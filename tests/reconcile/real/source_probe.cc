#include "tests/reconcile/real/source_probe.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "reconcile/source/live_source.h"
#include "tests/reconcile/real/hex.h"

namespace trafrec::reconcile {
namespace {

Status Positions(LiveSource& source, const std::vector<std::string>& names) {
  TRY_ASSIGN(const auto positions, source.Positions(names));
  for (const ShardPosition& at : positions) {
    fmt::print(R"({{"index":"{}","uuid":"{}","shard":{},"primary":{},"max_seq_no":{}}})"
               "\n",
               at.index, at.index_uuid, at.shard, at.primary, at.max_seq_no);
  }
  return {};
}

Status Indices(LiveSource& source, const std::vector<std::string>& names) {
  TRY_ASSIGN(const auto indices, source.Indices(names));
  for (const IndexSettings& settings : indices) {
    TRY(source.Refresh(settings.name));
    TRY_ASSIGN(const auto routing, source.RoutingOfIndex(settings));
    const IndexRouting known = routing.value_or(IndexRouting{0, 0, 0});
    fmt::print(R"({{"index":"{}","shards":{},"routing_shards":{},"terms":{}}})"
               "\n",
               settings.name, known.shards, known.routing_shards, settings.primary_terms.size());
  }
  return {};
}

Status Numbers(LiveSource& source, const std::string& index, uint32_t shard) {
  TRY(source.Refresh(index));
  TRY_ASSIGN(const auto found,
             source.DocumentsByNumber(index, shard, std::vector<SeqNoRange>{{0, 1'000'000}}));
  for (const NumberedDocument& document : found) {
    fmt::print(R"({{"id":"{}","seq_no":{},"term":{},"version":{},"source":"{}"}})"
               "\n",
               Hex(document.id), document.seq_no, document.primary_term, document.version,
               Hex(document.source));
  }
  return {};
}

Status Documents(LiveSource& source, const std::string& path) {
  std::vector<DocumentQuestion> questions;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string index;
    std::string id;
    std::string routing;
    words >> index >> id >> routing;
    questions.push_back({index, FromHex(id), FromHex(routing)});
  }
  TRY_ASSIGN(const auto states, source.Documents(questions));
  static constexpr std::string_view kKinds[] = {"found", "missing", "refused"};
  for (const DocumentState& state : states) {
    fmt::print(R"({{"kind":"{}","seq_no":{},"term":{},"version":{},"source":"{}","requests":{}}})"
               "\n",
               kKinds[static_cast<int>(state.kind)], state.seq_no.value_or(-1),
               state.primary_term.value_or(-1), state.version.value_or(-1), Hex(state.source),
               source.requests());
  }
  return {};
}

Status Writes(LiveSource& source) {
  TRY_ASSIGN(const auto writes, source.RunningWrites());
  for (const RunningWrite& write : writes) {
    fmt::print(R"({{"id":"{}","action":"{}"}})"
               "\n",
               write.id, write.action);
  }
  return {};
}

Status Ask(const std::string& url, const std::vector<std::string>& what) {
  const std::vector<std::string> rest(what.begin() + 1, what.end());
  TRY_ASSIGN(LiveSource source,
             LiveSource::Open({.name = "source", .url = url}, what[0] == "as" ? rest.at(0) : ""));
  if (what[0] == "positions") {
    return Positions(source, rest);
  }
  if (what[0] == "indices") {
    return Indices(source, rest);
  }
  if (what[0] == "numbers") {
    return Numbers(source, rest.at(0), static_cast<uint32_t>(std::stoul(rest.at(1))));
  }
  return what[0] == "documents" ? Documents(source, rest.at(0)) : Writes(source);
}

}  // namespace

int ProbeSource(const std::string& url, const std::vector<std::string>& what) {
  const Status status = Ask(url, what);
  if (!status) {
    fmt::print(stderr, "{}: {}\n", status.error().what, status.error().remedy);
  }
  return status ? 0 : 1;
}

}  // namespace trafrec::reconcile
