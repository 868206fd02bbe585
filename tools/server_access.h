#pragma once

#include <string>

#include "base/error.h"
#include "replay/send/target.h"
#include "tools/option_set.h"

namespace trafrec::tools {

/// How a command logs in at the server that it is given, and whose certificates it takes there:
/// --auth, --auth-file, --ca, --cert, --cert-key and --insecure.
class ServerAccess {
 public:
  /// `kinds` and `auth` are the choices of --auth and what help says of it; `server` is "target".
  void AddTo(OptionSet& options, const char* kinds, const std::string& auth,
             const std::string& server);
  Status Check() const;
  /// One of the options is given.
  bool given() const;
  void Apply(send::Target& target) const;

 private:
  std::string auth_;
  std::string auth_file_;
  std::string ca_;
  std::string certificate_;
  std::string certificate_key_;
  bool insecure_ = false;
};

}  // namespace trafrec::tools
