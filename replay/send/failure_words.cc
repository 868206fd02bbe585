#include "replay/send/failure_words.h"

#include <fmt/format.h>

#include "replay/send/limits.h"

namespace trafrec::send {
namespace {

struct Words {
  std::string_view what;
  std::string_view remedy;
};

Words WordsOf(Failure kind) {
  switch (kind) {
    case Failure::kNone:
      break;
    case Failure::kUnsendable:
      return {"cannot be sent this request", "mend what edits it, or drop it"};
    case Failure::kName:
      return {"was not found by its name", "check the name, and that it can be resolved here"};
    case Failure::kConnect:
      return {"cannot be reached", "check host and port, and that the server runs"};
    case Failure::kConnectTimeout:
      return {"did not open a connection in time",
              "check host, port and firewalls, or wait longer"};
    case Failure::kTls:
      return {"cannot be reached by TLS", ""};
    case Failure::kAnswerTimeout:
      return {"gave no whole answer in time", "wait longer, or look at the server"};
    case Failure::kCut:
      return {"ended the connection", "look at the server's log"};
    case Failure::kGarbage:
      return {"answered what is no HTTP/1.x", "check that this port speaks HTTP"};
    case Failure::kTooLarge:
      return {"answered more than is taken", "drop this request, or ask for less"};
    case Failure::kCancelled:
      return {"was not waited for", ""};
  }
  return {};
}

}  // namespace

std::string Shown(std::string_view bytes) { return Shown(bytes, limits::kShownBytes); }

std::string Shown(std::string_view bytes, size_t most) {
  std::string shown = "'";
  for (const char c : bytes.substr(0, most)) {
    shown += c >= ' ' && c <= '~' ? c : '.';
  }
  return shown + (bytes.size() > most ? "…'" : "'");
}

std::string Sentence(std::string_view target, const Ending& ending) {
  const Words words = WordsOf(ending.kind);
  const std::string_view remedy = ending.remedy.empty() ? words.remedy : ending.remedy;
  return fmt::format("{} {}: {}{}{}", target, words.what, ending.reason, remedy.empty() ? "" : "; ",
                     remedy);
}

}  // namespace trafrec::send
