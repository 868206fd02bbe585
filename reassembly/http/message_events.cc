// What HttpConnection makes of the starts and heads that its two parsers find: exchanges, and
// framing by request. Bodies and ends are in message_ends.cc.

#include <algorithm>
#include <utility>

#include "reassembly/http/http_connection.h"
#include "reassembly/http/protocol_probe.h"
#include "reassembly/http/request_class.h"
#include "reassembly/limits.h"

namespace trafrec::reassembly {
namespace {

using store::Flag;
using store::FlagBit;
using store::Framing;
using store::Side;

bool IsInterim(uint16_t status) { return status < 200 && status != 101; }

/// "METHOD /path" or "METHOD http://…" that was cut before the line's end: a request for sure.
std::optional<StartLine> ParseCutRequestLine(std::string_view text) {
  const size_t space = text.find(' ');
  if (space == std::string_view::npos || space + 1 >= text.size() || space < 3 ||
      !std::all_of(
          text.begin(), text.begin() + static_cast<std::ptrdiff_t>(space),
          [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; })) {
    return std::nullopt;
  }
  const std::string_view target = text.substr(space + 1, text.find_last_not_of("\r\n") - space);
  if (!target.starts_with('/') && !target.starts_with("http")) {
    return std::nullopt;
  }
  StartLine line;
  line.method = {0, static_cast<uint32_t>(space)};
  line.target = {static_cast<uint32_t>(space + 1), static_cast<uint32_t>(target.size())};
  const size_t version = target.rfind(' ');
  if (version != std::string_view::npos &&
      std::string_view("HTTP/").starts_with(target.substr(version + 1, 5))) {
    line.target.size = static_cast<uint32_t>(version);
  }
  return line;
}

}  // namespace

void HttpConnection::SettleRole(Flow flow, Side side) {
  if (!client_) {
    client_ = side == Side::kClient ? flow : Reverse(flow);
  }
  if (side == Side::kServer) {
    OnStartGone(flow);  // held while it could have been a request
  }
}

bool HttpConnection::PeerAwaited(Flow flow, uint64_t offset, uint64_t peer_offset) {
  const Lane& peer = lane(Reverse(flow));
  return peer.message_knew == offset && peer.message_from < peer_offset;
}

bool HttpConnection::Accepts(Flow flow, const MessageStart& start, const StartLine& line) {
  if (client_ && SideOf(flow) != line.side) {
    return false;
  }
  if (line.odd) [[unlikely]] {
    // Only where it is due, and on no connection that looks like another protocol.
    const bool due = line.side == Side::kClient
                         ? client_ == flow
                         : client_ == Reverse(flow) && active_->pairing.waiting() > 0;
    return due && !start.resynchronised &&
           (protocol_ == store::Protocol::kHttp1 || protocol_ == store::Protocol::kNoData);
  }
  if (!start.resynchronised || (start.chained && line.side == Side::kClient)) [[likely]] {
    return true;
  }
  if (line.side == Side::kClient) {
    Pairing& pairing = active_->pairing;
    const bool fits =
        pairing.pipelined() || (start.advanced && !pairing.AwaitsMissedAnswer(start.peer_offset));
    if (!fits) {
      pairing.OnRequestRefused();
    }
    return fits;
  }
  const auto decision = active_->pairing.Decide(AsResponse(start));
  return decision.kind != Pairing::Kind::kImplausible && decision.fitting > 0;
}

/// Also where it is not known yet who the client is: a mark that has passed a request does not go
/// back.
void HttpConnection::OnStartSeen(Flow flow, const MessageStart& start) {
  if (client_ != Reverse(flow)) {
    lane(flow).held = &book_.Begin(*this, Side::kClient, start.at);
  }
}

void HttpConnection::OnStartGone(Flow flow) {
  if (Exchange* held = lane(flow).held) {
    book_.Discard(*held);
  }
}

void HttpConnection::OnStartLine(Flow flow, const MessageStart& start, const StartLine& line) {
  SettleRole(flow, line.side);
  if (line.side == Side::kClient) {
    BeginRequest(flow, start);
  }
}

void HttpConnection::InitMessage(Flow flow, Exchange& exchange, const MessageStart& start) {
  const Side side = SideOf(flow);
  Lane& lane = this->lane(flow);
  Message& message = exchange.message(side);
  book_.OnMessage(exchange, side);
  message.peer_offset = start.peer_offset;
  if (lane.message_knew != start.peer_offset) {
    lane.message_from = start.offset;
    lane.message_knew = start.peer_offset;
  }
  store::MessageFacts& facts = message.facts;
  facts.first_byte_at = facts.last_byte_at = facts.last_copy_at = start.at;
  facts.first_seq = start.sequence;
  facts.flow_offset = start.offset;
  facts.ack_then = start.acknowledgment;
  if (start.resynchronised) {
    facts.flags |= FlagBit(Flag::kResynchronised);
  }
  lane.facts.Add(message, exchange);
  lane.current = &exchange;
  protocol_ = store::Protocol::kHttp1;
  PutLost(lane, start.offset, start.at);
}

Exchange& HttpConnection::BeginRequest(Flow flow, const MessageStart& start) {
  Lane& lane = this->lane(flow);
  Exchange& exchange =
      lane.held != nullptr ? *lane.held : book_.Begin(*this, Side::kClient, start.at);
  lane.held = nullptr;
  book_.Number(exchange);
  active_->exchanges.PushBack(&exchange);
  exchange.flags = mid_stream() ? FlagBit(Flag::kMidStream) : 0;
  const Lane& server = this->lane(Reverse(flow));
  const bool quiet = start.peer_offset == server.delivered && QuietBefore(start.at);
  Pairing& pairing = active_->pairing;
  pairing.AddRequest(exchange, start.offset, start.peer_offset, start.advanced, quiet);
  InitMessage(flow, exchange, start);
  if (pairing.waiting() > limits::kPipelined) {
    Exchange* const oldest = pairing.EvictOldest();
    LeaveUnanswered({&oldest, 1}, FlagBit(Flag::kEvicted));
  }
  return exchange;
}

BodyPlan HttpConnection::OnHead(Flow flow, const MessageStart& start, const StartLine& line,
                                const HeadFields& fields, std::string_view head) {
  SettleRole(flow, line.side);
  return line.side == Side::kClient ? OnRequestHead(flow, start, line, fields, head)
                                    : OnResponseHead(flow, start, line, fields, head);
}

void HttpConnection::FillHead(Exchange& exchange, const StartLine& line, std::string_view head) {
  Message& message = exchange.message(line.side);
  const size_t room = message.head.capacity();
  message.head.assign(head);
  if (message.head.capacity() != room) {
    book_.Charge(exchange);
  }
  message.head_complete = true;
  message.facts.status = line.status;
  message.facts.version_major = line.version_major;
  message.facts.version_minor = line.version_minor;
}

void HttpConnection::NameRequest(Exchange& exchange, const StartLine& line) {
  const std::string_view head = exchange.request().head;
  exchange.method = line.method;
  exchange.target = line.target;
  exchange.simple = line.simple;
  exchange.read = IsRead(line.method.In(head), line.target.In(head));
  if (line.method.In(head) == "HEAD") {
    active_->pairing.OnHeadRequest();
  }
}

BodyPlan HttpConnection::OnRequestHead(Flow flow, const MessageStart& start, const StartLine& line,
                                       const HeadFields& fields, std::string_view head) {
  Lane& lane = this->lane(flow);
  Exchange& exchange = lane.current != nullptr ? *lane.current : BeginRequest(flow, start);
  Message& request = exchange.request();
  FillHead(exchange, line, head);
  NameRequest(exchange, line);
  exchange.host = fields.host.value_or(Slice{});
  BodyPlan plan;
  if (fields.chunked) {
    plan.framing = Framing::kChunked;
  } else if (fields.content_length) {
    plan.framing = Framing::kContentLength;
    plan.length = *fields.content_length;
    request.facts.declared_bytes = plan.length;
  } else {
    plan.end_unknown = fields.other_coding || fields.length_invalid;
  }
  plan.end_disputed = fields.disputed;
  if (plan.end_disputed) {  // its server may take a part of its body for requests
    active_->pairing.OnRequestsLost(start.offset + head.size(), 0, start.peer_offset);
  }
  request.facts.framing = plan.framing;
  if (fields.lenient || fields.other_coding) {
    request.facts.flags |= FlagBit(Flag::kLenient);
  }
  book_.DecideShedding(exchange, Side::kClient);
  book_.OnRequestHead(exchange);
  return plan;
}

bool HttpConnection::TakeInterim(const Pairing::Decision& decision, const MessageStart& start,
                                 const StartLine& line, std::string_view head) {
  if (!IsInterim(line.status)) {
    return false;
  }
  ++book_.counts().interim_responses;
  Pairing& pairing = active_->pairing;
  const bool paired = decision.kind == Pairing::Kind::kPaired;
  if (paired && !decision.presumed && !pairing.presumed()) {
    book_.KeepInterim(*pairing.At(decision.index), start.at, line.status, head);
  } else if (active_->interim.size() <= limits::kInterim) {
    // Whose it is will be known with the final answer, or not at all: what is presumed of this one
    // need not be so of that. One more than are kept: that there were more.
    active_->interim.push_back({start.at, line.status, std::string(head)});
  } else {
    ++book_.counts().interim_left_out;
  }
  if (paired) {
    pairing.OnInterim(decision, start.offset + head.size());
  }
  return true;
}

/// Those of which the final answer was not seen.
void HttpConnection::DropInterim() {
  book_.counts().interim_left_out += active_->interim.size();
  active_->interim.clear();
}

BodyPlan HttpConnection::OnResponseHead(Flow flow, const MessageStart& start, const StartLine& line,
                                        const HeadFields& fields, std::string_view head) {
  const auto decision = active_->pairing.Decide(AsResponse(start));
  if (TakeInterim(decision, start, line, head)) {
    return {};
  }
  const bool may_answer_head = active_->pairing.MayAnswerHead(decision);
  Exchange& exchange = BeginResponse(flow, start, decision);
  Message& response = exchange.response();
  FillHead(exchange, line, head);
  const BodyPlan plan = PlanResponse(exchange, line, fields, may_answer_head);
  response.facts.framing = plan.framing;
  if (plan.bodyless_possible) {
    active_->pairing.OnAnswerMayEnd(start.offset + head.size());
  }
  if (plan.framing == Framing::kContentLength) {
    response.facts.declared_bytes = plan.length;
  }
  if (fields.lenient) {
    response.facts.flags |= FlagBit(Flag::kLenient);
  }
  book_.DecideShedding(exchange, Side::kServer);
  return plan;
}

BodyPlan HttpConnection::PlanResponse(const Exchange& exchange, const StartLine& line,
                                      const HeadFields& fields, bool may_answer_head) const {
  const Message& request = exchange.messages[0];
  const std::string_view method = exchange.method.In(request.head);
  BodyPlan plan;
  if (line.status == 101 || (method == "CONNECT" && line.status / 100 == 2)) {
    plan.framing = Framing::kOpaque;
  } else if (method == "HEAD" || line.status == 204 || line.status == 304) {
    plan.framing = Framing::kNone;
  } else if (fields.chunked) {
    plan.framing = Framing::kChunked;
  } else if (fields.content_length) {
    plan.framing = Framing::kContentLength;
    plan.length = *fields.content_length;
  } else {
    plan.framing = Framing::kUntilClose;
    plan.end_unknown = fields.length_invalid;
  }
  plan.end_disputed = fields.disputed && plan.framing != Framing::kNone;
  plan.bodyless_possible = !request.present && may_answer_head;
  return plan;
}

bool HttpConnection::OnPartialHead(Flow flow, const MessageStart& start, const StartLine* line,
                                   std::string_view head, Ending ending, const Gap* gap) {
  const auto cut = line == nullptr && client_ == flow ? ParseCutRequestLine(head) : std::nullopt;
  line = cut ? &*cut : line;
  if (line == nullptr || (line->side == Side::kServer && IsInterim(line->status))) {
    OnStartGone(flow);
    return false;
  }
  Lane& lane = this->lane(flow);
  Exchange* exchange = lane.current;
  if (line->side == Side::kServer) {
    const auto decision = active_->pairing.Decide(AsResponse(start));
    exchange = &BeginResponse(flow, start, decision);
  } else if (exchange == nullptr) {
    exchange = &BeginRequest(flow, start);
  }
  Message& message = exchange->message(line->side);
  FillHead(*exchange, *line, head);
  message.facts.wire_bytes = head.size();
  if (line->side == Side::kClient) {
    NameRequest(*exchange, *line);
    book_.OnRequestHead(*exchange);
  } else if (lane.ended && ending == Ending::kClosed && head.ends_with('\n')) {
    // Only the empty line is missing before the end; to a client that is a whole answer.
    message.facts.flags |= FlagBit(Flag::kLenient);
    ending = Ending::kComplete;
  }
  if (gap != nullptr) {
    OnMessageGap(flow, store::MessageGap::Part::kHead, gap->length, *gap);
  }
  OnMessageEnd(flow, ending, false);
  return true;
}

bool HttpConnection::TakesHeadless(Flow flow, const MessageStart& start) {
  if (!client_ || SideOf(flow) != Side::kServer) {
    return false;
  }
  const auto decision = active_->pairing.Decide(AsResponse(start));
  if (decision.kind != Pairing::Kind::kPaired || !active_->pairing.At(decision.index)->simple) {
    return false;
  }
  Message& response = BeginResponse(flow, start, decision).response();
  response.head_complete = true;
  response.facts.version_minor = 9;
  response.facts.framing = Framing::kUntilClose;
  return true;
}

void HttpConnection::OnLost(Flow flow, uint64_t from, uint64_t length, bool at_start) {
  Lane& lane = this->lane(flow);
  if (!lane.lost) {
    lane.lost = Lost{.from = std::max(lane.last_at, info_.opened_at), .offset = from};
  }
  lane.lost->gap_bytes += length;
  LetUndecidedGo(active_->undecided.back());
  if (!client_) {
    return;  // the pairing of a connection that began in the middle assumes it anyway
  }
  if (SideOf(flow) == Side::kClient) {
    active_->pairing.OnRequestsLost(from, length, lane.parser.last_peer_offset());
  } else {
    active_->pairing.OnResponsesLost(at_start ? length : 0);
    DropInterim();  // their final answer may be what was lost
  }
}

void HttpConnection::OnNoStartAt(Flow flow, uint64_t offset, std::optional<uint64_t> peer_offset) {
  if (client_ == Reverse(flow)) {
    active_->pairing.OnNoAnswerAt(offset, peer_offset);
  }
}

bool HttpConnection::OnForeign(Flow flow, Bytes first_bytes) {
  if (protocol_ == store::Protocol::kHttp1) {
    return false;
  }
  const store::Protocol found = ProbeProtocol(first_bytes);
  if (protocol_ == store::Protocol::kNoData || protocol_ == store::Protocol::kOther) {
    protocol_ = found;
  }
  // From the middle of a connection a few bytes prove little: HTTP may follow.
  if (found == store::Protocol::kOther || mid_stream()) {
    return false;
  }
  lane(Reverse(flow)).parser.BecomeOpaque();
  return true;
}

}  // namespace trafrec::reassembly
