#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/reader/summary.h"

namespace trafrec::store {

/// What commit found out about attempts on its way to their manifests.
struct Recovered {
  struct Attempt {
    Durations durations_ns;
    std::vector<std::string> failures;
  };
  std::set<std::string> running;  ///< recorders that are at work
  std::map<AttemptKey, Attempt> attempts;
};

/// Brings dead attempts of all recorders that are not at work into order, as the recorder's next
/// start would.
Result<Recovered> RecoverForCommit(const std::filesystem::path& log,
                                   const std::shared_ptr<const crypto::SigningKey>& key);

/// Makes the manifests that visible attempts lack, and signs those that nobody has signed, if there
/// is a key. What cannot be done is a failure of its attempt.
Status CompleteManifests(const std::filesystem::path& log, Recovered& recovered,
                         const crypto::SigningKey* key, unsigned threads);

}  // namespace trafrec::store
