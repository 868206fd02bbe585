#pragma once

#include <string>
#include <vector>

#include "import/importer.h"
#include "tools/encryption_options.h"
#include "tools/option_set.h"
#include "tools/redaction_options.h"

namespace trafrec::tools {

/// What `import` is told.
struct ImportCommandOptions {
  std::vector<std::string> files;
  std::string log;
  std::string format = "auto";
  std::string responses = "recorded";
  std::string recorder;
  std::string compress = "zstd";
  int level = 1;
  std::string rotate_bytes = "1GiB";
  std::string sign;
  RedactionOptions redaction;
  RecipientOptions encryption;
  bool quiet = false;
  bool json = false;

  void AddTo(OptionSet& options);
  Status Check() const;
  Result<import::ImportOptions> Make() const;

 private:
  /// What tells two imports of the same from two imports; empty if that cannot be said.
  std::string JobName() const;
};

}  // namespace trafrec::tools
