#include "tools/usage_words.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string_view>

#include "tools/terminal.h"

namespace trafrec::tools {
namespace {

/// `text` is BEFORE, `between`, AFTER: both, or nothing.
bool Split(std::string_view text, std::string_view between, std::string_view& before,
           std::string_view& after) {
  const size_t at = text.find(between);
  if (at == std::string_view::npos) {
    return false;
  }
  before = text.substr(0, at);
  after = text.substr(at + between.size());
  return true;
}

}  // namespace

Error UsageError(const CLI::Error& error, const std::string& help) {
  const std::string shown = EscapeForTerminal(error.what());
  std::string_view option;
  std::string_view rest;
  // "--to: 1 required URL missing"
  if (Split(shown, ": 1 required ", option, rest) && rest.ends_with(" missing")) {
    rest.remove_suffix(std::string_view(" missing").size());
    return {ErrorCode::kUsage, fmt::format("{} wants a value, and none is there", option),
            fmt::format("{} {}", option, rest)};
  }
  // "--to: At Most 1 required but received 2"
  if (Split(shown, ": At Most 1 required but received ", option, rest)) {
    return {ErrorCode::kUsage,
            fmt::format("{} is given {} times, and takes one value", option, rest), "give it once"};
  }
  // "--interface excludes --read"
  if (error.get_name() == "ExcludesError" && Split(shown, " excludes ", option, rest)) {
    return {ErrorCode::kUsage, fmt::format("{} and {} contradict each other", option, rest),
            "leave one out"};
  }
  return {ErrorCode::kUsage, shown, help};
}

}  // namespace trafrec::tools
