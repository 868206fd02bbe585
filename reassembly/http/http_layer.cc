#include "reassembly/http/http_layer.h"

#include <utility>

#include "reassembly/http/exchange_book.h"
#include "reassembly/http/http_connection.h"

namespace trafrec::reassembly {

struct HttpLayer::Shared {
  ExchangeBook book;
};

HttpLayer::HttpLayer(HttpLayerOptions options, MemoryAccount& memory, store::RecordSink& sink)
    : shared_(new Shared{ExchangeBook(std::move(options), memory, sink)}) {}

HttpLayer::~HttpLayer() = default;

std::unique_ptr<StreamConsumer> HttpLayer::Open(const ConnectionInfo& info) {
  return std::make_unique<HttpConnection>(info, shared_->book);
}

void HttpLayer::OnTick(TimeNs now, TimeNs undelivered_since) {
  shared_->book.Tick(now, undelivered_since);
}

void HttpLayer::Finish() { shared_->book.Flush(); }

void HttpLayer::AddCounters(Counters& counters) const { shared_->book.counts().AddTo(counters); }

}  // namespace trafrec::reassembly
