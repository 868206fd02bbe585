#include "tools/dlq/letter_words.h"

#include <fmt/format.h>

#include "tools/terminal.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

std::string DocumentIn(const ledger::Letter& letter) {
  return letter.index.empty() && letter.id.empty()
             ? "no document"
             : fmt::format("{}/{}", EscapeForTerminal(letter.index), EscapeForTerminal(letter.id));
}

std::string ConditionIn(const ledger::Letter& letter) {
  if (!letter.condition) {
    return "without a condition of ours";
  }
  return letter.condition->unchanged_since
             ? fmt::format("if the document is unchanged since seq_no {}, primary term {}",
                           letter.condition->unchanged_since->seq_no,
                           letter.condition->unchanged_since->primary_term)
             : "if there is no such document";
}

std::string TriesIn(const ledger::Letter& letter) {
  const std::string status =
      letter.status == 0 ? "no answer came" : fmt::format("the last answer was {}", letter.status);
  return letter.tries == 0 ? "never sent"
                           : fmt::format("{}, {}, {}", CountOf(letter.tries, "try", "tries"),
                                         status, ConditionIn(letter));
}

}  // namespace

std::string InWords(const ledger::Letter& letter) {
  return fmt::format("{:<18} {:<9} {}  {}  {} {}\n    {}\n", FormatAddress(letter.at),
                     NameOf(letter.state), EscapeForTerminal(letter.reason), DocumentIn(letter),
                     EscapeForTerminal(letter.method), EscapeForTerminal(letter.target),
                     EscapeForTerminal(letter.why));
}

std::string PageOf(const ledger::Letter& letter, const LetterRequest& request) {
  std::string page = InWords(letter);
  page += fmt::format(
      "  at source  {}, {}\n", FormatTime(letter.began_at),
      letter.source_fate.empty() ? "outcome not known" : EscapeForTerminal(letter.source_fate));
  page += fmt::format("  at target  {}\n", TriesIn(letter));
  if (letter.given_up_at != 0) {
    page += fmt::format("  given up   {}\n", FormatTime(letter.given_up_at));
  }
  if (letter.blocked_by) {
    page += fmt::format("  behind     {}\n", FormatAddress(*letter.blocked_by));
  }
  if (!request.trouble.empty()) {
    return page + fmt::format("\nits request is not shown: {}{}\n",
                              EscapeForTerminal(request.trouble),
                              request.locked ? " (--identity FILE opens it)" : "");
  }
  page += fmt::format("\n{} {} HTTP/1.1\n", EscapeForTerminal(request.method),
                      EscapeForTerminal(request.target));
  for (const auto& [name, value] : request.headers) {
    page += fmt::format("{}: {}\n", EscapeForTerminal(name), EscapeForTerminal(value));
  }
  return page + "\n" + EscapeForTerminal(request.body, true) +
         (request.body.ends_with('\n') || request.body.empty() ? "" : "\n");
}

}  // namespace trafrec::tools
