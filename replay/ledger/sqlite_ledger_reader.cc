#include <charconv>
#include <utility>

#include "replay/ledger/done_pages.h"
#include "replay/ledger/ledger_file.h"
#include "replay/ledger/letter_rows.h"
#include "replay/ledger/limits.h"
#include "replay/ledger/recent_map.h"
#include "replay/ledger/sqlite_ledger.h"
#include "replay/ledger/statements.h"

namespace trafrec::ledger {
namespace {

using store::db::Database;
using store::db::OpenMode;
using store::db::Statement;

/// A statement's next look is its own: it is reset however this one ends.
class Look {
 public:
  explicit Look(Statement& statement) : statement_(statement) {}
  ~Look() { statement_.Reset(); }
  Look(const Look&) = delete;
  Look& operator=(const Look&) = delete;

 private:
  Statement& statement_;
};

std::string DocumentKey(std::string_view index, std::string_view id) {
  std::string key;
  key.reserve(index.size() + 1 + id.size());
  key.append(index).append(1, '\0').append(id);
  return key;
}

/// "3,17"
std::vector<uint32_t> ReadItems(std::string_view text) {
  std::vector<uint32_t> items;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    uint32_t item = 0;
    const auto [next, error] = std::from_chars(at, end, item);
    if (error != std::errc()) {
      break;
    }
    items.push_back(item);
    at = next + 1;
  }
  return items;
}

class SqliteLedgerReader : public LedgerReader {
 public:
  explicit SqliteLedgerReader(Database database) : database_(std::move(database)) {}

  Status Prepare() {
    database_.SetBusyTimeout(limits::kBusyTimeoutMs);
    TRY_ASSIGN(find_write_, database_.Prepare(statements::kFindWrite, true));
    TRY_ASSIGN(find_context_, database_.Prepare(statements::kFindContext, true));
    TRY_ASSIGN(find_done_,
               database_.Prepare("SELECT d.bits FROM done d JOIN attempt a ON a.key = d.attempt "
                                 "WHERE a.recorder = ? AND a.number = ? AND d.page = ?",
                                 true));
    TRY_ASSIGN(find_states_, database_.Prepare(statements::kReadStates, true));
    return {};
  }

  Result<RunFacts> Facts() override { return ReadFacts(database_); }

  Result<std::optional<Position>> ReadPosition(const Range& range) override {
    TRY_ASSIGN(Statement row, database_.Prepare(statements::kReadPosition));
    row.Bind(0, range.from).Bind(1, range.until);
    TRY_ASSIGN(const bool found, row.Step());
    if (!found) {
      return std::nullopt;
    }
    return Position{.began_at = row.Int(0),
                    .id = {.recorder = std::string(row.Text(1)),
                           .attempt = static_cast<uint32_t>(row.Int(2)),
                           .number = row.Unsigned(3)}};
  }

  Result<std::vector<Intent>> InDoubt() override {
    TRY_ASSIGN(Statement rows, database_.Prepare(statements::kReadIntents));
    std::vector<Intent> intents;
    while (true) {
      TRY_ASSIGN(const bool row, rows.Step());
      if (!row) {
        return intents;
      }
      intents.push_back({.at = {.exchange = {.recorder = std::string(rows.Text(0)),
                                             .attempt = static_cast<uint32_t>(rows.Int(1)),
                                             .number = rows.Unsigned(2)},
                                .item = static_cast<uint32_t>(rows.Int(3))},
                         .tries = static_cast<uint32_t>(rows.Int(4)),
                         .condition = ReadCondition(rows, 5)});
    }
  }

  Result<std::vector<PassedOver>> AllPassedOver() override {
    TRY_ASSIGN(Statement rows,
               database_.Prepare("SELECT a.recorder, a.number, p.number, p.began_ns, p.items "
                                 "FROM passed_over p JOIN attempt a ON a.key = p.attempt "
                                 "ORDER BY p.began_ns, a.recorder, a.number, p.number"));
    std::vector<PassedOver> all;
    while (true) {
      TRY_ASSIGN(const bool row, rows.Step());
      if (!row) {
        return all;
      }
      all.push_back({.exchange = {.recorder = std::string(rows.Text(0)),
                                  .attempt = static_cast<uint32_t>(rows.Int(1)),
                                  .number = rows.Unsigned(2)},
                     .began_at = rows.Int(3),
                     .items = ReadItems(rows.Text(4))});
    }
  }

  Result<std::vector<std::pair<uint32_t, State>>> StatesOf(
      const store::ExchangeId& exchange) override {
    const Look look(find_states_);
    find_states_.Bind(0, std::string_view(exchange.recorder))
        .Bind(1, exchange.attempt)
        .Bind(2, exchange.number);
    std::vector<std::pair<uint32_t, State>> states;
    while (true) {
      TRY_ASSIGN(const bool row, find_states_.Step());
      if (!row) {
        return states;
      }
      states.emplace_back(static_cast<uint32_t>(find_states_.Int(0)),
                          static_cast<State>(find_states_.Int(1)));
    }
  }

