#include "replay/recorded/exchange_view.h"

#include "replay/recorded/head_content.h"

namespace trafrec::recorded {

MessageView::MessageView(const store::StoredMessage& stored)
    : head(ParseHead(stored.head)), content(DecodeContent(stored, head, kContentBytesMax)) {
  headers.reserve(head.fields.size());
  for (const HeaderField& field : head.fields) {
    if (field.value) {
      headers.push_back({field.name, *field.value});
    }
  }
}

ExchangeView::ExchangeView(const store::StoredExchange& exchange) {
  if (exchange.request) {
    request_message_.emplace(*exchange.request);
    const std::string_view line = request_message_->head.start_line;
    const size_t method = line.find(' ');
    const size_t target = line.rfind(' ');
    if (method != std::string_view::npos && method < target) {
      request_ = {line.substr(0, method), line.substr(method + 1, target - method - 1),
                  request_message_->headers, request_message_->content.bytes};
    }
  }
  if (exchange.response) {
    answer_message_.emplace(*exchange.response);
    answer_ = {exchange.row.status, answer_message_->headers, answer_message_->content.bytes};
  }
}

}  // namespace trafrec::recorded
