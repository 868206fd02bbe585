#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "capture/recorder.h"
#include "control/control_file.h"
#include "control/server.h"
#include "tools/status_json.h"

namespace trafrec::tools {

/// Lets `trafrec ctl` at a live recorder: answers status, rotate, stop and filter, and names its
/// socket in LOG/RECORDER/control.json. All that takes long is waited for by whoever asks.
class RecordControl {
 public:
  /// The text that a log keeps of what is recorded, given a filter.
  using SourceText = std::function<std::string(const capture::CaptureFilter&)>;

  /// Makes the socket: before rights are given up.
  static Result<std::unique_ptr<RecordControl>> Bind(ControlFacts facts, SourceText source_text);

  /// The log is open: begins to answer. `recorder` is used until End.
  Status Start(capture::Recorder& recorder);
  /// The latest look, about once a second.
  void Show(const capture::RecorderProgress& progress);
  /// The recording has ended: answers nobody any more, and leaves its last words for whoever looks
  /// into the log later.
  void End(const std::string& summary);

 private:
  RecordControl(ControlFacts facts, SourceText source_text,
                std::unique_ptr<control::Server> server);

  Result<control::Json> Answer(const control::Json& request);
  control::Json StatusAnswer();
  Result<control::Json> Rotate();
  Result<control::Json> Stop();
  Result<control::Json> Filter(const control::Json& request);

  ControlFacts facts_;
  const SourceText source_text_;
  capture::Recorder* recorder_ = nullptr;
  const std::filesystem::path folder_;  // of the recorder, in the log
  control::ControlFile file_;
  std::mutex mutex_;
  capture::RecorderProgress before_;
  capture::RecorderProgress now_;
  std::unique_ptr<control::Server> server_;  // last: its thread uses all of the above
};

}  // namespace trafrec::tools
