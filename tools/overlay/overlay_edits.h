#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/overlay/overlay_entry.h"
#include "tools/option_set.h"

namespace trafrec::tools {

/// What is to be put into an overlay.
struct OverlayEdits {
  std::vector<store::OverlayEntry> entries;
  std::vector<store::Insertion> insertions;
};

/// The options that say what drop, insert, move and rewrite put.
class OverlayEditOptions {
 public:
  void AddTo(OptionSet& options);

  /// What `action` puts for these operations. kUsage if options are missing, or are for another
  /// action.
  Result<OverlayEdits> Make(const std::string& action,
                            const std::vector<std::string>& operations) const;

 private:
  Result<OverlayEdits> Drop(const std::vector<store::OperationAddress>& at) const;
  Result<OverlayEdits> Move(const std::vector<store::OperationAddress>& at) const;
  Result<OverlayEdits> Rewrite(const std::vector<store::OperationAddress>& at) const;
  Result<OverlayEdits> Insert() const;
  Status RefuseOthers(const std::string& action) const;

  std::string reason_;
  std::string before_;
  std::string after_;
  std::string at_;
  std::string commit_;
  std::string request_;
  std::string method_;
  std::string target_;
  std::vector<std::string> headers_;
  std::vector<std::string> removed_headers_;
  std::string body_;
  std::vector<std::string> set_;
};

}  // namespace trafrec::tools
