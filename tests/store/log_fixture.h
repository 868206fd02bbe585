#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "store/db/database.h"
#include "store/format/entry_format.h"
#include "store/writer/log_writer.h"
#include "tests/support/temporary_folder.h"

// Logs in tests: a folder that goes away, exchanges made from a few words, and a look at what the
// segments hold that uses only the format (SQL, frames, entries), not the product's reader.

namespace trafrec::store {

using test_support::TemporaryFolder;

inline constexpr TimeNs kBegin = 1'700'000'000 * kNsPerSecond;

/// Exchange n begins n milliseconds after kBegin.
constexpr TimeNs TimeOf(ExchangeNumber n) { return kBegin + static_cast<TimeNs>(n) * kNsPerMs; }

ConnectionRecord Connection(ConnectionNumber number);
std::string RequestHead(ExchangeNumber n);
MessageRecord Message(MessageId id, Bytes head, Bytes body);
ExchangeRecord Exchange(ExchangeNumber n);
/// Bytes that do not compress, others for each exchange, the same at each call.
std::string BodyOf(ExchangeNumber n, size_t bytes);

/// Options of a finite job named "r" into `log`.
LogWriterOptions Finite(const std::filesystem::path& log);
/// Of a live recording, with a short commit interval.
LogWriterOptions Live(const std::filesystem::path& log);

/// Puts connection 1 (first time) and whole exchanges [first, last], each with BodyOf(n,
/// body_bytes) in its request, and advances the marks behind each.
void PutExchanges(RecordSink& sink, ExchangeNumber first, ExchangeNumber last,
                  size_t body_bytes = 0);

/// What a log's segments hold, over all attempts of all recorders, in order.
struct LogContent {
  struct Loss {
    LossCause cause;
    TimeNs from;
    TimeNs until;
    uint64_t bytes;
  };
  struct Row {
    ConnectionNumber connection = 0;
    std::string target;
    Flags flags = 0;
    unsigned parts = 0;
    int rows = 0;
  };
  std::map<ExchangeNumber, Row> exchanges;    ///< the last row of each
  std::map<MessageId, std::string> bodies;    ///< of messages with an entry, extents put together
  std::map<MessageId, MessageFacts> facts;    ///< the newest
  std::map<MessageId, std::string> trailers;  ///< those that are not empty
  std::vector<Loss> losses;
  std::map<std::string, int64_t> marks;  ///< of the last segment
  std::map<std::string, int64_t> counters;
  std::map<std::string, std::string> attempt;  ///< facts of the last segment
  std::vector<std::string> frames;             ///< BLOBs
  std::vector<std::string> files;              ///< names, "0001/000001.sqlite"

  std::vector<LossCause> LossCauses() const;
};

LogContent ReadLog(const std::filesystem::path& log);

/// Every file of the attempt with this number of recorder "r", but for manifests and their head.
std::vector<std::string> FileNames(const std::filesystem::path& log, uint32_t attempt);

}  // namespace trafrec::store
