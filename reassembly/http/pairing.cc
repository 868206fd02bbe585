// Pairing.
//
// Requests and responses are paired by order, which one missed message breaks for the rest of the
// connection. Two ACK numbers survive the loss. A response's says how much of the request flow the
// server had when it answered: its request begins below. A request's says how much of the response
// flow the client had when it asked: its response begins there or later. A place where requests may
// have been missed stands in the queue beside the seen ones, as a candidate of its own.
//
// While nothing was missed, the order is the proof, and the bounds only tell answers to nobody
// apart. After a loss:
//  - A client that takes turns (no request of it was ever seen to be sent before the answer to the
//    one before) had every earlier answer when it sent its last request. So a response that begins
//    exactly where that client's knowledge ended answers that request; one that begins later does
//    not, for the right one began in the part that is missing.
//  - Whoever the client is: if nothing is outstanding before a request, a response that begins
//    exactly where the client's knowledge ended answers it. A lost response that began at a proved
//    place answered the first request of the queue, which leaves it; a pool of requests whose
//    answers could not be told apart leaves it when it has had as many as it can have requests.
//  - A client that sends in bursts, and was always seen to have all answers to a burst before it
//    began the next: as one that takes turns, for the first request of a burst. An answer that
//    begins later belongs to another request of that burst, or of a later one.
//  - Any other client that pipelines: exactly one candidate fits, or the response stays unpaired,
//    and so do all the requests that it might have answered.
// That a client pipelines is noted at every sign of it: a request sent with the knowledge of the
// packet before, an answer whose sender already had the bytes behind its request, an answer that
// begins after the place that the client knew, no answer at that place, two answers in a row to
// missed requests without a new request byte. A first burst of which nothing but the later half is
// seen gives no such sign; there a missed part that is long enough for more requests than were
// answered is taken for more, unless the client took turns before, or both sides were silent for
// long.
//
// Rejected: the last request below the upper bound alone (joins answer 1 to request N under
// pipelining), pairing by time, giving up the connection (loses everything after one gap), waiting
// for later evidence (a hanging answer would hold back all before it).

#include "reassembly/http/pairing.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "reassembly/limits.h"

