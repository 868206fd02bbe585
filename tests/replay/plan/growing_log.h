#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "store/writer/log_writer.h"

namespace trafrec::plan {

/// What a recorder has seen of one exchange with a search engine.
struct Seen {
  store::ExchangeNumber number = 0;
  std::string target;
  std::string body = "{}";
  std::string method = "PUT";
  std::optional<int> status{};  ///< nothing: it still waits for its answer
  std::string answer = "{}";
  int64_t answered_ms = 0;  ///< after kBegin; exchange n begins n milliseconds after it
};

/// A log that is being recorded. Times are said to it: the recorder's clock is the test's.
class GrowingLog {
 public:
  explicit GrowingLog(std::filesystem::path log, const std::string& recorder = "r");

  /// An exchange, or the answer of one that was put without.
  void Put(const Seen& seen);
  /// All that began before has its outcome, or all is known that began before.
  void Advance(int64_t answers_ms, int64_t requests_ms);
  void Close();

 private:
  std::unique_ptr<store::LogWriter> writer_;
  std::set<store::ExchangeNumber> open_;
};

}  // namespace trafrec::plan
