#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/reader/log_reader.h"
#include "store/writer/log_writer.h"
#include "tests/store/log_fixture.h"

// Logs of several recorders: the same exchanges, seen from several places.

namespace trafrec::store {

/// What one recorder saw of exchange n, and how. By the true clock it begins at TimeOf(n), is
/// answered `latency_ns` later, and the answer has BodyOf(n, 1000).
struct Sight {
  ExchangeNumber n = 1;
  bool request = true;
  bool response = true;
  bool open = false;                                   ///< the answer is still to come
  std::vector<std::pair<uint64_t, uint64_t>> holes{};  ///< (offset, length) in the answer's body
  int64_t latency_ns = kNsPerMs;
  uint16_t client_port = 40'000;
  std::optional<uint32_t> client_isn = 1;
  std::optional<uint32_t> server_isn{};
  std::optional<uint32_t> response_seq{};  ///< if the recorder takes another answer for its own
  std::string nonce{};                     ///< of the sentinel that it is, if any
  uint32_t found_late = 0;                 ///< it found the request by searching, so far in it
  std::string method = "PUT";
};

/// One recorder at work. Its clock is ahead of the true one, and packets from the client reach it
/// later than those from the server, as far as it stands from the client.
class Witness {
 public:
  struct Place {
    int64_t clock_ahead_ns = 0;
    int64_t from_client_ns = 0;
    int64_t from_server_ns = 0;
    double drift = 0;  ///< its clock gains so much
  };

  Witness(const std::filesystem::path& log, const std::string& name) : Witness(log, name, {}, {}) {}
  Witness(const std::filesystem::path& log, const std::string& name, Place place, bool live = false,
          const Encryption& encryption = {});

  Witness& Saw(const Sight& sight);
  /// Whole ones.
  Witness& SawAll(ExchangeNumber first, ExchangeNumber last);
  /// Sets the marks, and waits until they are written.
  Witness& Through(TimeNs time);
  /// The recorder ends in good order.
  void End();

 private:
  TimeNs Shown(TimeNs time) const;
  void PutMessages(const Sight& sight, ExchangeNumber number);
  ConnectionNumber ConnectionOf(const Sight& sight);

  Place place_;
  std::unique_ptr<LogWriter> writer_;
  ExchangeNumber last_ = 0;
  std::vector<std::pair<uint16_t, std::optional<uint32_t>>> connections_;
  std::map<ExchangeNumber, ExchangeNumber> numbers_;
};

/// What a reader shows, in its order: "a-0001-11 /index/_doc/1 x2 response_missing".
std::vector<std::string> Shown(LogReader& reader, const ExchangeFilter& filter = {});
std::vector<std::string> Shown(const std::filesystem::path& log);
/// The same of the next Follow.
std::vector<std::string> ShownNext(LogReader& reader);

/// The first exchange that is shown, loaded.
StoredExchange FirstOf(const std::filesystem::path& log);

}  // namespace trafrec::store
