#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace trafrec::test_support {

/// A whole answer as it is on the wire.
std::string HttpAnswer(const std::string& status, const std::string& body,
                       const std::string& type = "application/json");

/// A log of one connection's exchanges, and runs of it.
class ReplayedLog {
 public:
  /// The answer to GET `path`, as it is on the wire.
  using Server = std::function<std::string(const std::string& path)>;

  /// `GET path` for each, or what has a method before its path; answered by `source`. `recording`:
  /// more options of the recorder.
  ReplayedLog(const std::vector<std::string>& paths, const Server& source,
              const std::vector<std::string>& recording = {});

  /// Replays it into the folder `name` against a target. Its path.
  std::string Replay(const std::string& name, const Server& target,
                     const std::vector<std::string>& more = {}) const;

  std::string log() const { return folder_ / "log"; }
  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
};

/// "/0", "/1", …
std::vector<std::string> NumberedPaths(int count);

}  // namespace trafrec::test_support
