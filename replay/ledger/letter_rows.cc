#include "replay/ledger/letter_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>

#include "replay/ledger/limits.h"

namespace trafrec::ledger {
namespace {

using store::db::Database;
using store::db::Statement;

constexpr std::string_view kColumns =
    "SELECT a.recorder, a.number, l.number, l.item, l.state, l.reason, l.why, l.tries, l.status, "
    "l.source_fate, l.method, l.target, l.index_name, l.id, l.began_ns, l.given_up_ns, "
    "l.conditional, l.seq_no, l.primary_term, b.recorder, b.number, l.blocked_number, "
    "l.blocked_item "
    "FROM letter l JOIN attempt a ON a.key = l.attempt "
    "LEFT JOIN attempt b ON b.key = l.blocked_attempt";

Address ReadAddress(const Statement& row, int first) {
  return {.exchange = {.recorder = std::string(row.Text(first)),
                       .attempt = static_cast<uint32_t>(row.Int(first + 1)),
                       .number = row.Unsigned(first + 2)},
          .item = static_cast<uint32_t>(row.Int(first + 3))};
}

Letter LetterOf(const Statement& row) {
  Letter letter{.at = ReadAddress(row, 0),
                .state = static_cast<State>(row.Int(4)),
                .reason = std::string(row.Text(5)),
                .why = std::string(row.Text(6)),
                .tries = static_cast<uint32_t>(row.Int(7)),
                .status = static_cast<int>(row.Int(8)),
                .source_fate = std::string(row.Text(9)),
                .method = std::string(row.Text(10)),
                .target = std::string(row.Text(11)),
                .index = std::string(row.Text(12)),
                .id = std::string(row.Text(13)),
                .began_at = row.Int(14),
                .given_up_at = row.Int(15),
                .condition = ReadCondition(row, 16)};
  if (!row.IsNull(19)) {
    letter.blocked_by = ReadAddress(row, 19);
  }
  return letter;
}

}  // namespace

std::optional<Condition> ReadCondition(const Statement& row, int first) {
  if (row.Int(first) == 0) {
    return std::nullopt;
  }
  Condition condition;
  if (!row.IsNull(first + 1)) {
    condition.unchanged_since = SeqNo{row.Int(first + 1), row.Int(first + 2)};
  }
  return condition;
}

Result<std::vector<Letter>> ReadLetters(Database& database, const LetterQuery& query) {
  std::string sql(kColumns);
  std::string_view join = " WHERE ";
  const auto add = [&](std::string_view condition) {
    sql += join;
    sql += condition;
    join = " AND ";
  };
  if (!query.states.empty()) {
    std::vector<int> states;
    std::ranges::transform(query.states, std::back_inserter(states),
                           [](State state) { return static_cast<int>(state); });
    add(fmt::format("l.state IN ({})", fmt::join(states, ",")));
  }
  if (!query.reason.empty()) {
    add("l.reason = ?");
  }
  if (query.after) {
    add("(l.began_ns, l.attempt, l.number, l.item) > "
        "(?, (SELECT key FROM attempt WHERE recorder = ? AND number = ?), ?, ?)");
  }
  sql += " ORDER BY l.began_ns, l.attempt, l.number, l.item LIMIT ?";
  TRY_ASSIGN(Statement rows, database.Prepare(sql));
  int parameter = 0;
  if (!query.reason.empty()) {
    rows.Bind(parameter++, std::string_view(query.reason));
  }
  if (query.after) {
    const Address& at = query.after->at;
    rows.Bind(parameter++, query.after->began_at);
    rows.Bind(parameter++, std::string_view(at.exchange.recorder));
    rows.Bind(parameter++, at.exchange.attempt);
    rows.Bind(parameter++, at.exchange.number);
    rows.Bind(parameter++, at.item);
  }
  rows.Bind(parameter,
            query.limit == 0 ? limits::kLettersMax : std::min(query.limit, limits::kLettersMax));
  std::vector<Letter> letters;
  while (true) {
    TRY_ASSIGN(const bool row, rows.Step());
    if (!row) {
      return letters;
    }
    letters.push_back(LetterOf(rows));
  }
}

Result<std::optional<Letter>> ReadLetter(Database& database, const Address& at) {
  TRY_ASSIGN(
      Statement rows,
      database.Prepare(fmt::format(
          "{} WHERE a.recorder = ? AND a.number = ? AND l.number = ? AND l.item = ?", kColumns)));
  rows.Bind(0, std::string_view(at.exchange.recorder))
      .Bind(1, at.exchange.attempt)
      .Bind(2, at.exchange.number)
      .Bind(3, at.item);
  TRY_ASSIGN(const bool row, rows.Step());
  return row ? std::optional(LetterOf(rows)) : std::nullopt;
}

}  // namespace trafrec::ledger
