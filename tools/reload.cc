#include "tools/reload.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <vector>

#include "tools/record_options.h"
#include "tools/terminal.h"

namespace trafrec::tools {
namespace {

/// What the recorder's threads take over between two records. All else but the filter, which the
/// kernel takes over, is built into a stage when the recording begins.
constexpr auto kLive = std::to_array<std::string_view>(
    {"min-free", "retain-age", "retain-bytes", "rotate-age", "rotate-bytes"});
constexpr auto kFilter = std::to_array<std::string_view>({"filter", "host", "port"});

bool IsOfFilter(const std::string& name) {
  return std::ranges::find(kFilter, name) != kFilter.end();
}

bool IsLive(const std::string& name) {
  return IsOfFilter(name) || std::ranges::find(kLive, name) != kLive.end();
}

std::vector<std::string> Changed(const OptionValues& before, const OptionValues& now) {
  std::set<std::string> names;
  for (const auto* values : {&before, &now}) {
    for (const auto& [name, value] : *values) {
      names.insert(name);
    }
  }
  const auto value_in = [](const OptionValues& values, const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::vector<std::string>() : found->second;
  };
  std::vector<std::string> changed;
  std::ranges::copy_if(names, std::back_inserter(changed), [&](const std::string& name) {
    return value_in(before, name) != value_in(now, name);
  });
  return changed;
}

std::string WithValue(const std::string& name, const OptionValues& values) {
  const auto found = values.find(name);
  return found == values.end()
             ? name + " as if not given"
             : fmt::format("{} {}", name,
                           EscapeForTerminal(fmt::format("{}", fmt::join(found->second, ","))));
}

}  // namespace

Reload::Reload(const Cli& cli, capture::Recorder& recorder)
    : cli_(cli), recorder_(recorder), values_(cli.values()) {}

Result<std::string> Reload::Run() {
  RecordOptions options;
  TRY_ASSIGN(OptionValues now,
             cli_.ReadAgain([&](OptionSet& declared) { options.AddTo(declared); }));
  TRY(options.Check());
  TRY_ASSIGN(const store::LogLimits limits, options.MakeLimits());

  const std::vector<std::string> changed = Changed(values_, now);
  if (std::ranges::any_of(changed, IsOfFilter)) {
    // First: it alone can fail now.
    const capture::CaptureFilter filter{
        .ports = options.ports, .hosts = options.hosts, .bpf = options.bpf};
    TRY(recorder_.ChangeFilter(filter, options.SourceText(filter)));
  }

  std::vector<std::string> taken;
  std::vector<std::string> fixed;
  for (const std::string& name : changed) {
    if (!IsLive(name)) {
      fixed.push_back(name);
      continue;
    }
    taken.push_back(WithValue(name, now));
    values_.erase(name);
    if (const auto value = now.find(name); value != now.end()) {
      values_.insert(*value);
    }
  }
  recorder_.SetLimits(limits);

  const std::string file = cli_.config_file();
  std::string text = fmt::format(
      "reloaded {}: {}", file.empty() ? "without a config file" : EscapeForTerminal(file),
      taken.empty() ? "nothing to change" : fmt::format("{}", fmt::join(taken, ", ")));
  if (!fixed.empty()) {
    text += fmt::format("; {} cannot be changed while recording: restart for {}",
                        fmt::join(fixed, ", "), fixed.size() == 1 ? "it" : "them");
  }
  return text;
}

}  // namespace trafrec::tools
