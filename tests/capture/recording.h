#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "capture/recorder.h"
#include "store/reader/log_reader.h"
#include "tests/support/packets.h"

// One recording in a test, from its packets to what a reader finds in the log.

namespace trafrec::capture {

/// `connections` keep-alive connections side by side, each with `requests` POSTs of 2 KB answered
/// by 1 KB.
std::vector<test_support::RawPacket> Conversations(int connections, int requests);

struct RecordingOptions {
  size_t ring_batches_max = 1'024;
  size_t ring_bytes_max = size_t{64} << 20;
  unsigned compression_threads = 2;
  size_t queue_bytes_max = size_t{64} << 20;

  friend void PrintTo(const RecordingOptions& options, std::ostream* out) {
    *out << "ring " << options.ring_batches_max << " batches " << options.ring_bytes_max
         << " bytes, " << options.compression_threads << " threads, queue "
         << options.queue_bytes_max << " bytes";
  }
};

RecorderOptions OptionsFor(const std::filesystem::path& log, const RecordingOptions& options = {});

/// Records until the source ends; fails the test if that fails or a sum is broken.
RecorderSummary Record(const std::filesystem::path& log, std::unique_ptr<PacketSource> source,
                       const RecordingOptions& options = {},
                       const std::function<void()>& on_started = {});

/// A line an exchange, with everything that the log holds of it.
std::string Listing(const std::filesystem::path& log);

/// The attempts of the log; fails the test if it cannot be read.
std::vector<store::AttemptInfo> Attempts(const std::filesystem::path& log);

/// Of the log's only attempt.
std::vector<store::LossRecord> Losses(const std::filesystem::path& log, store::LossCause cause);

uint64_t Value(const Counters& counters, const std::string& name);

}  // namespace trafrec::capture
