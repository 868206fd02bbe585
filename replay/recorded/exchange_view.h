#pragma once

#include <optional>
#include <vector>

#include "replay/dialect/request.h"
#include "replay/recorded/content.h"
#include "replay/recorded/message_head.h"
#include "store/reader/log_reader.h"

namespace trafrec::recorded {

/// A stored message as a dialect looks at it: its head taken apart, its body without encodings.
/// Borrows the message's head.
struct MessageView {
  explicit MessageView(const store::StoredMessage& stored);

  MessageHead head;
  Content content;
  std::vector<dialect::HeaderView> headers;
};

/// A stored exchange as a dialect looks at it: heads taken apart, bodies without their encodings.
/// What the views borrow lies in this object and in the exchange, which must outlive it.
class ExchangeView {
 public:
  explicit ExchangeView(const store::StoredExchange& exchange);
  ExchangeView(const ExchangeView&) = delete;
  ExchangeView& operator=(const ExchangeView&) = delete;

  /// Null if the log has no request, or not the beginning of it.
  const dialect::RequestView* request() const { return request_ ? &*request_ : nullptr; }
  const dialect::AnswerView* answer() const { return answer_ ? &*answer_ : nullptr; }

 private:
  std::optional<MessageView> request_message_;
  std::optional<MessageView> answer_message_;
  std::optional<dialect::RequestView> request_;
  std::optional<dialect::AnswerView> answer_;
};

}  // namespace trafrec::recorded
