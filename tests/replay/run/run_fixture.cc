#include "tests/replay/run/run_fixture.h"

#include <fmt/format.h>

#include <asio/io_context.hpp>
#include <thread>

#include "base/check.h"
#include "replay/census/census.h"
#include "replay/ledger/run_lock.h"
#include "replay/ledger/sqlite_ledger.h"
#include "store/files/log_layout.h"

namespace trafrec::replay {
namespace {

std::string WriteAnswer(const std::string& id, const char* result, int64_t seq_no) {
  return fmt::format(
      R"({{"_index":"i","_type":"_doc","_id":"{}","_version":1,"result":"{}","_seq_no":{},"_primary_term":1}})",
      id, result, seq_no);
}

store::LogWriterOptions WriterOf(const std::filesystem::path& log, const char* recorder) {
  store::LogWriterOptions options;
  options.log = log;
  options.recorder = recorder;
  options.version = "test";
  options.source = "test";
  options.live = true;
  return options;
}

/// What the log of the source has of it: written as a run writes its own.
void Put(const Recorded& recorded, ResultLog& log) {
  message::Request request{.method = recorded.method, .target = recorded.target};
  request.body = recorded.body;
  request.fields.push_back({"Content-Type", "application/json"});
  std::string head = fmt::format(
      "{} {} HTTP/1.1\r\nHost: source\r\nContent-Type: "
      "application/json\r\n",
      recorded.method, recorded.target);
  if (!recorded.agent.empty()) {
    head += "User-Agent: " + recorded.agent + "\r\n";
  }
  if (!recorded.body.empty()) {
    head += fmt::format("Content-Length: {}\r\n", recorded.body.size());
  }
  head += "\r\n";
  SentExchange exchange;
  exchange.began_at = kStart + recorded.began_ms * kNsPerMs;
  exchange.number = log.Begin(exchange.began_at);
  exchange.request = &request;
  exchange.head = head;
  exchange.timing = {.first_written = 1, .last_written = 1, .wall = exchange.began_at};
  exchange.connection.number = exchange.number;
  exchange.link = {.source_recorder = "none", .source_attempt = 1, .source_exchange = 1};
  message::Answer answer;
  if (recorded.answered_ms) {
    exchange.timing.first_read = exchange.timing.last_read =
        1 + (*recorded.answered_ms - recorded.began_ms) * kNsPerMs;
    answer.status = recorded.status;
    answer.body = recorded.answer;
    answer.head = fmt::format(
        "HTTP/1.1 {} X\r\ncontent-type: application/json\r\ncontent-length: "
        "{}\r\n\r\n",
        recorded.status, recorded.answer.size());
    exchange.answer = &answer;
  }
  log.Put(exchange);
}

}  // namespace

Recorded Bulk(const std::vector<std::pair<std::string, int64_t>>& items, int64_t began_ms,
              int64_t answered_ms, const std::string& source, const std::string& result) {
  Recorded bulk{.method = "POST", .target = "/_bulk", .began_ms = began_ms};
  bulk.answered_ms = answered_ms;
  bulk.status = 200;
  bulk.answer = R"({"took":1,"errors":false,"items":[)";
  for (const auto& [id, seq_no] : items) {
    bulk.body += R"({"index":{"_index":"i","_id":")" + id + "\"}}\n" + source + "\n";
    bulk.answer += fmt::format(
        R"({}{{"index":{{"_index":"i","_id":"{}","_version":1,"result":"{}","_primary_term":1,)"
        R"("status":{},"_seq_no":{}}}}})",
        bulk.answer.ends_with('[') ? "" : ",", id, result, result == "created" ? 201 : 200, seq_no);
  }
  bulk.answer += "]}";
  return bulk;
}

Recorded Created(const std::string& id, int64_t began_ms, int64_t answered_ms, int64_t seq_no,
                 const std::string& source) {
  return {"PUT",
          "/i/_doc/" + id,
          source,
          began_ms,
          answered_ms,
          201,
          WriteAnswer(id, "created", seq_no)};
}

Recorded Updated(const std::string& id, int64_t began_ms, int64_t answered_ms, int64_t seq_no,
                 const std::string& source) {
  return {"PUT",
          "/i/_doc/" + id,
          source,
          began_ms,
          answered_ms,
          200,
          WriteAnswer(id, "updated", seq_no)};
}

