#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "replay/plan/mark.h"
#include "replay/run/echo_signer.h"
#include "replay/send/target.h"
#include "tools/option_set.h"

namespace trafrec::tools {

/// How a replay echoes the sentinels of the source (docs/sentinel.md).
struct EchoOptions {
  bool off = false;
  std::string key;
  std::string audience;
  std::vector<std::string> trusted;
  std::string clock_offset;

  void AddTo(OptionSet& options);
  /// What can be told to be wrong before anything is opened.
  Status Check() const;

  /// Nothing: sentinels are left out.
  Result<std::optional<plan::EchoRules>> Rules() const;
  /// Signs with the given key; else with that of the run, which is made in its folder.
  Result<std::optional<replay::EchoSigner>> Signer(const std::filesystem::path& run,
                                                   const std::vector<send::Target>& targets) const;
  /// By how much the recorder's clock is ahead of this machine's.
  Result<int64_t> ClockOffsetNs() const;
  /// What of it decides which bytes are sent, for the facts of the run.
  Result<std::string> Fact() const;
};

}  // namespace trafrec::tools
