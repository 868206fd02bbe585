// A connection that is silent between its messages.
//
// The parsers, the pairing and the facts of a connection are some hundred numbers, most of them
// small or near to each other, and places for what is under way. Where nothing is, the numbers are
// packed into a hundred bytes or two and the rest is given back; the next call makes the connection
// anew from them. What counts in which state is said once, for both ways. The sizes are asserted so
// that whoever adds a member comes here. Rejected: to keep only the numbers that an ordinary
// connection needs (each rare state would be one in which nothing rests, or a rule of its own).

#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include "base/check.h"
#include "reassembly/http/http_connection.h"
#include "reassembly/http/packed_numbers.h"
#include "reassembly/limits.h"

namespace trafrec::reassembly {
namespace {

/// The packed bytes behind their length, so that this stays as small as it can be.
class RestingHttp final : public RestingConsumer {
 public:
  RestingHttp(ExchangeBook& book, const std::vector<uint8_t>& numbers)
      : book_(book), packed_(new uint8_t[sizeof(Size) + numbers.size()]) {
    CHECK(numbers.size() <= std::numeric_limits<Size>::max());
    const auto size = static_cast<Size>(numbers.size());
    std::memcpy(packed_.get(), &size, sizeof(size));
    std::memcpy(packed_.get() + sizeof(size), numbers.data(), numbers.size());
    book_.memory().used_bytes += charged_bytes();
  }
  ~RestingHttp() override { book_.memory().used_bytes -= charged_bytes(); }

  std::unique_ptr<StreamConsumer> Wake() override {
    NumberReader numbers(packed_.get() + sizeof(Size));
    auto connection = std::make_unique<HttpConnection>(book_, numbers);
    CHECK(numbers.next() == packed_.get() + sizeof(Size) + size());
    return connection;
  }

 private:
  using Size = uint16_t;

  Size size() const {
    Size size;
    std::memcpy(&size, packed_.get(), sizeof(size));
    return size;
  }
  size_t charged_bytes() const {
    return sizeof(*this) + sizeof(Size) + size() + 2 * limits::kAllocationBytes;
  }

