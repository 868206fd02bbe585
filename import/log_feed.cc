#include "import/log_feed.h"

#include <algorithm>

#include "import/limits.h"
#include "import/made_up.h"

namespace trafrec::import {
namespace {

using store::Flag;
using store::FlagBit;
using store::Side;

TimeNs LastByteOf(const ImportedExchange& exchange) {
  TimeNs last = exchange.began_at;
  for (const auto* message : {&exchange.request, &exchange.response}) {
    last = *message ? std::max(last, (*message)->facts.last_byte_at) : last;
  }
  return last;
}

}  // namespace

void LogFeed::Put(ImportedExchange exchange) {
  redaction_.Redact(exchange);
  const bool rises = exchange.number > last_number_ && exchange.number < limits::kExchangeNumbers;
  const store::ExchangeNumber number = rises ? exchange.number : last_number_ + 1;
  last_number_ = number;
  PutConnection(exchange);
  if (exchange.request) {
    PutMessage(number, Side::kClient, exchange, *exchange.request);
  }
  if (exchange.response) {
    PutMessage(number, Side::kServer, exchange, *exchange.response);
  }
  Count(exchange, PutExchange(number, exchange));

  first_at_ = exchanges_ == 1 ? exchange.began_at : std::min(first_at_, exchange.began_at);
  last_at_ = exchanges_ == 1 ? LastByteOf(exchange) : std::max(last_at_, LastByteOf(exchange));
  out_of_order_ += exchanges_ > 1 && exchange.began_at < last_began_ ? 1 : 0;
  last_began_ = exchanges_ == 1 ? exchange.began_at : std::max(last_began_, exchange.began_at);
  marks_.exchanges_below = number + 1;
  marks_.requests_through = marks_.answers_through = last_began_;
  sink_.Advance(marks_, last_began_);
}

void LogFeed::PutConnection(ImportedExchange& exchange) {
  store::ConnectionRecord& record = exchange.connection;
  if (HasFlag(exchange.flags, Flag::kMidStream)) {
    record.flags |= FlagBit(Flag::kMidStream);
  }
  if (!exchange.wire_unknown) {
    PutIfOther(record);
    return;
  }
  exchange.flags |= FlagBit(Flag::kWireUnknown);
  record.flags |= FlagBit(Flag::kWireUnknown);
  if (!exchange.connection_goes_on) {
    Connection alone;
    MakeUpAddresses(record);
    alone.record = record;
    PlaceMessages(alone, exchange);
    PutClosed(alone);
    return;
  }
  Connection& connection = Know(record.number);
  if (!connection.goes_on) {
    MakeUpAddresses(record);
    connection.record = record;
    connection.goes_on = true;
    sink_.PutConnection(record);
  }
  PlaceMessages(connection, exchange);
}

/// Facts are put when they are new, or other than before.
void LogFeed::PutIfOther(const store::ConnectionRecord& record) {
  scratch_.Clear();
  encoder_.Connection(record, scratch_);
  const std::string_view entry = AsText(scratch_.bytes());
  Connection& known = Know(record.number);
  if (known.entry != entry) {
    known.entry = entry;
    sink_.PutConnection(record);
  }
}

void LogFeed::PlaceMessages(Connection& connection, ImportedExchange& exchange) {
  connection.record.closed_at = std::max(connection.record.closed_at, LastByteOf(exchange));
  size_t side = 0;
  for (auto* message : {&exchange.request, &exchange.response}) {
    uint64_t& offset = connection.offsets[side++];
    if (*message) {
      store::MessageFacts& facts = (*message)->facts;
      facts.flow_offset = offset;
      facts.first_seq = static_cast<uint32_t>(offset);
      offset += facts.wire_bytes;
    }
  }
}

/// Forgets the oldest one for a new one.
LogFeed::Connection& LogFeed::Know(store::ConnectionNumber number) {
  const auto [found, is_new] = connections_.try_emplace(number);
  if (!is_new) {
    return found->second;
  }
  known_.push_back(number);
  if (known_.size() > limits::kConnections) {
    const auto oldest = connections_.find(known_.front());
    if (oldest->second.goes_on) {
      PutClosed(oldest->second);
    }
    connections_.erase(oldest);
    known_.pop_front();
  }
  return found->second;
}

void LogFeed::PutClosed(Connection& connection) {
  store::ConnectionRecord& record = connection.record;
  record.close_cause = store::CloseCause::kEndOfCapture;
  record.client_close.payload_bytes = connection.offsets[0];
  record.server_close.payload_bytes = connection.offsets[1];
  sink_.PutConnection(record);
}

void LogFeed::PutMessage(store::ExchangeNumber number, Side side, const ImportedExchange& exchange,
                         const ImportedMessage& message) {
  store::MessageRecord record;
  record.id = store::MessageIdOf(number, side);
  record.connection = exchange.connection.number;
  record.facts = message.facts;
  record.head = AsBytes(message.head);
  record.trailers = AsBytes(message.trailers);
  Bytes body = AsBytes(message.body);
  while (body.size() > limits::kExtentBytes) {
    sink_.PutExtent(record.id, record.extents++, body.first(limits::kExtentBytes));
    body = body.subspan(limits::kExtentBytes);
  }
  record.body_rest = body;
  sink_.PutMessage(record);
  ++messages_;
}

store::Flags LogFeed::PutExchange(store::ExchangeNumber number, ImportedExchange& exchange) {
  store::ExchangeRecord record;
  record.number = number;
  record.connection = exchange.connection.number;
  record.has_request = exchange.request.has_value();
  record.has_response = exchange.response.has_value();
  record.began_at = exchange.began_at;
  record.latency_ns = exchange.latency_ns;
  record.flags = exchange.flags;
  if (exchange.request) {
    record.flags |= exchange.request->facts.flags;
    record.method = exchange.method;
    record.target = exchange.target;
    record.host = exchange.host;
  } else {
    record.flags |= FlagBit(Flag::kRequestMissing);
  }
  if (exchange.response) {
    record.flags |= exchange.response->facts.flags;
    record.status = exchange.response->facts.status;
  } else {
    record.flags |= FlagBit(Flag::kResponseMissing);
  }
  interim_ += exchange.interim.size();
  record.interim = std::move(exchange.interim);
  sink_.PutExchange(record);
  return record.flags;
}

void LogFeed::Count(const ImportedExchange& exchange, store::Flags flags) {
  ++exchanges_;
  if (exchange.request) {
    ++(exchange.response ? paired_ : request_only_);
  }
  incomplete_ += (flags & store::kIncompleteFlags) != 0 ? 1 : 0;
  for (size_t flag = 0; flag < flags_.size(); ++flag) {
    flags_[flag] += flags >> flag & 1U;
  }
}

void LogFeed::Finish(const std::vector<store::LossRecord>& losses) {
  for (const store::LossRecord& loss : losses) {
    sink_.PutLoss(loss);
  }
  for (const store::ConnectionNumber number : known_) {
    Connection& connection = connections_.at(number);
    if (connection.goes_on) {
      PutClosed(connection);
    }
  }
  if (exchanges_ > 0) {
    marks_.requests_through = marks_.answers_through = last_at_;
    sink_.Advance(marks_, last_at_);
  }
}

void LogFeed::AddTo(Counters& counters) const {
  const auto add = [&counters](std::string name, const char* part_of, uint64_t value) {
    counters.push_back({std::move(name), part_of, value});
  };
  add("messages.started", "", messages_);
  add("messages.put", "messages.started", messages_);
  add("messages.interim", "", interim_);
  add("exchanges", "", exchanges_);
  add("exchanges.paired", "exchanges", paired_);
  add("exchanges.request_only", "exchanges", request_only_);
  add("exchanges.response_only", "exchanges", exchanges_ - paired_ - request_only_);
  for (size_t flag = 0; flag < flags_.size(); ++flag) {
    add(std::string("exchanges.flag.") + store::FlagName(static_cast<Flag>(flag)), "",
        flags_[flag]);
  }
  add("exchanges.incomplete", "", incomplete_);
}

}  // namespace trafrec::import