SmallRun::SmallRun(std::string target, const std::vector<Recorded>& exchanges)
    : url(std::move(target)) {
  auto log = ResultLog::Open(WriterOf(this->log(), "src"));
  CHECK(log.has_value());
  for (const Recorded& recorded : exchanges) {
    Put(recorded, **log);
  }
  CHECK((*log)->Close().has_value());
}

Result<edit::Editor> SmallRun::EditorOf() const {
  if (edits.empty()) {
    return edit::Editor::Load({.to = url, .search_dialect = search});
  }
  return edit::Editor::Load({.file = folder_.Write("edits.toml", edits), .search_dialect = search});
}

Status SmallRun::Send(bool resume, const Steer& steer) {
  TRY_ASSIGN(const auto reader, store::LogReader::Open(log()));
  TRY_ASSIGN(edit::Editor editor, EditorOf());
  const dialect::Dialect& dialect = search ? dialect::SearchDialect() : dialect::HttpDialect();
  plan::Planner planner(*reader, dialect, editor, plan);
  TRY(store::OpenOrMakeLog(run()));
  TRY_ASSIGN(ledger::RunLock lock, ledger::RunLock::Take(run()));
  ledger::RunFacts facts;
  facts.log_id = "test";
  TRY_ASSIGN(const auto ledger,
             resume ? ledger::ResumeLedger(std::move(lock), facts, ledger::Durability::kNormal)
                    : ledger::CreateLedger(std::move(lock), facts, ledger::Durability::kNormal));
  TRY_ASSIGN(const auto writer, ledger->Take({}));
  TRY_ASSIGN(const auto memory, ledger->OpenReader());
  TRY_ASSIGN(const auto results, ResultLog::Open(WriterOf(run(), "replay")));
  std::vector<send::Target> targets;
  std::vector<std::string> names;
  for (const edit::TargetOptions& target : editor.targets()) {
    targets.push_back({.name = target.name, .url = target.url});
    names.push_back(target.name);
  }
  if (count_documents) {
    TRY(census::CountAtStart(targets, *writer, *memory));
  }
  TRY_ASSIGN(const auto position, memory->ReadPosition({}));
  std::optional<TimeNs> since;
  if (position) {
    since = position->began_at;
    planner.CountFrom(*since);
  }
  asio::io_context loop(1);
  TRY_ASSIGN(const auto sender, send::Sender::Make(loop, targets));
  options.resumed = resume;
  Engine engine({.loop = loop,
                 .sender = *sender,
                 .guard = search ? guard::SearchGuard() : guard::HttpGuard(),
                 .dialect = dialect,
                 .ledger = *writer,
                 .memory = *memory,
                 .results = *results,
                 .target_names = names,
                 .echoes = echoes ? &*echoes : nullptr},
                options);
  std::thread planning([&] {
    engine.EndOfPlan(planner.Plan(
        since, std::nullopt, [&](std::unique_ptr<plan::PlannedExchange> exchange) -> Result<bool> {
          return engine.Offer(std::move(exchange));
        }));
  });
  std::thread steering([&] {
    if (steer) {
      steer(engine);
    }
  });
  Status ran = engine.Run();
  planning.join();
  steering.join();
  progress = engine.progress();
  planned = planner.counts();
  digest = engine.digest();
  unordered = engine.unordered();
  TRY_ASSIGN(const auto counters, memory->Counters());
  whole = engine.WholeTally(counters, planner.tally());
  TRY(results->Close());
  if (count_documents) {
    TRY_ASSIGN(documents, census::CountAtEnd(targets, *memory));
  }
  return ran;
}

std::unique_ptr<ledger::LedgerReader> SmallRun::Memory() const {
  auto reader = ledger::OpenLedgerReader(run());
  CHECK(reader.has_value());
  return std::move(*reader);
}

std::vector<store::SentinelRow> SmallRun::Sentinels() const {
  const auto reader = store::LogReader::Open(run());
  CHECK(reader.has_value());
  auto sentinels = (*reader)->Sentinels();
  CHECK(sentinels.has_value());
  return std::move(*sentinels);
}

std::vector<store::StoredExchange> SmallRun::Results() const {
  const auto reader = store::LogReader::Open(run());
  CHECK(reader.has_value());
  std::vector<store::StoredExchange> results;
  CHECK((*reader)
            ->Visit({},
                    [&](const store::ExchangeRow& row) {
                      auto exchange = (*reader)->Load(row);
                      CHECK(exchange.has_value());
                      results.push_back(std::move(*exchange));
                      return true;
                    })
            .has_value());
  return results;
}

}  // namespace trafrec::replay
