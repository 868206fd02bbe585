// How messages under way grow, where they have holes, and what their ends mean for the exchange.

#include <algorithm>
#include <utility>

#include "reassembly/http/http_connection.h"
#include "reassembly/limits.h"

namespace trafrec::reassembly {
namespace {

using store::Flag;
using store::FlagBit;
using store::Framing;
using store::Side;

Flag GapFlag(Side side) {
  return side == Side::kClient ? Flag::kGapInRequest : Flag::kGapInResponse;
}
Flag TruncatedFlag(Side side) {
  return side == Side::kClient ? Flag::kRequestTruncated : Flag::kResponseTruncated;
}

/// "Expect: 100-continue" among the fields.
bool AsksFirst(std::string_view head) {
  const auto find = [](std::string_view text, std::string_view lower) {
    return std::ranges::search(text, lower, [](char c, char l) {
      return l == (c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c);
    });
  };
  const auto field = find(head, "\nexpect:");
  const std::string_view value(field.end(), head.end());
  return !find(value.substr(0, value.find('\n')), "100-continue").empty();
}

}  // namespace

void HttpConnection::OnBody(Flow flow, Bytes bytes) {
  Exchange& exchange = *lane(flow).current;
  if (exchange.undecided_answer) {
    active_->undecided_bytes += bytes.size();
    if (active_->undecided_bytes > limits::kUndecidedBytes) {
      LetUndecidedGo(active_->undecided.back());
    }
  }
  book_.AppendBody(exchange, SideOf(flow), bytes);
}

void HttpConnection::OnTrailers(Flow flow, Bytes bytes) {
  Exchange& exchange = *lane(flow).current;
  exchange.message(SideOf(flow)).trailers.append(AsText(bytes));
  book_.Charge(exchange);
}

void HttpConnection::OnMessageGap(Flow flow, store::MessageGap::Part part, uint64_t length,
                                  const Gap& gap) {
  Exchange& exchange = *lane(flow).current;
  Message& message = exchange.message(SideOf(flow));
  store::MessageGap hole;
  hole.part = part;
  hole.flow_offset = gap.offset;
  hole.length = length;
  hole.revealed_at = gap.revealed_at;
  hole.cause = gap.cause;
  if (part == store::MessageGap::Part::kBody) {
    hole.body_offset = message.facts.body_bytes;
    message.facts.body_bytes += length;
    message.facts.wire_bytes = gap.offset + length - message.facts.flow_offset;
  }
  message.facts.gaps.push_back(hole);
  book_.Charge(exchange);
  message.facts.flags |= FlagBit(GapFlag(SideOf(flow)));
  if (gap.cause == store::GapCause::kSnaplen) {
    message.facts.flags |= FlagBit(Flag::kSnaplenCut);
  }
}

void HttpConnection::OnProgress(Flow flow, uint64_t offset, TimeNs at) {
  Message* message = Current(flow);
  if (message == nullptr || offset <= message->end()) {
    return;
  }
  store::MessageFacts& facts = message->facts;
  facts.wire_bytes = offset - facts.flow_offset;
  facts.last_byte_at = std::max(facts.last_byte_at, at);
  facts.last_copy_at = std::max(facts.last_copy_at, at);
  lane(flow).facts.OnDelivered(offset);
}

void HttpConnection::OnBodyless(Flow flow) {
  Message& message = *Current(flow);
  message.facts.framing = Framing::kNone;
  message.facts.declared_bytes.reset();
}

bool HttpConnection::BodyRefused(Flow flow, std::optional<uint64_t> peer_offset) const {
  Exchange* const exchange = active_->lanes[static_cast<size_t>(flow)].current;
  if (exchange == nullptr || SideOf(flow) != Side::kClient) {
    return false;
  }
  const auto& [request, response] = exchange->messages;
  const bool knows = !peer_offset || *peer_offset > response.facts.flow_offset;
  const bool asked_for = std::ranges::any_of(
      exchange->interim, [](const auto& interim) { return interim.status == 100; });
  return response.present && response.facts.status >= 200 && knows && !asked_for &&
         AsksFirst(request.head);
}

void HttpConnection::OnMessageEnd(Flow flow, Ending ending, bool lenient) {
  Lane& lane = this->lane(flow);
  Exchange* exchange = std::exchange(lane.current, nullptr);
  if (exchange == nullptr) {
    return;  // an interim answer
  }
  const Side side = SideOf(flow);
  Message& message = exchange->message(side);
  message.ended = true;
  if (side == Side::kServer && ending != Ending::kComplete) {
    active_->pairing.OnAnswerEnd(std::nullopt);
  }
  if (lenient) {
    message.facts.flags |= FlagBit(Flag::kLenient);
  }
  switch (ending) {
    case Ending::kRefused:
      message.facts.flags |= FlagBit(Flag::kBodyRefused);
      [[fallthrough]];
    case Ending::kComplete:
      if (side == Side::kClient) {
        active_->pairing.OnRequestEnd(*exchange, message.end());
      } else {
        active_->pairing.OnAnswerEnd(message.end());
      }
      break;
    case Ending::kGap:
      break;  // OnMessageGap has flagged it
    case Ending::kBroken:
      message.facts.flags |= FlagBit(Flag::kLenient) | FlagBit(TruncatedFlag(side));
      break;
    case Ending::kEvicted:
      message.facts.flags |= FlagBit(Flag::kEvicted) | FlagBit(TruncatedFlag(side));
      break;
    case Ending::kClosed:
      message.facts.flags |= FlagBit(TruncatedFlag(side));
      break;
  }
  lane.facts.OnDelivered(message.end());
  if (side == Side::kServer && message.facts.framing == Framing::kOpaque) {
    LetUndecidedGo(active_->undecided.back());
    exchange->flags |= FlagBit(Flag::kUpgraded);
    if (exchange->request().present) {
      exchange->request().facts.framing = Framing::kOpaque;
    }
    FinishIfDone(*exchange);
    active_->lanes[0].parser.BecomeOpaque();
    active_->lanes[1].parser.BecomeOpaque();
    return;
  }
  FinishIfDone(*exchange);
}

void HttpConnection::GiveUpHead(Exchange& exchange) {
  for (Lane& lane : active_->lanes) {
    if (lane.current == &exchange || lane.held == &exchange) {
      lane.parser.GiveUpHead();
      break;
    }
  }
  Recharge();
}

void HttpConnection::FinishIfDone(Exchange& exchange) {
  const Message& request = exchange.request();
  const Message& response = exchange.response();
  if (exchange.finished || exchange.undecided_answer || (request.present && !request.ended)) {
    return;
  }
  if (response.present ? !response.ended : !exchange.no_answer) {
    return;
  }
  if (response.present && !response.covered()) {
    book_.Finish(exchange);
  } else {
    book_.Settle(exchange);
  }
}

void HttpConnection::LeaveUnanswered(std::span<Exchange* const> exchanges, store::Flags flags) {
  for (Exchange* exchange : exchanges) {
    exchange->no_answer = true;
    exchange->flags |= flags;
    FinishIfDone(*exchange);
  }
}

}  // namespace trafrec::reassembly
