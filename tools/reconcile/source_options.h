#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "replay/send/target.h"
#include "tools/option_set.h"

namespace trafrec::tools {

/// The live source, and how it is asked: the options of the same names as replay has for its
/// target.
class SourceOptions {
 public:
  void AddTo(OptionSet& options);
  Status Check() const;
  bool given() const { return !url_.empty(); }
  send::Target Target() const;

 private:
  std::string url_;
  std::string auth_;
  std::string auth_file_;
  std::string ca_;
  std::string certificate_;
  std::string certificate_key_;
  bool insecure_ = false;
};

}  // namespace trafrec::tools
