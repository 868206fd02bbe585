#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "control/control_file.h"
#include "control/message.h"
#include "control/server.h"
#include "replay/run/engine.h"
#include "tools/replay/time_left.h"

namespace trafrec::tools {

/// Lets `trafrec ctl RUN` look at a running replay and steer it (docs/control.md).
class ReplayControl {
 public:
  /// The run's folder is there. `engine` and `left` are used until Stop.
  static Result<std::unique_ptr<ReplayControl>> Start(const std::string& run,
                                                      replay::Engine& engine, const TimeLeft& left);
  /// Answers nobody any more. Once.
  void Stop();

 private:
  ReplayControl(std::string run, replay::Engine& engine, const TimeLeft& left,
                std::unique_ptr<control::Server> server);
  Result<control::Json> Answer(const control::Json& request);
  control::Json Status() const;

  const std::string run_;
  replay::Engine& engine_;
  const TimeLeft& left_;
  const std::filesystem::path folder_;
  control::ControlFile file_;
  std::unique_ptr<control::Server> server_;  // last: its thread uses all of the above
};

}  // namespace trafrec::tools
