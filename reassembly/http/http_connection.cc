#include "reassembly/http/http_connection.h"

#include <algorithm>
#include <utility>

#include "reassembly/limits.h"

namespace trafrec::reassembly {

using store::Flag;
using store::FlagBit;
using store::Side;

HttpConnection::HttpConnection(const ConnectionInfo& info, ExchangeBook& book)
    : book_(book),
      info_(info),
      client_(info.client),
      heard_at_(info.opened_at),
      heard_before_at_(info.opened_at) {
  const uint16_t port = book.options().server_port;
  if (!client_ && port != 0 && (info.first.port == port) != (info.second.port == port)) {
    client_ = info.first.port == port ? Flow::kSecond : Flow::kFirst;
  }
  ++book_.counts().connections;
  ++book_.counts().connections_open;
}

HttpConnection::~HttpConnection() {
  if (active_) {
    book_.memory().used_bytes -= active_->charged;
  }
}

HttpConnection::Active::Active(const ConnectionInfo& info, MessageHandler& handler,
                               HttpCounts& counts)
    : lanes{Lane(Flow::kFirst, info.client && info.first_from_start, handler, counts),
            Lane(Flow::kSecond, info.client && info.second_from_start, handler, counts)},
      pairing(!info.client ||
              !(info.client == Flow::kFirst ? info.first_from_start : info.second_from_start)) {
  const bool server_from_start =
      info.client == Flow::kFirst ? info.second_from_start : info.first_from_start;
  if (info.client && !server_from_start) {
    pairing.OnResponsesLost(0);
  }
}

HttpConnection::Active& HttpConnection::active() {
  if (!active_) {
    MessageHandler& handler = *this;
    active_ = std::make_unique<Active>(info_, handler, book_.counts());
    for (const Flow flow : {Flow::kFirst, Flow::kSecond}) {
      if (!(flow == Flow::kFirst ? info_.first_from_start : info_.second_from_start)) {
        lane(flow).lost = Lost{.from = info_.opened_at};  // until its first message
      }
    }
    Recharge();
  }
  return *active_;
}

void HttpConnection::Recharge() {
  size_t bytes = sizeof(Active);
  for (const Lane& lane : active_->lanes) {
    bytes += lane.parser.buffered_bytes();
  }
  book_.memory().used_bytes += bytes - active_->charged;
  active_->charged = bytes;
}

void HttpConnection::Hear(TimeNs at) {
  if (at > heard_at_) {
    heard_before_at_ = heard_at_;
    heard_at_ = at;
  }
}

/// Of bytes that were missed nobody knows when they went by: until now, there was no silence.
void HttpConnection::HearMissed(TimeNs at) {
  Hear(at);
  heard_before_at_ = heard_at_;
}

bool HttpConnection::QuietBefore(TimeNs at) const {
  return at >= heard_at_ && heard_before_at_ + limits::kQuietNs <= at;
}

void HttpConnection::OnChunk(Flow flow, const Chunk& chunk) {
  book_.Advance(chunk.at);
  const bool from_start = flow == Flow::kFirst ? info_.first_from_start : info_.second_from_start;
  if (chunk.offset == 0 && !from_start) {
    HearMissed(chunk.at);  // what came before the first bytes seen
  } else {
    Hear(chunk.at);
  }
  HttpCounts& counts = book_.counts();
  had_data_ = true;
  if (evicted_) {
    counts.bytes += chunk.bytes.size();
    counts.opaque_bytes += chunk.bytes.size();
    return;
  }
  active();
  Lane& lane = this->lane(flow);
  const uint64_t opaque_before = counts.opaque_bytes;
  lane.parser.OnChunk(chunk);
  lane.delivered = chunk.offset + chunk.bytes.size();
  lane.last_at = std::max(lane.last_at, chunk.at);
  lane.opaque_bytes += counts.opaque_bytes - opaque_before;
  const uint64_t known_to = lane.parser.known_to(lane.delivered);
  if (lane.facts.delivered() != known_to) {  // else the end of a message or of its part
    lane.facts.OnDelivered(known_to);
  }
  Recharge();
}

void HttpConnection::OnGap(Flow flow, const Gap& gap) {
  book_.Advance(gap.revealed_at);
  HearMissed(gap.revealed_at);
  had_data_ = true;
  if (evicted_) {
    book_.counts().gap_bytes += gap.length;
    book_.counts().gap_outside_bytes += gap.length;
    return;
  }
  active();
  Lane& lane = this->lane(flow);
  lane.parser.OnGap(gap);
  lane.delivered = gap.offset + gap.length;
  lane.facts.OnDelivered(lane.delivered);
  SettleCovered(flow);
}

void HttpConnection::OnAcknowledged(Flow flow, uint64_t offset, uint32_t acknowledgment,
                                    TimeNs at) {
  book_.Advance(at);
  Hear(at);
  if (offset == 0 || evicted_) {
    return;
  }
  active();
  lane(flow).facts.OnAcknowledged(offset, acknowledgment, at);
  SettleCovered(flow);
}

void HttpConnection::OnCopy(Flow flow, uint64_t offset, uint64_t length, TimeNs at, bool conflict) {
  book_.Advance(at);
  Hear(at);
  if (!evicted_) {
    active();  // also of bytes that are still to be delivered
    lane(flow).facts.OnCopy(offset, length, at, conflict);
  }
}

void HttpConnection::OnEnd(Flow flow, TimeNs at) {
  book_.Advance(at);
  if (active_) {
    Lane& lane = this->lane(flow);
    lane.ended = true;
    lane.parser.Finish(true, Ending::kClosed);
  }
}

void HttpConnection::OnEvict(TimeNs at) {
  book_.Advance(at);
  ++book_.counts().evictions;
  if (active_) {
    TimeNs from = at;
    uint64_t bytes = 0;
    for (Lane& lane : active_->lanes) {
      from = lane.held != nullptr ? std::min(from, lane.held->began_at) : from;
      bytes += lane.parser.pending_bytes();
      if (lane.lost) {
        // One row for all that the same want of memory costs, not one for each connection.
        from = std::min(from, lane.lost->from);
        bytes += lane.delivered - lane.lost->offset;
        lane.lost.reset();
      }
    }
    CloseAll(Ending::kEvicted, FlagBit(Flag::kEvicted), at);
    book_.NoteEviction(from, at, bytes, put_ ? std::optional(info_.number) : std::nullopt);
  }
  evicted_ = true;
}

void HttpConnection::OnClose(const ConnectionEnd& end) {
  book_.Advance(end.at);
  end_ = &end;
  if (active_) {
    CloseAll(Ending::kClosed, 0, end.at);
  }
  if (protocol_ == store::Protocol::kNoData && had_data_) {
    protocol_ = store::Protocol::kUnknown;
  }
  if (put_ || (had_data_ && protocol_ != store::Protocol::kHttp1)) {
    book_.PutConnection(Record());
  }
  PutUpgradedFacts();
  --book_.counts().connections_open;
  ++book_.counts().connections_closed[static_cast<size_t>(protocol_)];
  end_ = nullptr;
}

void HttpConnection::CloseAll(Ending ending, store::Flags flags, TimeNs at) {
  for (Lane& lane : active_->lanes) {
    if (!lane.ended) {
      lane.parser.Finish(false, ending);
    }
    PutLost(lane, lane.delivered, at);
    if (lane.held != nullptr) {
      book_.Discard(*lane.held);
    }
  }
  DropInterim();
  LetUndecidedGo(active_->undecided.back());  // also an answer of which that was the end
  while (Exchange* exchange = active_->exchanges.front()) {
    exchange->flags |= flags;
    book_.Settle(*exchange);
  }
  if (upgraded_) {
    for (const Flow flow : {Flow::kFirst, Flow::kSecond}) {
      const Lane& lane = this->lane(flow);
      store::MessageFacts& facts = upgraded_->facts[static_cast<size_t>(SideOf(flow))];
      facts.wire_bytes += lane.opaque_bytes;
      facts.last_byte_at = std::max(facts.last_byte_at, lane.last_at);
    }
  }
  book_.memory().used_bytes -= active_->charged;
  active_.reset();
}

void HttpConnection::PutLost(Lane& lane, uint64_t end, TimeNs until) {
  const bool http = protocol_ == store::Protocol::kHttp1 || protocol_ == store::Protocol::kNoData;
  // Bytes that were captured count as well: what became no message may have been one.
  if (lane.lost && http && end > lane.lost->offset) {
    BeforePut();
    store::LossRecord loss;
    loss.cause = store::LossCause::kGap;
    loss.from = lane.lost->from;
    loss.until = std::max(until, loss.from);  // what waited behind a hole may have come before
    loss.connection = info_.number;
    loss.bytes = end - lane.lost->offset;
    loss.exact = loss.bytes == lane.lost->gap_bytes;
    book_.counts().unread_bytes += loss.bytes - std::min(loss.bytes, lane.lost->gap_bytes);
    book_.PutLoss(loss);
  }
  lane.lost.reset();
}

void HttpConnection::PutUpgradedFacts() {
  if (!upgraded_) {
    return;
  }
  for (const Side side : {Side::kClient, Side::kServer}) {
    const auto index = static_cast<size_t>(side);
    if (upgraded_->facts[index].framing == store::Framing::kOpaque) {
      book_.PutFacts(store::MessageIdOf(upgraded_->number, side), upgraded_->facts[index],
                     upgraded_->extents[index]);
    }
  }
}

void HttpConnection::SettleCovered(Flow flow) {
  while (Exchange* exchange = lane(flow).facts.NextCovered()) {
    if (exchange->finished && exchange->response().covered()) {
      book_.Settle(*exchange);
    }
  }
}

void HttpConnection::BeforePut() {
  if (!put_) {
    put_ = true;
    book_.PutConnection(Record());
  }
}

void HttpConnection::OnLeaving(Exchange& exchange) {
  if (HasFlag(exchange.flags, Flag::kUpgraded)) {
    upgraded_ = std::make_unique<Upgraded>();
    upgraded_->number = exchange.number;
    for (size_t side = 0; side < 2; ++side) {
      if (const Message& message = exchange.messages[side]; message.put) {
        upgraded_->facts[side] = message.facts;
        upgraded_->extents[side] = message.extents;
      }
    }
  }
  if (active_->exchanges.Contains(&exchange)) {
    active_->exchanges.Remove(&exchange);
  }
  for (const Flow flow : {Flow::kFirst, Flow::kSecond}) {
    Lane& lane = this->lane(flow);
    const Message& message = exchange.message(SideOf(flow));
    if (message.present) {
      lane.facts.Forget(message);
    }
    if (lane.current == &exchange) {
      lane.current = nullptr;
    }
    if (lane.held == &exchange) {
      lane.held = nullptr;
    }
  }
}

store::ConnectionRecord HttpConnection::Record() const {
  // Who is the client of a connection that began in the middle and was not understood: the one with
  // the higher port.
  const Flow guess = info_.first.port >= info_.second.port ? Flow::kFirst : Flow::kSecond;
  const bool first_is_client = client_.value_or(guess) == Flow::kFirst;
  store::ConnectionRecord record;
  record.number = info_.number;
  record.client = first_is_client ? info_.first : info_.second;
  record.server = first_is_client ? info_.second : info_.first;
  auto first_isn = info_.first_isn;
  auto second_isn = info_.second_isn;
  if (book_.options().interface_name) {
    record.interface = book_.options().interface_name(info_.interface);
  }
  record.encapsulation = info_.encapsulation;
  record.opened_at = info_.opened_at;
  record.closed_at = info_.opened_at;
  record.protocol = protocol_;
  if (mid_stream()) {
    record.flags |= FlagBit(Flag::kMidStream);
  }
  if (evicted_) {
    record.flags |= FlagBit(Flag::kEvicted);
  }
  if (end_ != nullptr) {
    first_isn = end_->first_isn ? end_->first_isn : first_isn;
    second_isn = end_->second_isn ? end_->second_isn : second_isn;
    record.closed_at = end_->at;
    record.handshake_ns = end_->handshake_ns;
    record.close_cause = end_->cause;
    record.client_close = first_is_client ? end_->first : end_->second;
    record.server_close = first_is_client ? end_->second : end_->first;
    record.flags |= end_->overlap_conflict ? FlagBit(Flag::kOverlapConflict) : 0;
    record.flags |= end_->snaplen_cut ? FlagBit(Flag::kSnaplenCut) : 0;
    record.flags |= end_->cause == store::CloseCause::kEvicted ? FlagBit(Flag::kEvicted) : 0;
  }
  record.client_isn = first_is_client ? first_isn : second_isn;
  record.server_isn = first_is_client ? second_isn : first_isn;
  return record;
}

}  // namespace trafrec::reassembly
