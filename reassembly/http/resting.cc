// A connection that is silent between its messages.
//
// The parsers, the pairing and the facts of a connection are some hundred numbers, most of them
// small or near to each other, and places for what is under way. Where nothing is, the numbers are
// packed into a hundred bytes or two and the rest is given back; the next call makes the connection
// anew from them. What counts in which state is said once, for both ways. Each class is taken apart
// into all of its members, so that nothing compiles until whoever adds one has said here whether it
// counts while nothing is open. Rejected: to keep only the numbers that an ordinary connection
// needs (each rare state would be one in which nothing rests, or a rule of its own).

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
  auto& [address, port] = endpoint;
  bool v4 = address.is_v4();
  numbers.Bits(v4);
  for (size_t i = v4 ? 12 : 0; i < address.bytes.size(); ++i) {
    numbers.Byte(address.bytes[i]);
  }
  if (v4) {
    address = IpAddress::V4(address.bytes.data() + 12);
  }
  numbers(port);
}

template <typename Numbers>
void EachNumberOf(ConnectionInfo& info, Numbers& numbers) {
  auto& [number, first, second, client, first_isn, second_isn, first_from_start, second_from_start,
         interface, encapsulation, opened_at] = info;
  numbers.Bits(first_from_start, second_from_start);
  numbers(number, interface, opened_at);
  numbers(client);
  numbers(first_isn);
  numbers(second_isn);
  EachNumberOf(first, numbers);
  EachNumberOf(second, numbers);
  size_t tags = encapsulation.size();
  numbers(tags);
  encapsulation.resize(tags);
  for (auto& [kind, id] : encapsulation) {
    numbers(kind, id);
  }
}

}  // namespace

template <typename Numbers>
void Backlog::EachNumber(uint64_t answers_end, Numbers& numbers) {
  auto& [asked, answered, known, ends, first_end, end_perhaps, shift, presumed, depth, full,
         drained, in_doubt, hopeless, counted, refuted, answers_lost, from, first_request,
         requests_to_prove, answers_to_prove, answers_proved_from, requests_proved_from,
         quoted_until, quoted_from, requests_to_settle, least, most, requests_counted,
         count_number] = *this;
  numbers.Bits(presumed, in_doubt, hopeless, counted, refuted, answers_lost);
  numbers(asked);
  numbers.Near(asked, answered);
  numbers.Near(answered, known);
  numbers(shift, depth, from, first_request);
  ends.erase(ends.begin(), ends.begin() + static_cast<std::ptrdiff_t>(first_end));
  first_end = 0;
  size_t ends_open = ends.size();
  numbers(ends_open);
  ends.resize(ends_open);
  for (uint64_t& end : ends) {
    numbers.Near(answers_end, end);
  }
  numbers.Near(answers_end, end_perhaps);
  for (Habit* const habit : {&full, &drained}) {
    auto& [requests, times, pause, pauses] = *habit;
    numbers.Near(asked, requests);
    numbers.Near(requests, times);
    numbers(pause, pauses);
  }
  numbers(requests_to_prove, answers_to_prove, answers_proved_from, requests_proved_from);
  numbers(quoted_until);
  numbers(quoted_from, requests_to_settle, least, most, requests_counted, count_number);
}

template <typename Numbers>
void Pairing::EachNumber(uint64_t requests_end, uint64_t answers_end, Numbers& numbers) {
  auto& [backlog, heads, places, doubted_through, entries, first, requests, responses_lost,
         missed_answers, presumed, presumed_over_hidden, supposed_idle, pipelined, turns,
         seen_turns, shortest_request, drained_bursts, overlaps, lost_since_request, burst,
         last_request_peer, last_unrequested_peer, last_request_end, answer_end] = *this;
  backlog.EachNumber(answers_end, numbers);
  entries.clear();
  first = requests = 0;
  numbers.Bits(responses_lost, presumed, presumed_over_hidden, supposed_idle, pipelined, overlaps,
               lost_since_request);
  numbers(heads, places, doubted_through, missed_answers, turns, seen_turns, drained_bursts);
  numbers(shortest_request);
  numbers.Near(requests_end, burst);
  numbers.Near(requests_end, last_request_end);
  numbers.Near(requests_end, last_unrequested_peer);
  numbers.Near(answers_end, last_request_peer);
  numbers.Near(answers_end, answer_end);
}

bool FlowFacts::at_rest() const {
  // ACKs of what was handed over say nothing of what comes.
  return first_ == entries_.size() && copies_ahead_.empty() &&
         (acks_.empty() || acks_.back().offset <= delivered_);
}

template <typename Numbers>
void FlowFacts::EachNumber(uint64_t flow_end, Numbers& numbers) {
  // At rest there is nothing in the lists that counts.
  auto& [steps, entries, first, covered, acks, copies_ahead, delivered] = *this;
  numbers.Near(flow_end, delivered);
}

bool MessageParser::at_rest() const {
  return state_ == State::kBetween || state_ == State::kSearching || state_ == State::kOpaque;
}

template <typename Numbers>
void MessageParser::EachNumber(uint64_t peer_end, Numbers& numbers) {
  // Those that are not kept are told by the connection, or set when the next message begins.
  auto& [flow, handler, counts, state, proved, proofs, from_start, tentative, start_held,
         line_known, opening, folded, seen_message, bodyless_possible, body_begun, end_disputed,
         end_guessed, proved_before, lenient, advanced, chunk, at, start, line, head, scanned, left,
         trailer_bytes, start_at_packet, trailer_held, searched_bytes, chunks, last_peer] = *this;
  numbers.Bits(proved, seen_message, end_guessed);
  numbers(state, proofs, searched_bytes);
  numbers.Near(peer_end, last_peer);
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
void HttpConnection::EachNumber(Lane& lane, uint64_t peer_end, Numbers& numbers) {
  auto& [parser, facts, current, held, opaque_bytes, delivered, last_at, message_knew, message_from,
         ended, lost] = lane;
  parser.EachNumber(peer_end, numbers);
  facts.EachNumber(delivered, numbers);
  bool has_lost = lost.has_value();
  numbers.Bits(ended, has_lost);
  if (has_lost) {
    lost = lost.value_or(Lost());
    auto& [from, offset, gap_bytes] = *lost;
    numbers(from, offset, gap_bytes);
  }
  numbers(opaque_bytes);
  numbers.Near(heard_at_, last_at);
  numbers.Near(peer_end, message_knew);
  numbers.Near(delivered, message_from);
}

template <typename Numbers>
void HttpConnection::EachNumber(Numbers& numbers) {
  // Of an Active, at rest, only the numbers in its lanes and its pairing count.
  auto& [book, info, decided, active, upgraded, end, protocol, put, had_data, heard_at,
         heard_before_at, evicted] = *this;
  auto& [lanes, pairing, exchanges, charged, interim, undecided, undecided_count, undecided_bytes,
         unanswered, ambiguous] = *active;
  numbers.Bits(put, had_data);
  numbers(decided);
  numbers(protocol);
  numbers.Near(info.opened_at, heard_at);
  numbers.Near(heard_at, heard_before_at);
  auto& [first, second] = lanes;
  numbers(first.delivered, second.delivered);
  EachNumber(first, second.delivered, numbers);
  EachNumber(second, first.delivered, numbers);
  const bool swapped = decided == Flow::kSecond;
  pairing.EachNumber((swapped ? second : first).delivered, (swapped ? first : second).delivered,
                     numbers);
}

}  // namespace trafrec::reassembly
