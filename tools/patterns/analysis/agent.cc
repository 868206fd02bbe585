#include "tools/patterns/analysis/agent.h"

#include <algorithm>
#include <array>

namespace trafrec::patterns {
namespace {

constexpr std::string_view kBlanks = " \t";

/// "name/version" up to a blank or a comment.
Agent ProductAt(std::string_view text) {
  const std::string_view token = text.substr(0, std::min(text.find_first_of(" \t(;"), text.size()));
  const size_t slash = std::min(token.find('/'), token.size());
  return {.library = std::string(token.substr(0, slash)),
          .version = std::string(token.substr(std::min(slash + 1, token.size()))),
          .runtime = {}};
}

/// Up to the first semicolon in the first comment.
std::string FirstOfComment(std::string_view text) {
  const size_t open = text.find('(');
  if (open == std::string_view::npos) {
    return {};
  }
  std::string_view comment = text.substr(open + 1);
  comment = comment.substr(0, std::min(comment.find_first_of(";)"), comment.size()));
  const size_t first = std::min(comment.find_first_not_of(kBlanks), comment.size());
  return std::string(comment.substr(first));
}

}  // namespace

Agent ParseAgent(std::string_view user_agent) {
  user_agent.remove_prefix(std::min(user_agent.find_first_not_of(kBlanks), user_agent.size()));
  Agent agent = ProductAt(user_agent);
  if (agent.library == "Mozilla") {
    // Edge and Opera also say Chrome, and Chrome also says Safari.
    static constexpr std::array<std::string_view, 6> kBrowsers = {"Edg/",    "OPR/",    "Firefox/",
                                                                  "Chrome/", "Safari/", "bot/"};
    for (const std::string_view name : kBrowsers) {
      if (const size_t at = user_agent.find(name); at != std::string_view::npos) {
        agent = ProductAt(user_agent.substr(at));
        break;
      }
    }
  }
  agent.runtime = FirstOfComment(user_agent);
  return agent;
}

}  // namespace trafrec::patterns
