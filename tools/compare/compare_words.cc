#include "tools/compare/compare_words.h"

#include <fmt/format.h>

#include "tools/terminal.h"

namespace trafrec::tools {
namespace {

Status OneTooMany(const std::string& word, const char* example) {
  return Fail(ErrorCode::kUsage,
              fmt::format("'{}' is one argument too many", EscapeForTerminal(word)),
              std::string("as in: ") + example);
}

}  // namespace

Result<CompareWords> ReadCompareWords(const std::vector<std::string>& words) {
  CompareWords read;
  if (!words.empty() && words.front() == "rules") {
    read.action = CompareWords::Action::kRules;
    read.names.assign(words.begin() + 1, words.end());
    return read;
  }
  const bool explain = !words.empty() && words.front() == "explain";
  const char* const example =
      explain ? "trafrec compare explain LOG RUN vm-0001-2rs" : "trafrec compare LOG RUN";
  std::vector<std::string*> places = {&read.log, &read.run};
  if (explain) {
    read.action = CompareWords::Action::kExplain;
    places.push_back(&read.id);
  }
  const size_t first = explain ? 1 : 0;
  if (words.size() - first > places.size()) {
    TRY(OneTooMany(words[first + places.size()], example));
  }
  constexpr const char* kMissing[] = {"no log given", "no run given",
                                      "no exchange of the source given"};
  for (size_t i = 0; i < places.size(); ++i) {
    if (first + i >= words.size()) {
      return Fail(ErrorCode::kUsage, kMissing[i], std::string("as in: ") + example);
    }
    *places[i] = words[first + i];
  }
  return read;
}

}  // namespace trafrec::tools
