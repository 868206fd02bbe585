// What our code makes of a real node's data, in lines for the Python checks beside it.
//
//   reconcile_probe shards FILE INDEX state|settings|fitted
//       FILE is an answer of the node. Reads lines "hex-of-id hex-of-routing shard", prints the
//       shard of each as we compute it, "-" if we say nothing. "fitted" learns the number of
//       routing shards from some of the documents, the others look at no document.
//   reconcile_probe translog FOLDER
//       Prints all operations of all shards below a data path, a JSON object a line, and a report
//       of each shard. Texts and sources are in hexadecimal digits.
//   reconcile_probe beginnings LOG COUNT
//       Judges so many beginnings of a log of a search engine, as if it still grew, and prints what
//       is decided in each, as `trafrec reconcile --json` does.
//   reconcile_probe source URL WHAT…
//       Asks a live source; see source_probe.h.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "reconcile/routing/index_settings.h"
#include "reconcile/translog/index_state.h"
#include "reconcile/translog/shard_folders.h"
#include "reconcile/translog/translog.h"
#include "reconcile/verdict/judge.h"
#include "replay/dialect/dialect.h"
#include "store/reader/log_reader.h"
#include "tests/reconcile/real/hex.h"
#include "tests/reconcile/real/source_probe.h"
#include "tools/reconcile/finding_json.h"

namespace trafrec::reconcile {
namespace {

constexpr size_t kKnownDocuments = 300;

std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<PlacedDocument> DocumentsOf(std::istream& lines) {
  std::vector<PlacedDocument> documents;
  for (std::string line; std::getline(lines, line);) {
    const size_t first = line.find(' ');
    const size_t second = line.find(' ', first + 1);
    documents.push_back({FromHex(line.substr(0, first)),
                         FromHex(line.substr(first + 1, second - first - 1)),
                         static_cast<uint32_t>(std::stoul(line.substr(second + 1)))});
  }
  return documents;
}

std::optional<IndexRouting> RoutingIn(const std::string& answer, const std::string& index,
                                      std::string_view kind,
                                      const std::vector<PlacedDocument>& documents) {
  const auto all = kind == "settings" ? ReadSettingsAnswer(answer) : ReadClusterState(answer);
  for (const IndexSettings& settings : all) {
    if (settings.name == index && kind == "fitted" && settings.shards) {
      // From all over: those of one shard may be alike, if it was merged from others.
      std::vector<PlacedDocument> known;
      for (size_t i = 0; i < documents.size(); i += 1 + documents.size() / kKnownDocuments) {
        known.push_back(documents[i]);
      }
      return FittingRouting(*settings.shards, settings.partition_size.value_or(1), known);
    }
    if (const auto known = RoutingOf(settings); settings.name == index && known) {
      return known->routing;
    }
  }
  return std::nullopt;
}

int Shards(const std::string& file, const std::string& index, std::string_view kind) {
  const std::vector<PlacedDocument> documents = DocumentsOf(std::cin);
  const auto routing = RoutingIn(ContentOf(file), index, kind, documents);
  if (!routing) {
    fmt::print(stderr, "nothing is known of {}\n", index);
    return 1;
  }
  for (const PlacedDocument& document : documents) {
    const auto shard = ShardOf(*routing, document.id, document.routing);
    fmt::print("{}\n", shard ? std::to_string(*shard) : "-");
  }
  return 0;
}

void Print(const ShardFolder& shard, const TranslogOperation& operation) {
  static constexpr std::string_view kKinds[] = {"index", "delete", "noop"};
  fmt::print(
      R"({{"index":"{}","shard":{},"kind":"{}","seq_no":{},"term":{},"version":{},"id":"{}",)"
      R"("routing":"{}","source":"{}","synced":{},"generation":{},"offset":{}}})"
      "\n",
      shard.index_uuid, shard.shard, kKinds[static_cast<int>(operation.kind)], operation.seq_no,
      operation.primary_term, operation.version, Hex(operation.id), Hex(operation.routing),
      Hex(operation.source), operation.synced, operation.generation, operation.offset);
}

Status PrintTranslogs(const std::string& folder) {
  TRY_ASSIGN(const std::vector<ShardFolder> shards, FindShards(folder));
  for (const ShardFolder& shard : shards) {
    TRY_ASSIGN(const TranslogReport report,
               ReadTranslog(shard.translog, [&](const TranslogOperation& operation) -> Status {
                 Print(shard, operation);
                 return {};
               }));
    std::vector<std::string> damages;
    for (const TranslogDamage& damage : report.damages) {
      damages.push_back(fmt::format("\"{}\"", InWords(damage)));
    }
    const auto state = ReadIndexFolder(shard.translog.parent_path().parent_path());
    fmt::print(R"({{"index":"{}","shard":{},"report":{{"damages":[{}],"torn_tail":{},)"
               R"("name":"{}","routing_shards":{}}}}})"
               "\n",
               shard.index_uuid, shard.shard, fmt::join(damages, ","), report.torn_tail.has_value(),
               state ? state->name : "", state ? state->routing_shards.value_or(0) : 0);
  }
  return {};
}

int Translogs(const std::string& folder) {
  const Status status = PrintTranslogs(folder);
  if (!status) {
    fmt::print(stderr, "{}\n", status.error().what);
  }
  return status ? 0 : 1;
}

Status JudgeBeginnings(const std::string& folder, int count) {
  TRY_ASSIGN(const auto log, store::LogReader::Open(folder));
  const dialect::Dialect& dialect = *dialect::FindDialect("search");
  TRY_ASSIGN(const History whole, ReadHistory(*log, dialect, {}));
  const TimeNs first = whole.requests.empty() ? whole.until : whole.requests.front().runs.from;
  for (int i = 1; i <= count; ++i) {
    HistoryOptions options;
    options.until = first + (whole.until - first) / count * i;
    TRY_ASSIGN(const History history, ReadHistory(*log, dialect, options));
    const Judgement judgement = Judge(history);
    for (const Finding& finding : judgement.findings) {
      if (finding.verdict != store::Verdict::kUnknown) {
        fmt::print("{}", tools::FindingJson(history, finding));
      }
    }
    for (const MissingMutation& missing : judgement.missing) {
      fmt::print("{}", tools::MissingJson(history, missing));
    }
  }
  return {};
}

int Beginnings(const std::string& folder, int count) {
  const Status status = JudgeBeginnings(folder, count);
  if (!status) {
    fmt::print(stderr, "{}\n", status.error().what);
  }
  return status ? 0 : 1;
}

}  // namespace
}  // namespace trafrec::reconcile

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "shards" && argc == 5) {
    return trafrec::reconcile::Shards(argv[2], argv[3], argv[4]);
  }
  if (what == "source" && argc > 3) {
    return trafrec::reconcile::ProbeSource(argv[2], {argv + 3, argv + argc});
  }
  if (what == "beginnings" && argc == 4) {
    return trafrec::reconcile::Beginnings(argv[2], std::stoi(argv[3]));
  }
  if (what == "translog" && argc == 3) {
    return trafrec::reconcile::Translogs(argv[2]);
  }
  fmt::print(stderr, "see the head of probe.cc\n");
  return 2;
}
