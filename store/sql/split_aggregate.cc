// Counts and groups in parts.
//
// Ten million rows through a virtual table cost twice what SQLite needs on the segments themselves,
// and keep one processor busy. A statement that only counts and groups can be asked of each part of
// the rows, in parallel and without the virtual table; count, sum, min, max, total and avg of the
// whole follow from those of the parts. So the plainest form of such statements is recognised here,
// token by token: one SELECT from exchanges, with WHERE, GROUP BY, ORDER BY and LIMIT. Whatever is
// not understood is left to SQLite and the virtual table, which answer everything.
//
// Rejected: a parser of SQL (SQLite's own is not to be had, and ours would be larger than all of
// this); splitting within xFilter (a virtual table gives rows, not sums).

#include "store/sql/split_aggregate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "store/sql/log_sql_columns.h"
#include "store/sql/sql_tokens.h"

namespace trafrec::store {
namespace {

using Tokens = std::span<const SqlToken>;

/// More than a virtual table can tell apart; nobody writes that many.
constexpr size_t kPartColumnsMax = 60;

constexpr auto kAggregates =
    std::to_array<std::string_view>({"COUNT", "SUM", "TOTAL", "AVG", "MIN", "MAX"});
/// May stand around aggregates and keys.
constexpr auto kHarmless = std::to_array<std::string_view>(
    {"ABS",    "AND",    "AS",   "CASE",    "CAST", "COALESCE", "ELSE", "END",
     "FORMAT", "IFNULL", "IIF",  "INTEGER", "IS",   "NOT",      "NULL", "NULLIF",
     "OR",     "PRINTF", "REAL", "ROUND",   "TEXT", "THEN",     "WHEN"});
/// What makes a statement more than this file understands.
constexpr auto kRefused = std::to_array<std::string_view>(
    {"COLLATE", "DISTINCT", "EXCEPT", "EXISTS", "FILTER", "HAVING", "INTERSECT", "JOIN", "OVER",
     "ROWID", "OID", "_ROWID_", "RANDOM", "RANDOMBLOB", "UNION", "VALUES", "WINDOW", "WITH",
     // Conditions on them keep segments closed; and a part does not have them all.
     "ID", "TIME", "TIME_NS", "N", "RECORDER", "ATTEMPT", "SIGHTINGS"});

template <size_t kCount>
bool IsAnyOf(const SqlToken& token, const std::array<std::string_view, kCount>& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return token.IsWord(word); });
}

std::string TextOf(Tokens tokens) {
  std::string text;
  for (const SqlToken& token : tokens) {
    text += (text.empty() ? "" : " ") + std::string(token.text);
  }
  return text;
}

bool Same(Tokens one, Tokens other) {
  return std::ranges::equal(one, other,
                            [](const SqlToken& a, const SqlToken& b) { return a.Same(b); });
}

/// The token at which a bracket that opens at `from` closes; tokens.size() if it does not.
size_t ClosingOf(Tokens tokens, size_t from) {
  int depth = 0;
  for (size_t at = from; at < tokens.size(); ++at) {
    depth += tokens[at].Is('(') ? 1 : 0;
    depth -= tokens[at].Is(')') ? 1 : 0;
    if (depth == 0) {
      return at;
    }
  }
  return tokens.size();
}

/// Divided by commas that stand in no brackets.
std::vector<Tokens> ListOf(Tokens tokens) {
  std::vector<Tokens> list;
  size_t begin = 0;
  for (size_t at = 0; at <= tokens.size(); ++at) {
    if (at < tokens.size() && tokens[at].Is('(')) {
      at = std::min(ClosingOf(tokens, at), tokens.size() - 1);
    } else if (at == tokens.size() || tokens[at].Is(',')) {
      list.push_back(tokens.subspan(begin, at - begin));
      begin = at + 1;
    }
  }
  return list;
}

/// The clauses of a SELECT, in their order.
struct Clauses {
  Tokens items;
  Tokens from;
  Tokens where;
  Tokens groups;
  Tokens order;
  Tokens limit;
};

