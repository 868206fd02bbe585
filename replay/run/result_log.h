#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "replay/message/http_message.h"
#include "replay/send/sent.h"
#include "store/format/sentinel_record.h"
#include "store/writer/log_writer.h"

namespace trafrec::replay {

/// What the run's log says of an exchange. Borrows all of it for the call.
struct SentExchange {
  store::ExchangeNumber number = 0;
  const message::Request* request = nullptr;
  std::string_view head;                    ///< as it went out
  const message::Answer* answer = nullptr;  ///< null: there was none
  const std::vector<message::Answer>* interim = nullptr;
  send::Timing timing;               ///< of the last request
  send::ConnectionFacts connection;  ///< likewise
  TimeNs began_at = 0;               ///< first byte of the first request, by the wall clock
  store::ResultLink link{};          ///< its own number is put in
  const store::SentinelRecord* sentinel = nullptr;  ///< what it was sent as; null: as none
  bool assembled = false;  ///< the answer is put together from those to several requests
};

/// The answers of a run as a log: what record writes, and a link to the source's exchange for each.
/// One thread, the loop's.
class ResultLog {
 public:
  /// `options` are of a live log. What an earlier life of the run left is recovered.
  static Result<std::unique_ptr<ResultLog>> Open(const store::LogWriterOptions& options);

  /// The number of an exchange whose first byte goes out at that time.
  store::ExchangeNumber Begin(TimeNs at);
  void Put(SentExchange exchange);

  /// The disk is slower than the answers, or full: nothing new should be sent.
  bool pressed() const { return log_->pressure() > 0.5; }
  std::optional<Error> trouble() const { return log_->trouble(); }

  /// Seals. Call once, last.
  Result<store::LogWriterSummary> Close();

 private:
  explicit ResultLog(std::unique_ptr<store::LogWriter> log) : log_(std::move(log)) {}
  void PutConnection(const send::ConnectionFacts& facts, TimeNs at);
  store::Flags PutRequest(const SentExchange& exchange);
  store::Flags PutAnswer(const SentExchange& exchange);
  void PutMessage(store::MessageRecord record, std::string_view body);
  void Advance();

  std::unique_ptr<store::LogWriter> log_;
  store::ExchangeNumber next_ = 1;
  /// When those from first_open_ on were begun; kPut: it was put. The first one was not.
  std::deque<TimeNs> begun_;
  store::ExchangeNumber first_open_ = 1;
  std::map<uint64_t, store::ConnectionRecord> connections_;
  TimeNs latest_ = 0;
};

}  // namespace trafrec::replay
