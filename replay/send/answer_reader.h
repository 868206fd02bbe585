#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "replay/message/http_message.h"
#include "replay/send/failure_words.h"

namespace trafrec::send {

/// Takes the answer to one request out of what a connection gives: interim answers, then the one
/// that counts. llhttp stays behind it. No sockets.
class AnswerReader {
 public:
  AnswerReader();
  AnswerReader(const AnswerReader&) = delete;
  AnswerReader& operator=(const AnswerReader&) = delete;
  ~AnswerReader();

  enum class State : uint8_t { kMore, kDone, kFailed };

  /// For the next request. Both live until the answer is done; memory that they have is used.
  void Begin(bool head_only, message::Answer& answer, std::vector<message::Answer>& interim);
  /// What came. Once kDone, what follows the answer is not taken: see surplus().
  State Feed(std::string_view bytes);
  /// The peer sends no more. Ends an answer without a length; any other fails.
  State End();

  /// Bytes behind the answer, after kDone.
  size_t surplus() const { return surplus_; }
  /// Whether the connection can carry another exchange, after kDone.
  bool keep_alive() const { return keep_alive_; }
  /// After kFailed: kCut, kGarbage or kTooLarge, and why.
  const Ending& ending() const { return ending_; }

 private:
  struct Parser;
  friend struct Callbacks;

  State FeedHead(std::string_view bytes);
  State FeedBody(std::string_view bytes);
  State ReadHead(std::string_view rest);
  State AfterMessage(std::string_view rest);
  State Fail(Failure kind, std::string reason, std::string remedy = {});
  State FailTooLarge(std::string_view what, size_t limit);
  State FailGarbage(std::string_view bytes);
  void BeginMessage();

  std::unique_ptr<Parser> parser_;
  message::Answer* answer_ = nullptr;
  std::vector<message::Answer>* interim_ = nullptr;
  bool head_only_ = false;

  bool in_head_ = true;
  bool in_trailers_ = false;
  bool complete_ = false;
  bool in_value_ = false;  // of the last field
  size_t fields_ = 0;      // of the answer's that are this head's
  bool keep_alive_ = false;
  size_t surplus_ = 0;
  Ending ending_;
};

}  // namespace trafrec::send
