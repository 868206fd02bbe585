#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "tools/option_set.h"

namespace trafrec::reassembly {
struct Redaction;
}

namespace trafrec::tools {

/// What `record` is told about secrets.
struct RedactionOptions {
  bool keep_secrets = false;
  std::vector<std::string> headers;
  std::vector<std::string> queries;
  std::vector<std::string> pointers;
  std::string key;  ///< its file; "": the usual place

  void AddTo(OptionSet& options);
  Status Check(const std::string& log) const;
  /// Null if secrets are kept. Makes the key on first use. Where there is no place for it and none
  /// was named, the key is as long-lived as the recording, and a note says so.
  Result<std::shared_ptr<const reassembly::Redaction>> Make() const;
};

}  // namespace trafrec::tools
