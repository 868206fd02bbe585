#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "reconcile/history/history.h"
#include "replay/send/target.h"
#include "store/reader/log_reader.h"

namespace trafrec::tools {

struct ReconcileFollowOptions {
  std::string log{};
  store::Identities identities{};
  std::string dialect = "auto";
  reconcile::HistoryOptions waits{};
  std::string translog{};                ///< read at the end; "": not
  std::optional<send::Target> source{};  ///< nothing: it is not asked
  std::string overlay{};                 ///< "": none
  std::string html{};                    ///< "": none
  bool presumed = false;                 ///< the overlay takes what is presumed, too
  bool json = false;
};

/// Judges a log while it grows, as far as outcomes are known, and tells each verdict once it is
/// given, until those who write it have ended, or somebody ends this.
Status FollowLog(const ReconcileFollowOptions& options);

}  // namespace trafrec::tools