  ExchangeBook& book_;
  std::unique_ptr<uint8_t[]> packed_;
};

template <typename Numbers>
void EachNumberOf(Endpoint& endpoint, Numbers& numbers) {
  bool v4 = endpoint.address.is_v4();
  numbers.Bits(v4);
  for (size_t i = v4 ? 12 : 0; i < endpoint.address.bytes.size(); ++i) {
    numbers.Byte(endpoint.address.bytes[i]);
  }
  if (v4) {
    endpoint.address = IpAddress::V4(endpoint.address.bytes.data() + 12);
  }
  numbers(endpoint.port);
}

template <typename Numbers>
void EachNumberOf(ConnectionInfo& info, Numbers& numbers) {
  numbers.Bits(info.first_from_start, info.second_from_start);
  numbers(info.number, info.interface, info.opened_at);
  numbers(info.client);
  numbers(info.first_isn);
  numbers(info.second_isn);
  EachNumberOf(info.first, numbers);
  EachNumberOf(info.second, numbers);
  size_t tags = info.encapsulation.size();
  numbers(tags);
  info.encapsulation.resize(tags);
  for (store::EncapsulationId& tag : info.encapsulation) {
    numbers(tag.kind, tag.id);
  }
}

}  // namespace

static_assert(sizeof(Backlog) == 280 && sizeof(Pairing) == 488 && sizeof(FlowFacts) == 104 &&
                  sizeof(MessageParser) == 264,
              "what of a new member counts while nothing is open?");

template <typename Numbers>
void Backlog::EachNumber(uint64_t answers_end, Numbers& numbers) {
  numbers.Bits(presumed_, in_doubt_, hopeless_, counted_, refuted_, answers_lost_);
  numbers(asked_);
  numbers.Near(asked_, answered_);
  numbers.Near(answered_, known_);
  numbers(shift_, depth_, from_, first_request_);
  size_t ends = ends_.size() - first_end_;
  numbers(ends);
  ends_.erase(ends_.begin(), ends_.begin() + static_cast<std::ptrdiff_t>(first_end_));
  ends_.resize(ends);
  first_end_ = 0;
  for (uint64_t& end : ends_) {
    numbers.Near(answers_end, end);
  }
  numbers.Near(answers_end, end_perhaps_);
  for (Habit* const habit : {&full_, &drained_}) {
    numbers.Near(asked_, habit->requests);
    numbers.Near(habit->requests, habit->times);
    numbers(habit->pause, habit->pauses);
  }
  numbers(requests_to_prove_, answers_to_prove_, answers_proved_from_, requests_proved_from_);
  numbers(quoted_until_);
  numbers(quoted_from_, requests_to_settle_, least_, most_, requests_counted_, count_number_);
}

template <typename Numbers>
void Pairing::EachNumber(uint64_t requests_end, uint64_t answers_end, Numbers& numbers) {
  backlog_.EachNumber(answers_end, numbers);
  entries_.clear();
  first_ = requests_ = 0;
  numbers.Bits(responses_lost_, presumed_, presumed_over_hidden_, supposed_idle_, pipelined_,
               overlaps_, lost_since_request_);
  numbers(heads_, places_, doubted_through_, missed_answers_, turns_, seen_turns_, drained_bursts_);
  numbers(shortest_request_);
  numbers.Near(requests_end, burst_);
  numbers.Near(requests_end, last_request_end_);
  numbers.Near(requests_end, last_unrequested_peer_);
  numbers.Near(answers_end, last_request_peer_);
  numbers.Near(answers_end, answer_end_);
}

bool FlowFacts::at_rest() const {
  // ACKs of what was handed over say nothing of what comes.
  return first_ == entries_.size() && copies_ahead_.empty() &&
         (acks_.empty() || acks_.back().offset <= delivered_);
}

template <typename Numbers>
void FlowFacts::EachNumber(uint64_t flow_end, Numbers& numbers) {
  numbers.Near(flow_end, delivered_);
}

bool MessageParser::at_rest() const {
  return state_ == State::kBetween || state_ == State::kSearching || state_ == State::kOpaque;
}

/// The others are set when the next message begins.
template <typename Numbers>
void MessageParser::EachNumber(uint64_t peer_end, Numbers& numbers) {
  numbers.Bits(proved_, seen_message_, end_guessed_);
  numbers(state_, proofs_, searched_bytes_);
  numbers.Near(peer_end, last_peer_);
}

HttpConnection::HttpConnection(ExchangeBook& book, NumberReader& numbers)
    : book_(book), heard_at_(0), heard_before_at_(0) {
  EachNumberOf(info_, numbers);
  MessageHandler& handler = *this;
  active_ = std::make_unique<Active>(info_, handler, book_.counts());
  EachNumber(numbers);
  Recharge();
}

std::unique_ptr<RestingConsumer> HttpConnection::Rest() {
  if (!at_rest()) {
    return nullptr;
  }
  NumberWriter numbers;
  EachNumberOf(info_, numbers);
  EachNumber(numbers);
  return std::make_unique<RestingHttp>(book_, numbers.bytes());
}

bool HttpConnection::at_rest() const {
  if (!active_ || upgraded_ || evicted_) {
    return false;
  }
  const Active& active = *active_;
  for (const Lane& lane : active.lanes) {
    if (lane.current != nullptr || lane.held != nullptr || !lane.parser.at_rest() ||
        !lane.facts.at_rest()) {
      return false;
    }
  }
  return active.pairing.at_rest() && active.exchanges.empty() && active.interim.empty() &&
         active.undecided.empty();
}

template <typename Numbers>
void HttpConnection::EachNumber(Numbers& numbers) {
  static_assert(sizeof(HttpConnection) == 200 && sizeof(Active) == 1560 && sizeof(Lane) == 472,
                "what of a new member counts while nothing is open?");
  numbers.Bits(put_, had_data_);
  numbers(client_);
  numbers(protocol_);
  numbers.Near(info_.opened_at, heard_at_);
  numbers.Near(heard_at_, heard_before_at_);
  std::array<Lane, 2>& lanes = active_->lanes;
  numbers(lanes[0].delivered, lanes[1].delivered);
  for (Lane& lane : lanes) {
    const uint64_t peer_end = lanes[&lane == lanes.data() ? 1 : 0].delivered;
    lane.parser.EachNumber(peer_end, numbers);
    lane.facts.EachNumber(lane.delivered, numbers);
    bool lost = lane.lost.has_value();
    numbers.Bits(lane.ended, lost);
    if (lost) {
      lane.lost = lane.lost.value_or(Lost());
      numbers(lane.lost->from, lane.lost->offset, lane.lost->gap_bytes);
    }
    numbers(lane.opaque_bytes);
    numbers.Near(heard_at_, lane.last_at);
    numbers.Near(peer_end, lane.message_knew);
    numbers.Near(lane.delivered, lane.message_from);
  }
  const size_t client = client_ == Flow::kSecond ? 1 : 0;
  active_->pairing.EachNumber(lanes[client].delivered, lanes[1 - client].delivered, numbers);
}

}  // namespace trafrec::reassembly