std::optional<Clauses> ClausesOf(Tokens tokens) {
  if (!tokens.empty() && tokens.back().Is(';')) {
    tokens = tokens.first(tokens.size() - 1);
  }
  if (tokens.empty() || !tokens.front().IsWord("SELECT") ||
      std::ranges::count_if(tokens, [](const auto& token) { return token.IsWord("SELECT"); }) !=
          1) {
    return std::nullopt;
  }
  Clauses clauses;
  constexpr std::array<std::string_view, 6> kBegins = {"SELECT", "FROM",  "WHERE",
                                                       "GROUP",  "ORDER", "LIMIT"};
  const std::array<Tokens*, 6> clause = {&clauses.items,  &clauses.from,  &clauses.where,
                                         &clauses.groups, &clauses.order, &clauses.limit};
  size_t at = 0;
  for (size_t which = 0; which < kBegins.size(); ++which) {
    if (at == tokens.size() || !tokens[at].IsWord(kBegins[which])) {
      continue;
    }
    at += which == 3 || which == 4 ? 2 : 1;  // GROUP BY, ORDER BY
    const size_t begin = std::min(at, tokens.size());
    while (at < tokens.size() &&
           std::ranges::none_of(
               std::span(kBegins).subspan(which + 1),
               [&](std::string_view word) { return tokens[at].IsWord(word); })) {
      at = tokens[at].Is('(') ? std::min(ClosingOf(tokens, at) + 1, tokens.size()) : at + 1;
    }
    at = std::min(at, tokens.size());
    *clause[which] = tokens.subspan(begin, at - begin);
  }
  const bool whole =
      at == tokens.size() && clauses.from.size() == 1 && clauses.from.front().IsWord("EXCHANGES");
  return whole ? std::optional(clauses) : std::nullopt;
}

const db::VirtualColumn* ColumnNamed(const SqlToken& token) {
  const auto* column = std::ranges::find_if(
      kExchangeColumns, [&](const db::VirtualColumn& each) { return token.IsWord(each.name); });
  return column == kExchangeColumns.end() ? nullptr : column;
}

struct Item {
  Tokens expression;
  const SqlToken* alias = nullptr;
};

class Splitter {
 public:
  std::optional<SplitAggregate> Split(const Clauses& clauses) {
    if (!ReadItems(clauses.items) || !ReadGroups(clauses.groups)) {
      return std::nullopt;
    }
    std::string select;
    for (const Item& item : items_) {
      const std::optional<std::string> merged = Merged(item.expression);
      if (!merged) {
        return std::nullopt;
      }
      select += (select.empty() ? "" : ", ") + *merged;
    }
    std::string order;
    for (const Tokens term :
         clauses.order.empty() ? std::vector<Tokens>() : ListOf(clauses.order)) {
      const std::optional<std::string> merged = OrderTerm(term);
      if (!merged) {
        return std::nullopt;
      }
      order += (order.empty() ? " ORDER BY " : ", ") + *merged;
    }
    const bool rows = aggregates_ == 0 && split_.keys == 0;
    if (rows || split_.part_columns.size() > kPartColumnsMax) {
      return std::nullopt;
    }
    std::string groups;
    for (size_t key = 0; key < split_.keys; ++key) {
      groups += fmt::format("{}c{}", groups.empty() ? " GROUP BY " : ", ", key);
    }
    split_.whole = fmt::format("SELECT {} FROM parts{}{}", select, groups, order);
    split_.whole += clauses.limit.empty() ? "" : " LIMIT " + TextOf(clauses.limit);
    split_.whole_columns = items_.size();
    split_.where = TextOf(clauses.where);
    return std::move(split_);
  }

 private:
  bool ReadItems(Tokens tokens) {
    for (const Tokens each : ListOf(tokens)) {
      Item item{each, nullptr};
      const size_t size = each.size();
      if (size > 2 && each[size - 2].IsWord("AS")) {
        item = {each.first(size - 2), &each[size - 1]};
      }
      // A name that is a column, too, means now the one and now the other.
      const bool confusing =
          item.alias != nullptr && ColumnNamed(*item.alias) != nullptr &&
          !(item.expression.size() == 1 && item.expression.front().Same(*item.alias));
      if (item.expression.empty() || confusing ||
          (item.alias != nullptr && item.alias->kind != SqlTokenKind::kWord)) {
        return false;
      }
      items_.push_back(item);
    }
    return true;
  }

  bool ReadGroups(Tokens tokens) {
    for (Tokens term : tokens.empty() ? std::vector<Tokens>() : ListOf(tokens)) {
      if (const Item* item = ItemMeant(term)) {
        term = item->expression;
      }
      const bool constant = term.size() == 1 && term.front().kind != SqlTokenKind::kWord;
      if (term.empty() || constant) {
        return false;
      }
      keys_.push_back(term);
      split_.part_columns.push_back(TextOf(term));
    }
    split_.keys = keys_.size();
    return true;
  }