  Result<StateCounts> CountStates() override {
    StateCounts counts;
    TRY_ASSIGN(Statement rows, database_.Prepare(statements::kCountStates));
    while (true) {
      TRY_ASSIGN(const bool row, rows.Step());
      if (!row) {
        return counts;
      }
      switch (static_cast<State>(rows.Int(0))) {
        case State::kIntended:
          counts.in_doubt = rows.Unsigned(1);
          break;
        case State::kAnswered:
          counts.answered = rows.Unsigned(1);
          break;
        case State::kDead:
          counts.dead = rows.Unsigned(1);
          break;
        case State::kBlocked:
          counts.blocked = rows.Unsigned(1);
          break;
        case State::kRedriven:
          counts.redriven = rows.Unsigned(1);
          break;
      }
    }
  }

  Result<bool> IsDone(const store::ExchangeId& exchange) override {
    const Look look(find_done_);
    find_done_.Bind(0, std::string_view(exchange.recorder))
        .Bind(1, exchange.attempt)
        .Bind(2, exchange.number / limits::kNumbersPerRow);
    TRY_ASSIGN(const bool row, find_done_.Step());
    return row && IsBitSet(find_done_.Blob(0), exchange.number);
  }

  Result<std::optional<SeqNo>> FindWrite(std::string_view index, std::string_view id,
                                         const SeqNo& source) override {
    if (const Document* last = FindDocument(index, id); last != nullptr && last->source == source) {
      return last->target;
    }
    const Look look(find_write_);
    find_write_.Bind(0, index).Bind(1, source.seq_no).Bind(2, source.primary_term).Bind(3, id);
    TRY_ASSIGN(const bool row, find_write_.Step());
    if (!row) {
      return std::nullopt;
    }
    return SeqNo{find_write_.Int(0), find_write_.Int(1)};
  }

  const Document* FindDocument(std::string_view index, std::string_view id) override {
    return documents_.Find(DocumentKey(index, id));
  }

  void Remember(const Document& document) override {
    documents_.Put(DocumentKey(document.index, document.id), document);
  }

  Result<std::optional<std::string>> FindContext(std::string_view source_id) override {
    const std::string key(source_id);
    if (const std::string* known = contexts_.Find(key)) {
      return *known;
    }
    const Look look(find_context_);
    TRY_ASSIGN(const bool row, find_context_.Bind(0, source_id).Step());
    if (!row) {
      return std::nullopt;
    }
    return contexts_.Put(key, std::string(find_context_.Text(0)));
  }

  void Remember(const Context& context) override {
    contexts_.Put(context.source_id, context.target_id);
  }

  Result<std::vector<Letter>> Letters(const LetterQuery& query) override {
    return ReadLetters(database_, query);
  }

  Result<std::optional<Letter>> FindLetter(const Address& at) override {
    return ReadLetter(database_, at);
  }

  Result<std::map<std::string, int64_t>> Counters() override {
    std::map<std::string, int64_t> counters;
    TRY_ASSIGN(Statement rows, database_.Prepare("SELECT name, value FROM counter"));
    while (true) {
      TRY_ASSIGN(const bool row, rows.Step());
      if (!row) {
        return counters;
      }
      counters.emplace(rows.Text(0), rows.Int(1));
    }
  }

  Result<std::map<std::string, std::string>> Marks() override {
    std::map<std::string, std::string> marks;
    TRY_ASSIGN(Statement rows, database_.Prepare("SELECT name, value FROM mark"));
    while (true) {
      TRY_ASSIGN(const bool row, rows.Step());
      if (!row) {
        return marks;
      }
      marks.emplace(rows.Text(0), rows.Text(1));
    }
  }

  Result<std::map<TargetIndex, IndexCount>> IndexCounts() override {
    std::map<TargetIndex, IndexCount> counts;
    TRY_ASSIGN(Statement rows,
               database_.Prepare("SELECT target, index_name, at_start, emptied, created, deleted, "
                                 "unclear, assumed FROM index_count"));
    while (true) {
      TRY_ASSIGN(const bool row, rows.Step());
      if (!row) {
        return counts;
      }
      counts[{std::string(rows.Text(0)), std::string(rows.Text(1))}] = {
          .at_start = rows.Int(2),
          .since = {.emptied = rows.Int(3) != 0,
                    .created = rows.Int(4),
                    .deleted = rows.Int(5),
                    .unclear = rows.Int(6),
                    .assumed = rows.Int(7)}};
    }
  }

 private:
  Database database_;
  Statement find_write_;
  Statement find_context_;
  Statement find_done_;
  Statement find_states_;
  RecentMap<Document> documents_{limits::kDocumentsMax};
  RecentMap<std::string> contexts_{limits::kContextsMax};
};

}  // namespace

Result<std::unique_ptr<LedgerReader>> OpenLedgerReader(const std::filesystem::path& run) {
  TRY_ASSIGN(Database database, OpenLedgerFile(run, OpenMode::kReadOnly));
  auto reader = std::make_unique<SqliteLedgerReader>(std::move(database));
  TRY(reader->Prepare());
  return reader;
}

}  // namespace trafrec::ledger
