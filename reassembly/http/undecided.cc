// Answers, from where their place is known: each goes to the exchange of its request, or to one of
// its own, or waits.
//
// After a loss in a pipeline, what tells which request an answer is for often comes later
// (backlog.cc). Until then the answer is parsed into an exchange that has no number yet; when it is
// known, its response moves over to the request's exchange. It waits no longer than a request waits
// for its open row, and only so many bytes of a connection do. What is not known by then is put
// alone, and flagged. Rejected: to put the answer alone at once and to join the rows later (the log
// names a message by its exchange).

#include <algorithm>
#include <iterator>
#include <utility>

#include "reassembly/http/http_connection.h"
#include "reassembly/limits.h"

namespace trafrec::reassembly {
namespace {

using store::Flag;
using store::FlagBit;
using store::Framing;

/// Could this be what a server says to this method?
bool Fits(const Exchange& request, const Message& answer) {
  const std::string_view method = request.method.In(request.messages[0].head);
  if (method == "CONNECT" || request.simple || answer.extents > 0) {
    return false;
  }
  const uint16_t status = answer.facts.status;
  const bool bodyless = status == 204 || status == 304 || status / 100 == 1;
  return bodyless || (method == "HEAD") == (answer.facts.framing == Framing::kNone);
}

}  // namespace

Exchange& HttpConnection::BeginResponse(Flow flow, const MessageStart& start,
                                        Pairing::Decision decision) {
  Active& active = *active_;
  const bool decided = decision.counted || decision.kind == Pairing::Kind::kPaired;
  if (decided && !active.undecided.empty()) {
    DecideUndecided(start, decision);
    decision = active.pairing.Decide(AsResponse(start));
  }
  active.unanswered.clear();
  active.ambiguous.clear();
  const bool presumed = active.pairing.presumed() || decision.presumed;
  const AnswerPlace place = active.pairing.NextPlace();
  Exchange* exchange =
      active.pairing.Apply(decision, AsResponse(start), active.unanswered, active.ambiguous);
  if (exchange == nullptr) {
    exchange = &BeginAlone(start, decision, place);
  } else {
    exchange->flags |= exchange->request().ended ? 0 : FlagBit(Flag::kEarlyResponse);
    exchange->flags |= presumed ? FlagBit(Flag::kPairingPresumed) : 0;
  }
  for (const store::InterimResponse& interim : active.interim) {
    book_.KeepInterim(*exchange, interim.at, interim.status, interim.head);
  }
  active.interim.clear();
  InitMessage(flow, *exchange, start);
  LeaveUnanswered(active.unanswered, 0);
  LeaveUnanswered(active.ambiguous, FlagBit(Flag::kPairingAmbiguous));
  return *exchange;
}

Exchange& HttpConnection::BeginAlone(const MessageStart& start, const Pairing::Decision& decision,
                                     const AnswerPlace& place) {
  Active& active = *active_;
  Exchange& exchange = book_.Begin(*this, store::Side::kServer, start.at);
  const bool ambiguous = decision.kind == Pairing::Kind::kAmbiguous;
  exchange.flags = mid_stream() ? FlagBit(Flag::kMidStream) : 0;
  exchange.flags |= ambiguous || decision.counted ? FlagBit(Flag::kPairingAmbiguous) : 0;
  if (!ambiguous || !active.pairing.may_be_told()) {
    PutAlone(exchange);
    return exchange;
  }
  if (active.undecided_count == limits::kUndecided) {
    LetUndecidedGo(active.undecided.front());
  }
  exchange.place = place;
  book_.BeginUndecided(exchange);
  active.undecided.PushBack(&exchange);
  ++active.undecided_count;
  return exchange;
}

/// The place of the answer that begins at `start` is known, and by that of those that wait, too.
void HttpConnection::DecideUndecided(const MessageStart& start, const Pairing::Decision& decision) {
  Active& active = *active_;
  Pairing& pairing = active.pairing;
  for (Exchange* answer = active.undecided.front(); answer != nullptr;
       answer = IntrusiveList<Exchange, &Exchange::in_connection>::Next(answer)) {
    const Exchange* const request = pairing.RequestAt(answer->place, decision, AsResponse(start));
    if (request != nullptr && !Fits(*request, answer->response())) {
      if (decision.counted) {
        pairing.Recount();
      }
      return LetUndecidedGo(active.undecided.back());
    }
  }
  pairing.Settle(decision, AsResponse(start));
  while (!active.undecided.empty()) {
    Exchange& answer = TakeUndecided();
    active.unanswered.clear();
    Exchange* const request = pairing.TakeAt(answer.place, active.unanswered);
    LeaveUnanswered(active.unanswered, 0);
    if (request == nullptr) {
      PutAlone(answer);
      FinishIfDone(answer);
    } else {
      Join(*request, answer);
    }
  }
}

void HttpConnection::Join(Exchange& request, Exchange& answer) {
  Message& response = request.response();
  response.TakeOver(answer.response());
  const Flow flow = client_ == Flow::kFirst ? Flow::kSecond : Flow::kFirst;
  Lane& lane = this->lane(flow);
  lane.facts.Replace(answer.response(), response, request);
  if (lane.current == &answer) {
    lane.current = &request;
  }
  const Message& asked = request.request();
  const bool early = !asked.ended || asked.facts.last_byte_at > response.facts.first_byte_at;
  request.flags |= FlagBit(Flag::kPairingPresumed) | (early ? FlagBit(Flag::kEarlyResponse) : 0);
  std::ranges::move(answer.interim, std::back_inserter(request.interim));
  answer.interim.clear();
  if (response.facts.flow_offset >= active_->pairing.answers_proved_from()) {
    response.facts.flags &= ~FlagBit(Flag::kResynchronised);
  }
  book_.Charge(request);
  book_.Charge(answer);
  book_.Discard(answer);
  FinishIfDone(request);
}

Exchange& HttpConnection::TakeUndecided() {
  Active& active = *active_;
  Exchange& exchange = *active.undecided.front();
  active.undecided.Remove(&exchange);
  --active.undecided_count;
  active.undecided_bytes -= exchange.response().body.size();
  if (active.undecided.empty()) {
    active.undecided_bytes = 0;  // what was withheld is in no body
  }
  book_.EndUndecided(exchange);
  return exchange;
}

void HttpConnection::PutAlone(Exchange& exchange) {
  book_.Number(exchange);
  active_->exchanges.PushBack(&exchange);
}

/// Those up to `last`.
void HttpConnection::LetUndecidedGo(const Exchange* last) {
  while (last != nullptr) {
    Exchange& exchange = TakeUndecided();
    last = &exchange == last ? nullptr : last;
    PutAlone(exchange);
    FinishIfDone(exchange);
  }
}

void HttpConnection::GiveUpPairing(Exchange& exchange) {
  if (exchange.undecided_answer) {
    return LetUndecidedGo(&exchange);
  }
  active_->ambiguous.clear();
  active_->pairing.GiveUp(exchange, active_->ambiguous);
  LeaveUnanswered(active_->ambiguous, FlagBit(Flag::kPairingAmbiguous));
}

}  // namespace trafrec::reassembly