  /// Of an ordinal, or of the name behind AS.
  const Item* ItemMeant(Tokens term) const {
    if (term.size() != 1) {
      return nullptr;
    }
    for (size_t i = 0; i < items_.size(); ++i) {
      const bool ordinal = term.front().text == std::to_string(i + 1);
      if (ordinal || (items_[i].alias != nullptr && items_[i].alias->Same(term.front()))) {
        return &items_[i];
      }
    }
    return nullptr;
  }

  std::optional<std::string> OrderTerm(Tokens term) {
    std::string direction;
    if (!term.empty() && (term.back().IsWord("ASC") || term.back().IsWord("DESC"))) {
      direction = " " + std::string(term.back().text);
      term = term.first(term.size() - 1);
    }
    if (const Item* item = ItemMeant(term)) {
      return std::to_string(item - items_.data() + 1) + direction;
    }
    const std::optional<std::string> merged = Merged(term);
    return merged && term.size() > 1                            ? std::optional(*merged + direction)
           : merged && term.front().kind == SqlTokenKind::kWord ? std::optional(*merged + direction)
                                                                : std::nullopt;
  }

  /// An expression over rows as one over parts.
  std::optional<std::string> Merged(Tokens expression) {
    std::string merged;
    for (size_t at = 0; at < expression.size();) {
      const auto key =
          std::ranges::find_if(keys_, [&](Tokens each) { return StandsAt(expression, at, each); });
      if (key != keys_.end()) {
        merged += fmt::format(" c{}", key - keys_.begin());
        at += key->size();
        continue;
      }
      const SqlToken& token = expression[at];
      const bool call = at + 1 < expression.size() && expression[at + 1].Is('(');
      if (call && IsAnyOf(token, kAggregates)) {
        const size_t end = ClosingOf(expression, at + 1);
        if (end == expression.size()) {
          return std::nullopt;
        }
        const Tokens arguments = expression.subspan(at + 2, end - at - 2);
        const std::optional<std::string> sum = MergedCall(UpperCase(token.text), arguments);
        if (!sum) {
          return std::nullopt;
        }
        merged += " " + *sum;
        at = end + 1;
        continue;
      }
      if (token.kind == SqlTokenKind::kWord && !IsAnyOf(token, kHarmless)) {
        return std::nullopt;
      }
      merged += " " + std::string(token.text);
      ++at;
    }
    return merged.empty() ? std::nullopt : std::optional(merged.substr(1));
  }

  /// A key in the middle of a larger expression must stand for itself: (a + b) * 2 has the key
  /// a + b, 2 * a + b has not. A single word does.
  static bool StandsAt(Tokens expression, size_t at, Tokens key) {
    if (expression.size() < at + key.size() || !Same(expression.subspan(at, key.size()), key)) {
      return false;
    }
    const size_t end = at + key.size();
    const bool bracketed =
        at > 0 && expression[at - 1].Is('(') && end < expression.size() && expression[end].Is(')');
    return key.size() == 1 || bracketed || key.size() == expression.size();
  }

  std::optional<std::string> MergedCall(const std::string& function, Tokens arguments) {
    const std::string text = TextOf(arguments);
    if (ListOf(arguments).size() != 1 || text.empty()) {
      return std::nullopt;
    }
    ++aggregates_;
    const auto part = [&](const std::string& called) {
      split_.part_columns.push_back(called + "(" + text + ")");
      return split_.part_columns.size() - 1;
    };
    if (function == "COUNT") {
      return fmt::format("ifnull(sum(c{}), 0)", part("count"));
    }
    if (function == "AVG") {
      const size_t total = part("total");
      return fmt::format("(total(c{}) / nullif(sum(c{}), 0))", total, part("count"));
    }
    const size_t same = part(function);
    return fmt::format("{}(c{})", function, same);
  }

  std::vector<Item> items_;
  std::vector<Tokens> keys_;
  SplitAggregate split_;
  size_t aggregates_ = 0;
};

}  // namespace

std::optional<SplitAggregate> SplitAggregateOf(std::string_view sql) {
  const auto tokens = SqlTokensOf(sql);
  const auto refused = [](const SqlToken& token) { return IsAnyOf(token, kRefused); };
  if (!tokens || std::ranges::any_of(*tokens, refused)) {
    return std::nullopt;
  }
  const std::optional<Clauses> clauses = ClausesOf(*tokens);
  std::optional<SplitAggregate> split = clauses ? Splitter().Split(*clauses) : std::nullopt;
  for (const db::VirtualColumn& column : kExchangeColumns) {
    if (split && std::ranges::any_of(
                     *tokens, [&](const SqlToken& token) { return token.IsWord(column.name); })) {
      split->columns.emplace_back(column.name);
    }
  }
  return split;
}

}  // namespace trafrec::store
