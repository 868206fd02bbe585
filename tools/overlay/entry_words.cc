#include "tools/overlay/entry_words.h"

#include <fmt/format.h>

#include "replay/recorded/message_head.h"
#include "store/reader/exchange_id.h"
#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

std::string Because(const std::string& reason) {
  return reason.empty() ? "" : ": " + EscapeForTerminal(reason);
}

std::string Words(const store::OverlayDrop& drop) { return "drop" + Because(drop.reason); }

std::string Words(const store::OverlayVerdict& verdict) {
  return fmt::format("verdict   {} ({}){}", NameOf(verdict.verdict), NameOf(verdict.grade),
                     Because(verdict.evidence));
}

std::string Words(const store::OverlayMove& move) {
  return fmt::format("move      {} {}{}", move.after ? "after" : "before",
                     FormatAddress(move.other), Because(move.reason));
}

std::string Words(const store::CommitPosition& position) {
  return "position  " + EscapeForTerminal(FormatPosition(position));
}

std::string Words(const store::OverlayRewrite& rewrite) {
  std::string what;
  const auto add = [&](const std::string& text) { what += (what.empty() ? "" : ", ") + text; };
  if (rewrite.method) {
    add("method " + EscapeForTerminal(*rewrite.method));
  }
  if (rewrite.target) {
    add("target " + EscapeForTerminal(*rewrite.target));
  }
  for (const recorded::HeaderField& field : recorded::ParseFields(rewrite.set_fields)) {
    add("header " + EscapeForTerminal(field.name));
  }
  for (const std::string& name : rewrite.removed_fields) {
    add("without header " + EscapeForTerminal(name));
  }
  if (rewrite.body) {
    add("body of " + HumanBytes(rewrite.body->size()));
  }
  for (const auto& [pointer, value] : rewrite.pointers) {
    add(EscapeForTerminal(pointer + " = " + value));
  }
  return fmt::format("rewrite   {}{}", what, Because(rewrite.reason));
}

/// Header fields without their carriage returns, which a terminal would show as \\r.
std::string FieldLines(std::string fields) {
  std::erase(fields, '\r');
  return EscapeForTerminal(fields, true);
}

}  // namespace

std::string InWords(const store::OverlayEntry& entry) {
  return fmt::format("{:<18} {}\n", FormatAddress(entry.at),
                     std::visit([](const auto& what) { return Words(what); }, entry.what));
}

std::string InWords(const store::Insertion& insertion) {
  const std::string place =
      insertion.place == store::Place::kAtTime
          ? "at " + FormatTime(insertion.at)
          : fmt::format("{} {}", insertion.place == store::Place::kAfter ? "after" : "before",
                        FormatExchangeId(insertion.beside));
  const std::string position =
      insertion.position ? ", position " + EscapeForTerminal(FormatPosition(*insertion.position))
                         : "";
  return fmt::format("{:<18} insert    {}: {} {}, body of {}{}{}\n",
                     FormatExchangeId(store::InsertionId(insertion.number)), place,
                     EscapeForTerminal(insertion.method), EscapeForTerminal(insertion.target),
                     HumanBytes(insertion.body.size()), position, Because(insertion.reason));
}

std::string Details(const store::OverlayEntry& entry) {
  const auto* rewrite = std::get_if<store::OverlayRewrite>(&entry.what);
  if (rewrite == nullptr || (rewrite->set_fields.empty() && !rewrite->body)) {
    return {};
  }
  return fmt::format("\n{}{}\n", FieldLines(rewrite->set_fields),
                     EscapeForTerminal(rewrite->body.value_or(""), true));
}

std::string Details(const store::Insertion& insertion) {
  return fmt::format("\n{} {} HTTP/1.1\n{}\n{}\n", EscapeForTerminal(insertion.method),
                     EscapeForTerminal(insertion.target), FieldLines(insertion.fields),
                     EscapeForTerminal(insertion.body, true));
}

}  // namespace trafrec::tools
