#pragma once

#include <string>

#include "base/check.h"
#include "import/file_stream.h"
#include "import/log_feed.h"
#include "tests/support/counting_sink.h"

namespace trafrec::fuzz {

/// Any bytes as a file of one format: each exchange goes into a sink, and what is not taken is
/// named by a place in the file.
inline void Import(const uint8_t* data, size_t size, import::Format format,
                   import::GorResponses responses = import::GorResponses::kRecorded) {
  import::ImportReport report;
  import::ConnectionNumbers numbers;
  import::FileStream stream(
      import::ByteSource::OfText(std::string(reinterpret_cast<const char*>(data), size)), format,
      responses, numbers, report, 1);
  test_support::CountingSink sink;
  import::LogFeed feed(sink, nullptr);
  uint64_t taken = 0;
  for (Result<bool> ready = stream.Ready(); ready && *ready; ready = stream.Ready()) {
    feed.Put(stream.Take());
    ++taken;
  }
  feed.Finish(stream.TakeLosses());
  CHECK(sink.exchanges == taken);
  for (const import::LeftOut& place : report.places) {
    CHECK(place.offset <= size && place.bytes <= size - place.offset);
  }
  Counters counters;
  feed.AddTo(counters);
  CHECK(BrokenSums(counters).empty());
}

}  // namespace trafrec::fuzz
