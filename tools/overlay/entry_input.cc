#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "store/reader/exchange_id.h"
#include "tools/overlay/entry_json.h"
#include "tools/overlay/header_lines.h"
#include "tools/overlay/json_input.h"

namespace trafrec::tools {
namespace {

using store::OverlayEntry;

std::unexpected<Error> Refused(std::string what) {
  return Fail(ErrorCode::kUsage, std::move(what), "docs/overlay.md has an example of each kind");
}

/// before, after: what stands in the one of them that is given.
struct Beside {
  bool after = false;
  std::string text;
};

Result<std::optional<Beside>> ReadBeside(const JsonInput& line) {
  if (line.Has("before") && line.Has("after")) {
    return Refused("before and after are both given");
  }
  const bool after = line.Has("after");
  TRY_ASSIGN(std::optional<std::string> text, line.Bytes(after ? "after" : "before"));
  if (!text) {
    return std::nullopt;
  }
  return Beside{.after = after, .text = *std::move(text)};
}

Result<std::string> ReadHeaders(const JsonInput& line, const char* name) {
  std::string fields;
  TRY_ASSIGN(const auto pairs, line.Pairs(name));
  for (const auto& [header, value] : pairs) {
    TRY(AppendHeader(fields, header, value));
  }
  return fields;
}

Result<store::OverlayVerdict> ReadVerdict(const JsonInput& line) {
  TRY_ASSIGN(const std::string verdict, line.NeededBytes("verdict"));
  TRY_ASSIGN(const std::string grade, line.NeededBytes("grade"));
  TRY_ASSIGN(std::string evidence, line.TextOrEmpty("evidence"));
  const auto known = store::VerdictOf(verdict);
  const auto known_grade = store::GradeOf(grade);
  if (!known || !known_grade) {
    return Refused(fmt::format("there is no verdict '{}', '{}'", verdict, grade));
  }
  return store::OverlayVerdict{
      .verdict = *known, .grade = *known_grade, .evidence = std::move(evidence)};
}

Result<store::OverlayMove> ReadMove(const JsonInput& line) {
  TRY_ASSIGN(const std::optional<Beside> beside, ReadBeside(line));
  if (!beside) {
    return Refused("a move has neither before nor after");
  }
  store::OverlayMove move{.after = beside->after, .other = {}, .reason = {}};
  TRY_ASSIGN(move.other, store::ParseAddress(beside->text));
  TRY_ASSIGN(move.reason, line.TextOrEmpty("reason"));
  return move;
}

Result<store::OverlayRewrite> ReadRewrite(const JsonInput& line) {
  store::OverlayRewrite rewrite;
  TRY_ASSIGN(rewrite.method, line.Bytes("method"));
  TRY_ASSIGN(rewrite.target, line.Bytes("target"));
  TRY_ASSIGN(rewrite.set_fields, ReadHeaders(line, "set_headers"));
  TRY_ASSIGN(rewrite.removed_fields, line.Texts("remove_headers"));
  TRY_ASSIGN(rewrite.body, line.Body());
  TRY_ASSIGN(rewrite.pointers, line.Pairs("set"));
  for (const auto& [pointer, value] : rewrite.pointers) {
    if (!nlohmann::json::accept(value)) {
      return Refused(fmt::format("what is to be set at '{}' is no JSON", pointer));
    }
  }
  for (const std::string& name : rewrite.removed_fields) {
    if (!IsToken(name)) {
      return Refused(fmt::format("'{}' is no name of a header", name));
    }
  }
  TRY_ASSIGN(rewrite.reason, line.TextOrEmpty("reason"));
  return rewrite;
}

Status ReadPlace(const JsonInput& line, store::Insertion& insertion) {
  TRY_ASSIGN(const std::optional<Beside> beside, ReadBeside(line));
  TRY_ASSIGN(const std::optional<std::string> time, line.Bytes("time"));
  if (beside.has_value() == time.has_value()) {
    return Refused("an insertion needs exactly one of before, after and time");
  }
  if (time) {
    TRY_ASSIGN(insertion.at, ParseTime(*time, WallClockNow()));
    return {};
  }
  insertion.place = beside->after ? store::Place::kAfter : store::Place::kBefore;
  TRY_ASSIGN(insertion.beside, store::ParseExchangeId(beside->text));
  return {};
}

Result<store::Insertion> ReadInsertion(const JsonInput& line) {
  store::Insertion insertion;
  TRY_ASSIGN(const std::optional<std::string> id, line.Bytes("id"));
  if (id) {
    TRY_ASSIGN(const store::ExchangeId parsed, store::ParseExchangeId(*id));
    if (!store::IsInsertion(parsed) || parsed.number == 0) {
      return Refused(fmt::format("'{}' is no id of an insertion", *id));
    }
    insertion.number = parsed.number;
  }
  TRY(ReadPlace(line, insertion));
  TRY_ASSIGN(insertion.method, line.NeededBytes("method"));
  TRY_ASSIGN(insertion.target, line.NeededBytes("target"));
  TRY_ASSIGN(insertion.fields, ReadHeaders(line, "headers"));
  TRY_ASSIGN(std::optional<std::string> body, line.Body());
  insertion.body = std::move(body).value_or("");
  TRY_ASSIGN(const std::optional<std::string> position, line.Bytes("position"));
  if (position) {
    TRY_ASSIGN(insertion.position, store::ParsePosition(*position));
  }
  TRY_ASSIGN(insertion.reason, line.TextOrEmpty("reason"));
  return insertion;
}

}  // namespace

Result<std::variant<OverlayEntry, store::Insertion>> ReadJsonLine(std::string_view text) {
  TRY_ASSIGN(const JsonInput line, JsonInput::Parse(text));
  TRY_ASSIGN(const std::string kind, line.NeededBytes("kind"));
  if (kind == "insert") {
    TRY_ASSIGN(store::Insertion insertion, ReadInsertion(line));
    return insertion;
  }
  OverlayEntry entry{.at = {}, .what = store::OverlayDrop{}};
  TRY_ASSIGN(const std::string exchange, line.NeededBytes("exchange"));
  TRY_ASSIGN(entry.at.exchange, store::ParseExchangeId(exchange));
  TRY_ASSIGN(entry.at.item, line.Number("item"));
  if (kind == "drop") {
    TRY_ASSIGN(std::string reason, line.TextOrEmpty("reason"));
    entry.what = store::OverlayDrop{std::move(reason)};
  } else if (kind == "verdict") {
    TRY_ASSIGN(entry.what, ReadVerdict(line));
  } else if (kind == "move") {
    TRY_ASSIGN(entry.what, ReadMove(line));
  } else if (kind == "position") {
    TRY_ASSIGN(const std::string position, line.NeededBytes("position"));
    TRY_ASSIGN(entry.what, store::ParsePosition(position));
  } else if (kind == "rewrite") {
    TRY_ASSIGN(entry.what, ReadRewrite(line));
  } else {
    return Refused(fmt::format("there is no kind '{}'", kind));
  }
  return entry;
}

}  // namespace trafrec::tools