namespace trafrec::reassembly {
Pairing::Pairing(bool mid_stream) : responses_lost_(mid_stream), lost_since_request_(mid_stream) {
  if (mid_stream) {
    entries_.push_back({.before_capture = true, .answer_from = 0});
  }
}

void Pairing::AddRequest(Exchange& exchange, uint64_t start, std::optional<uint64_t> peer_offset,
                         bool advanced, bool quiet) {
  if (quiet) {
    turns_ = std::max(turns_, kTurnsTrusted);
    DropHidden();
  }
  if (peer_offset) {
    NoteBurst(start, *peer_offset, advanced);
    NotePipelining(*peer_offset, advanced);
    last_request_peer_ = peer_offset;
  }
  lost_since_request_ = false;
  last_request_end_.reset();
  if (first_ > 16 && first_ * 2 > entries_.size()) {
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
  entries_.push_back(
      {.exchange = &exchange, .start = start, .burst = burst_, .answer_from = peer_offset});
  ++requests_;
}

void Pairing::NotePipelining(uint64_t peer_offset, bool advanced) {
  // With the knowledge of the request before, or without the whole answer to it.
  pipelined_ |= last_request_peer_ && (last_request_peer_ == peer_offset || !advanced);
  pipelined_ |= answer_end_ && peer_offset < *answer_end_ - kSlackBytes;
  pipelined_ |= AwaitsMissedAnswer(peer_offset);
}

void Pairing::NoteBurst(uint64_t start, uint64_t peer_offset, bool advanced) {
  const bool knows_more = advanced && (!last_request_peer_ || *last_request_peer_ < peer_offset);
  if (!knows_more || lost_since_request_) {
    return;  // of the burst before, or of one whose beginning may be missing
  }
  burst_ = start;
  if (responses_lost_ || !last_request_peer_) {
    return;  // nothing can be learnt
  }
  const bool drained = size() == 0 && answer_end_ && *answer_end_ <= peer_offset;
  drained_bursts_ += drained ? 1 : 0;
  overlaps_ |= !drained && (size() == 0 || entry(0).exchange != nullptr);
}

bool Pairing::AwaitsMissedAnswer(std::optional<uint64_t> peer_offset) const {
  return peer_offset && answer_end_ && *answer_end_ != UINT64_MAX && size() == 1 &&
         entry(0).certain && entry(0).hidden_answers == 0 &&
         *peer_offset <= *answer_end_ + kSlackBytes;
}

void Pairing::OnNoAnswerAt(uint64_t start, std::optional<uint64_t> peer_offset) {
  // Who takes turns has all of the answer before, so the next one begins where its knowledge ends.
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(first_);
  const auto asked = std::lower_bound(
      begin, entries_.end(), start,
      [](const Entry& e, uint64_t place) { return e.answer_from.value_or(0) < place; });
  pipelined_ |= asked != entries_.end() && asked->exchange != nullptr &&
                asked->answer_from == start && peer_offset > asked->start;
}

void Pairing::OnRequestRefused() {
  turns_ = 0;
  lost_since_request_ = true;
  if (size() == 0 || entries_.back().exchange != nullptr) {
    return;
  }
  entries_.back().hidden_bytes += limits::kHeadBytes;
}

void Pairing::OnRequestEnd(const Exchange& exchange, uint64_t end) {
  for (size_t i = size(); i > 0; --i) {
    Entry& candidate = entries_[first_ + i - 1];
    if (candidate.exchange == &exchange) {
      candidate.end = end;
      last_request_end_ = end;
      shortest_request_ = std::min(shortest_request_, end - candidate.start);
      return;
    }
  }
}

void Pairing::OnRequestsLost(uint64_t from, uint64_t length, std::optional<uint64_t> peer_offset) {
  lost_since_request_ = true;
  if (size() > 0 && entries_.back().exchange == nullptr) {
    entries_.back().hidden_bytes += length;
    return;
  }
  entries_.push_back({.start = from,
                      .burst = burst_,
                      .answer_from = peer_offset,
                      .certain = last_request_end_ && from <= *last_request_end_ + kSlackBytes &&
                                 length > kSlackBytes,
                      .hidden_bytes = length,
                      .hidden_answers = std::exchange(missed_answers_, 0)});
  DropAnswered();
  if (peer_offset) {
    last_request_peer_ = peer_offset;
  }
}

void Pairing::OnResponsesLost(uint64_t from, uint64_t length, std::vector<Exchange*>& unanswered) {
  if (!responses_lost_ && length > kSlackBytes) {
    if (size() == 0) {
      missed_answers_ = 1;
    } else if (const Entry& first = entry(0); first.exchange == nullptr) {
      ++entries_[first_].hidden_answers;
    } else if (first.answer_from && *first.answer_from <= from + kSlackBytes &&
               !first.exchange->expects_interim) {
      unanswered.push_back(first.exchange);
      PopFront(1);
    }
  }
  responses_lost_ = true;
  DropAnswered();
}

bool Pairing::AllAnswered(const Entry& hidden) const {
  if (hidden.before_capture || hidden.hidden_answers == 0) {
    return false;
  }
  const bool measurable = hidden.hidden_bytes == 0 || shortest_request_ != UINT64_MAX;
  return measurable &&
         hidden.known + hidden.hidden_bytes / shortest_request_ <= hidden.hidden_answers;
}

void Pairing::DropAnswered() {
  while (size() > 0 && entry(0).exchange == nullptr && AllAnswered(entry(0))) {
    PopFront(1);
    responses_lost_ = true;
  }
}

void Pairing::DropHidden() {
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(first_);
  const auto kept =
      std::remove_if(begin, entries_.end(), [](const Entry& e) { return e.exchange == nullptr; });
  responses_lost_ |= kept != entries_.end();
  entries_.erase(kept, entries_.end());
}

Exchange* Pairing::Apply(const Decision& decision, uint64_t start,
                         std::optional<uint64_t> peer_offset, std::vector<Exchange*>& unanswered,
                         std::vector<Exchange*>& ambiguous) {
  if (decision.kind == Kind::kPaired) {
    for (size_t i = 0; i < decision.index; ++i) {
      if (Exchange* missed = entry(i).exchange) {
        unanswered.push_back(missed);
      }
    }
    const Entry answered = entry(decision.index);
    if (!responses_lost_ && decision.index == 0) {
      NoteTurn(answered, start, peer_offset);
    }
    PopFront(decision.index + 1);
    responses_lost_ = false;
    answer_end_ = UINT64_MAX;
    missed_answers_ = 0;
    return answered.exchange;
  }
  if (decision.kind == Kind::kUnrequested && decision.fitting > 0) {
    ++entries_[first_ + decision.fitting - 1].hidden_answers;
    pipelined_ |= peer_offset && last_unrequested_peer_ == peer_offset;
    last_unrequested_peer_ = peer_offset;
    DropAnswered();
  }
  if (decision.kind == Kind::kAmbiguous) {
    Entry unknown{.before_capture = entry(0).before_capture,
                  .start = entry(0).start,
                  .answer_from = entry(0).answer_from,
                  .hidden_answers = 1};
    for (size_t i = 0; i < decision.fitting; ++i) {
      const Entry& candidate = entry(i);
      if (candidate.exchange != nullptr) {
        ambiguous.push_back(candidate.exchange);
        ++unknown.known;
      }
      unknown.known += candidate.known;
      unknown.hidden_bytes += candidate.hidden_bytes;
      unknown.hidden_answers += candidate.hidden_answers;
    }
    PopFront(decision.fitting);
    CHECK(first_ > 0);
    entries_[--first_] = unknown;
    DropAnswered();
  }
  return nullptr;
}

void Pairing::NoteTurn(const Entry& answered, uint64_t start, std::optional<uint64_t> peer_offset) {
  const bool knew_more = answered.answer_from && start - *answered.answer_from >= kSlackBytes;
  const bool server_had_more =
      answered.end && peer_offset && *peer_offset > *answered.end + kSlackBytes;
  if (knew_more || server_had_more) {
    pipelined_ = true;
  } else {
    ++turns_;
  }
}

void Pairing::PopFront(size_t count) {
  for (size_t i = 0; i < count; ++i) {
    requests_ -= entry(i).exchange != nullptr ? 1 : 0;
  }
  first_ += count;
}

void Pairing::OnInterim(const Decision& decision, uint64_t end) {
  entries_[first_ + decision.index].answer_from = end;
}

Exchange* Pairing::EvictOldest() {
  // Its answer may still come: the place stays, as that of a missed request. All such places at the
  // front are one, or the search for the oldest would pass by ever more of them.
  CHECK(requests_ > 0);
  Entry place = entry(0);
  size_t count = 0;
  while (entry(count).exchange == nullptr) {
    ++count;
  }
  Exchange* const evicted = entry(count).exchange;
  place.exchange = nullptr;
  place.known = 1;
  place.end.reset();
  place.hidden_bytes = place.hidden_answers = 0;
  for (size_t i = 0; i < count; ++i) {
    place.known += entry(i).known;
    place.hidden_bytes += entry(i).hidden_bytes;
    place.hidden_answers += entry(i).hidden_answers;
  }
  PopFront(count + 1);
  entries_[--first_] = place;
  return evicted;
}

}  // namespace trafrec::reassembly
