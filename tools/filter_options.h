#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/log_reader.h"
#include "tools/encryption_options.h"
#include "tools/option_set.h"

namespace trafrec::tools {

/// The conditions that show and export share.
class FilterOptions {
 public:
  void AddTo(OptionSet& options);
  /// An Error is one of usage, and names the option.
  Result<store::ExchangeFilter> Make() const;
  /// Any condition was given, --limit not counted.
  bool any() const;

 private:
  std::vector<std::string> methods_;
  std::vector<std::string> statuses_;
  std::string target_;
  std::string since_;
  std::string until_;
  std::string where_;
  std::vector<std::string> flags_;
  bool complete_ = false;
  bool incomplete_ = false;
  std::optional<uint64_t> limit_;
};

/// Opens the log that a command was given; a missing argument is a usage error with `example`.
Result<std::unique_ptr<store::LogReader>> OpenLog(const std::string& log, const char* example,
                                                  const IdentityOptions& identity = {});

}  // namespace trafrec::tools
