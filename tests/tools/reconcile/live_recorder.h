#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/error.h"
#include "capture/recorder.h"
#include "tests/tools/reconcile/source_log.h"

namespace trafrec::test_support {

/// A recorder of live traffic within the test, into the log `log` as recorder "test". What goes by
/// is what the test says; it goes by now.
class LiveRecorder {
 public:
  explicit LiveRecorder(const std::string& log);
  /// Ends it.
  ~LiveRecorder();
  LiveRecorder(const LiveRecorder&) = delete;
  LiveRecorder& operator=(const LiveRecorder&) = delete;

  /// So much of it as has not gone by yet. The first time its last packet goes by now; then its
  /// first.
  void Sees(const SourceLog& source);
  /// In good order.
  void Ends();

 private:
  class Wire;

  Wire* wire_;  ///< of recorder_
  capture::Recorder recorder_;
  size_t seen_ = 0;
  std::thread thread_;
};

}  // namespace trafrec::test_support
