#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "store/format/encryption.h"
#include "tools/option_set.h"

namespace trafrec::tools {

/// To whom `record` encrypts.
struct RecipientOptions {
  std::vector<std::string> files;
  bool addresses = false;

  void AddTo(OptionSet& options);
  Status Check() const;
  Result<store::Encryption> Make() const;
};

/// The keys of a command that reads a log.
struct IdentityOptions {
  std::vector<std::string> files;

  /// Goes to the group that is open.
  void AddTo(OptionSet& options);
  Result<store::Identities> Make() const;
};

}  // namespace trafrec::tools
