#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/reader/log_reader.h"
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

}  // namespace trafrec::tools
