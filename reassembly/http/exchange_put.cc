// How exchanges leave for the sink: the order of records, open rows, and what is given up under
// load. The other half of ExchangeBook.

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "reassembly/http/exchange_book.h"
#include "reassembly/limits.h"

namespace trafrec::reassembly {
namespace {

using store::Flag;
using store::FlagBit;
using store::Side;

std::string_view HostOf(const Exchange& exchange, std::string_view head) {
  if (exchange.host.size > 0) {
    return exchange.host.In(head);
  }
  const std::string_view target = exchange.target.In(head);
  const size_t scheme = target.find("://");
  if (scheme == std::string_view::npos || target.starts_with('/')) {
    return {};
  }
  const std::string_view rest = target.substr(scheme + 3);
  return rest.substr(0, rest.find_first_of("/?#"));
}

}  // namespace

void ExchangeBook::PutExtent(Exchange& exchange, Side side, Bytes bytes) {
  Message& message = exchange.message(side);
  exchange.owner->BeforePut();
  sink_.PutExtent(store::MessageIdOf(exchange.number, side), message.extents, bytes);
  ++message.extents;
}

/// Puts the body, or all but `rest_max` bytes of it.
void ExchangeBook::PutBodyInExtents(Exchange& exchange, Side side, size_t rest_max) {
  std::string& body = exchange.message(side).body;
  size_t at = 0;
  for (; body.size() - at > rest_max; at += std::min(limits::kExtentBytes, body.size() - at)) {
    PutExtent(exchange, side,
              AsBytes(body).subspan(at, std::min(limits::kExtentBytes, body.size() - at)));
  }
  body.erase(0, at);
}

/// To the sink, before redaction: a signature covers what was sent.
void ExchangeBook::ShowRequest(Exchange& exchange) {
  Message& request = exchange.request();
  request.record.id = store::MessageIdOf(exchange.number, Side::kClient);
  request.record.head = AsBytes(request.head);
  request.record.body_rest = AsBytes(request.body);
  request.record.extents = request.extents;
  sink_.SeeRequest(request.record, exchange.target.In(request.head));
}

void ExchangeBook::PutMessage(Exchange& exchange, Side side) {
  Message& message = exchange.message(side);
  if (!message.present) {
    return;
  }
  const store::MessageId id = store::MessageIdOf(exchange.number, side);
  if (message.shed) {
    message.facts.flags |= FlagBit(Flag::kBodyShed);
  }
  if (side == Side::kClient && !message.put) {
    ShowRequest(exchange);
  }
  const bool held = HoldsBodies() && HasFlag(message.facts.flags, Flag::kOpen);
  if (HoldsBodies() && !held) {
    RedactBody(message);
    Charge(exchange);
  }
  std::string redacted_trailers;
  if (redactor_ && !message.trailers.empty()) {
    redacted_trailers = redactor_->Fields(message.trailers);
  }
  const Bytes trailers = AsBytes(redactor_ ? redacted_trailers : message.trailers);
  if (message.put) {
    PutBodyInExtents(exchange, side, 0);
    sink_.PutMessageFacts(id, message.facts, trailers, message.extents);
    return;
  }
  if (!held) {
    PutBodyInExtents(exchange, side, limits::kExtentBytes);
  }
  const uint64_t stored_bytes = message.facts.body_stored_bytes;
  store::MessageRecord& record = message.record;
  record.id = id;
  record.connection = exchange.owner->connection_number();
  record.head = AsBytes(redactor_ ? redactor_->Head(message.head) : message.head);
  record.body_rest = held ? Bytes() : AsBytes(message.body);
  record.trailers = trailers;
  record.extents = message.extents;
  record.facts.body_stored_bytes = held ? 0 : stored_bytes;
  sink_.PutMessage(record);
  record.facts.body_stored_bytes = stored_bytes;
  if (!held) {
    message.body.clear();
  }
  message.put = true;
  --counts_.messages_in_flight;
  ++counts_.messages_put;
}

void ExchangeBook::PutExchange(Exchange& exchange, store::Flags extra) {
  const Message& request = exchange.request();
  const Message& response = exchange.response();
  record_.number = exchange.number;
  record_.connection = exchange.owner->connection_number();
  record_.has_request = request.present;
  record_.has_response = response.present && !HasFlag(extra, Flag::kOpen);
  record_.began_at = exchange.began_at;
  record_.flags = exchange.flags | request.facts.flags | extra;
  record_.status = 0;
  record_.latency_ns = -1;
  if (record_.has_response) {
    record_.flags |= response.facts.flags;
    record_.status = response.facts.status;
    if (request.present && request.ended) {
      record_.latency_ns =
          std::max<int64_t>(-1, response.facts.first_byte_at - request.facts.last_byte_at);
    }
  } else {
    record_.flags |= FlagBit(Flag::kResponseMissing);
  }
  if (!record_.has_request) {
    record_.flags |= FlagBit(Flag::kRequestMissing);
  }
  const std::string_view head = request.head;
  const std::string_view target = exchange.target.In(head);
  const std::string_view host = HostOf(exchange, head);
  record_.method = exchange.method.In(head);
  record_.target = redactor_ ? redactor_->Target(target) : target;
  record_.host = redactor_ ? redactor_->Host(host) : host;
  std::swap(record_.interim, exchange.interim);
  sink_.PutExchange(record_);
  std::swap(record_.interim, exchange.interim);
  if (HasFlag(extra, Flag::kOpen)) {
    ++counts_.open_rows;
  } else {
    CountExchange(exchange, record_.flags);
  }
}

void ExchangeBook::KeepInterim(Exchange& exchange, TimeNs at, uint16_t status,
                               std::string_view head) {
  if (exchange.interim.size() == limits::kInterim) {
    ++counts_.interim_left_out;
    exchange.flags |= FlagBit(Flag::kEvicted);
    return;
  }
  exchange.interim.push_back({at, status, Redacted(head)});
  Charge(exchange);
}

void ExchangeBook::CountExchange(const Exchange& exchange, store::Flags flags) {
  const bool request = exchange.messages[0].present;
  const bool response = exchange.messages[1].present;
  ++(request && response ? counts_.exchanges_paired
     : request           ? counts_.exchanges_request_only
                         : counts_.exchanges_response_only);
  counts_.exchanges_incomplete += (flags & store::kIncompleteFlags) != 0 ? 1 : 0;
  for (; flags != 0; flags &= flags - 1) {  // the last one that is set, each time
    const auto flag = static_cast<size_t>(std::countr_zero(flags));
    if (flag < counts_.exchange_flags.size()) {
      ++counts_.exchange_flags[flag];
    }
  }
}

void ExchangeBook::PutOpenRow(Exchange& exchange) {
  Message& request = exchange.request();
  exchange.owner->BeforePut();
  if (!request.ended) {
    request.facts.flags |= FlagBit(Flag::kOpen);
  }
  PutMessage(exchange, Side::kClient);
  PutExchange(exchange, FlagBit(Flag::kOpen));
  request.facts.flags &= ~FlagBit(Flag::kOpen);
  exchange.open_put = true;
  by_number_.Remove(&exchange);
}

void ExchangeBook::PutFacts(store::MessageId id, const store::MessageFacts& facts,
                            uint32_t extents) {
  sink_.PutMessageFacts(id, facts, {}, extents);
}

bool ExchangeBook::ShedWhole(Exchange& exchange) {
  const double limit = exchange.read ? limits::kShedReads : limits::kShedMutations;
  const bool begun =
      exchange.open_put || exchange.request().extents + exchange.response().extents > 0;
  if (pressure_ < limit || begun) {
    return false;
  }
  uint64_t bytes = 0;
  uint64_t messages = 0;
  for (const Message& message : exchange.messages) {
    if (message.present) {
      bytes += message.facts.wire_bytes;
      ++messages;
    }
  }
  counts_.messages_in_flight -= messages;
  (exchange.read ? counts_.messages_shed_reads : counts_.messages_shed_mutations) += messages;
  ++counts_.exchanges_shed;
  counts_.shed_for_space += saving_space_ ? messages : 0;
  NoteShed(messages, bytes);
  return true;
}

void ExchangeBook::DecideShedding(Exchange& exchange, Side side) {
  const double limit =
      side == Side::kServer ? limits::kShedReadAnswerBodies : limits::kShedReadBodies;
  Message& message = exchange.message(side);
  if (exchange.read && pressure_ >= limit && message.facts.framing != store::Framing::kNone) {
    message.shed = true;
    ++counts_.bodies_shed;
    counts_.shed_for_space += saving_space_ ? 1 : 0;
  }
}

void ExchangeBook::Flush() {
  CHECK(live_.empty());
  if (shed_.messages + shed_.bytes > 0) {
    PutShedLoss();
  }
  if (evicted_) {
    PutEvictionLoss();
  }
  if (now_ != INT64_MIN) {  // else no segment came at all, and there is no time to speak of
    Tick(now_, INT64_MAX);
  }
}

void ExchangeBook::NoteShed(uint64_t messages, uint64_t bytes) {
  if (shed_.messages + shed_.bytes > 0 && now_ - shed_.until > limits::kShedPauseNs) {
    PutShedLoss();
  }
  if (shed_.messages + shed_.bytes == 0) {
    shed_.from = now_;
  }
  shed_.until = now_;
  shed_.messages += messages;
  shed_.bytes += bytes;
  next_due_ = std::min(next_due_, now_ + limits::kShedPauseNs);
}

void ExchangeBook::NoteEviction(TimeNs from, TimeNs until, uint64_t bytes,
                                std::optional<store::ConnectionNumber> connection) {
  if (evicted_ && evicted_->until + limits::kLossIntervalNs <= until) {
    PutEvictionLoss();
  }
  if (!evicted_) {
    evicted_.emplace();
    evicted_->cause = store::LossCause::kLimit;
    evicted_->from = from;
    evicted_->until = until;
    evicted_->connection = connection;
  } else {
    evicted_->connection.reset();
  }
  evicted_->from = std::min(evicted_->from, from);
  evicted_->until = std::max(evicted_->until, until);
  evicted_->bytes += bytes;
  next_due_ = std::min(next_due_, evicted_->until + limits::kLossIntervalNs);
}

void ExchangeBook::PutEvictionLoss() {
  sink_.PutLoss(*evicted_);
  evicted_.reset();
}

void ExchangeBook::PutShedLoss() {
  store::LossRecord loss;
  loss.cause = store::LossCause::kLoad;
  loss.from = shed_.from;
  loss.until = shed_.until;
  loss.bytes = shed_.bytes;
  loss.exact = true;
  sink_.PutLoss(loss);
  shed_ = {};
}

}  // namespace trafrec::reassembly
