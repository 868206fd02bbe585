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
//  - Whoever the client is: if nothing is outstanding before a request, a response that begins
//    exactly where the client's knowledge ended answers it. A pool of requests whose answers could
//    not be told apart leaves the queue when it has had as many as it can have requests.
//  - A client that takes turns (no request of it was ever seen to be sent before the answer to the
//    one before) had every earlier answer when it sent its last request. So a response that begins
//    exactly where that client's knowledge ended answers that request; one that begins later does
//    not, for the right one began in the part that is missing.
//  - A client that sends in bursts, and was always seen to have all answers to a burst before it
//    began the next: as one that takes turns, for the first request of a burst. An answer that
//    begins later belongs to another request of that burst, or of a later one.
//  - Any other client that pipelines: the number of requests that it leaves open tells which one it
//    is (backlog.cc), as soon as it has shown that habit again; then the responses and requests
//    that waited for this are paired, too (undecided.cc). Where the habit is not known: exactly one
//    candidate fits, or the response stays unpaired, and so do all the requests that it might have
//    answered. What such a client knew ends at any place, so a start that was found by searching
//    may be a quotation, and is not paired at all.
// All but the first rest on a habit. That of turns is trusted if it was proved often enough. Of a
// client that pipelines (it may have kept to it by chance), or if it was seen less often, it is
// presumed, and the pairs say so (`presumed`), until both sides were silent for long with nothing
// outstanding. Such a silence shows that requests which were missed have been answered, too; but a
// server may think for longer, so pairs that rest on it are presumed until the next one. A habit
// that was hardly seen, where requests may be missing too, decides nothing. When a
// client that was presumed to take turns is seen to pipeline, and requests may be missing, all is
// open again. That a client pipelines is noted at every sign of it: a request sent with the
// knowledge of the packet before or without all of the last answer, an answer whose sender already
// had the bytes behind its request, an answer that begins after the place that the client knew, no
// answer at that place, two answers in a row to missed requests without a new request byte. A
// missing part of the server's flow proves no answer, however long: it may have been an interim
// one.
//
// Rejected: the last request below the upper bound alone (joins answer 1 to request N under
// pipelining), pairing by time, giving up the connection (loses everything after one gap), waiting
// for later evidence without end (a hanging answer would hold back all before it; what is in doubt
// waits for a second at most), measuring how many requests a missing part may hold by the shortest
// one that was seen (the missing one is shorter).

#include "reassembly/http/pairing.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace trafrec::reassembly {

Pairing::Pairing(bool mid_stream)
    : backlog_(!mid_stream), responses_lost_(mid_stream), lost_since_request_(mid_stream) {
  if (mid_stream) {
    entries_.push_back({.before_capture = true, .answer_from = 0});
    ++places_;
  }
}

void Pairing::AddRequest(Exchange& exchange, uint64_t start, std::optional<uint64_t> peer_offset,
                         bool advanced, bool quiet) {
  if (quiet) {
    supposed_idle_ = DropHidden();
    presumed_ = presumed_over_hidden_ = false;
    backlog_.OnQuiet(requests_);
  }
  if (peer_offset) {
    NoteBurst(start, *peer_offset, advanced);
    NotePipelining(*peer_offset, advanced);
    last_request_peer_ = peer_offset;
  }
  lost_since_request_ = false;
  last_request_end_.reset();
  if (size() > 0) {
    CloseHidden(entries_.back(), start);
  }
  if (first_ > 16 && first_ * 2 > entries_.size()) {
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
  entries_.push_back({.exchange = &exchange,
                      .after_quiet = quiet,
                      .index = backlog_.asked(),
                      .heads_before = heads_,
                      .places_before = places_,
                      .start = start,
                      .burst = burst_,
                      .answer_from = peer_offset});
  ++requests_;
  backlog_.OnRequest(peer_offset);
  responses_lost_ |= backlog_.TakeRefuted();
}

void Pairing::NotePipelining(uint64_t peer_offset, bool advanced) {
  // With the knowledge of the request before, or without the whole answer to it.
  const bool again = last_request_peer_ && (last_request_peer_ == peer_offset || !advanced);
  const bool early = answer_end_ && peer_offset < *answer_end_ - kSlackBytes;
  if (again || early || AwaitsMissedAnswer(peer_offset)) {
    BecomePipelined();
  }
}

void Pairing::BecomePipelined() {
  if (pipelined_) {
    return;
  }
  pipelined_ = true;
  if (presumed_ && presumed_over_hidden_) {
    // The presumption was wrong: any number may be outstanding before what is in the queue.
    presumed_ = false;
    responses_lost_ = true;
    const uint64_t index = Through(0);
    entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(first_),
                    {.before_capture = true,
                     .index = index,
                     .heads_before = heads_,
                     .places_before = places_ - size() - 1,
                     .answer_from = 0});
  }
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
         entry(0).certain && entry(0).hidden_answers + entry(0).presumed_answers == 0 &&
         *peer_offset <= *answer_end_ + kSlackBytes;
}

void Pairing::OnNoAnswerAt(uint64_t start, std::optional<uint64_t> peer_offset) {
  // Who takes turns has all of the answer before, so the next one begins where its knowledge ends.
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(first_);
  const auto asked = std::lower_bound(
      begin, entries_.end(), start,
      [](const Entry& e, uint64_t place) { return e.answer_from.value_or(0) < place; });
  if (asked != entries_.end() && asked->exchange != nullptr && asked->answer_from == start &&
      peer_offset > asked->start) {
    BecomePipelined();
  }
}

void Pairing::OnRequestRefused() {
  turns_ = 0;
  lost_since_request_ = true;
}

void Pairing::OnRequestEnd(const Exchange& exchange, uint64_t end) {
  for (size_t i = size(); i > 0; --i) {
    Entry& candidate = entries_[first_ + i - 1];
    if (candidate.exchange == &exchange) {
      candidate.end = end;
      last_request_end_ = end;
      const uint64_t length = end - candidate.start;
      shortest_request_ = std::min(shortest_request_.value_or(length), length);
      return;
    }
  }
}

void Pairing::OnRequestsLost(uint64_t from, uint64_t length, std::optional<uint64_t> peer_offset) {
  lost_since_request_ = true;
  backlog_.OnRequestsLost();
  if (size() > 0 && entries_.back().exchange == nullptr) {
    if (!entries_.back().hidden_from) {
      entries_.back().hidden_from = from;
    }
    return;
  }
  entries_.push_back({.index = backlog_.asked(),
                      .heads_before = heads_,
                      .places_before = places_++,
                      .start = from,
                      .burst = burst_,
                      .answer_from = peer_offset,
                      .certain = last_request_end_ && from <= *last_request_end_ + kSlackBytes &&
                                 length > kSlackBytes,
                      .hidden_from = from,
                      .presumed_answers = std::exchange(missed_answers_, 0)});
  if (peer_offset) {
    last_request_peer_ = peer_offset;
  }
}

void Pairing::CloseHidden(Entry& hidden, uint64_t until) {
  if (hidden.hidden_from) {
    hidden.hidden_bytes += until - *hidden.hidden_from;
    hidden.hidden_from.reset();
  }
}

void Pairing::OnResponsesLost(uint64_t length) {
  if (!responses_lost_ && length > kSlackBytes) {
    if (size() == 0) {
      missed_answers_ = 1;
    } else if (entry(0).exchange == nullptr) {
      ++entries_[first_].presumed_answers;
    }
  }
  responses_lost_ = true;
  backlog_.OnAnswersLost();
}

bool Pairing::AllAnswered(const Entry& hidden) const {
  return !hidden.before_capture && !hidden.hidden_from &&
         hidden.known + hidden.hidden_bytes / kShortestRequestBytes <= hidden.hidden_answers;
}

void Pairing::DropAnswered() {
  while (size() > 0 && entry(0).exchange == nullptr && AllAnswered(entry(0))) {
    PopFront(1);
    responses_lost_ = true;
  }
}

/// Whether there was any.
bool Pairing::DropHidden() {
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(first_);
  const auto kept =
      std::remove_if(begin, entries_.end(), [](const Entry& e) { return e.exchange == nullptr; });
  const bool any = kept != entries_.end();
  responses_lost_ |= any;
  entries_.erase(kept, entries_.end());
  return any;
}

Exchange* Pairing::Apply(const Decision& decision, const ResponseStart& start,
                         std::vector<Exchange*>& unanswered, std::vector<Exchange*>& ambiguous) {
  if (backlog_.in_doubt()) [[unlikely]] {
    const uint64_t through = Through(Fitting(start));
    if (decision.counted) {
      Settle(decision, start);
    }
    backlog_.OnAnswer(start.offset, through);
  } else {
    backlog_.OnAnswer(start.offset, 0);
  }
  if (decision.kind == Kind::kPaired) [[likely]] {
    for (size_t i = 0; i < decision.index; ++i) {
      if (Exchange* missed = entry(i).exchange) {
        unanswered.push_back(missed);
      }
    }
    const Entry answered = entry(decision.index);
    backlog_.OnPaired(answered.index, presumed_ || decision.presumed);
    const bool in_order = !responses_lost_ && decision.index == 0;
    if (decision.presumed) {
      presumed_ = true;
      presumed_over_hidden_ |= decision.over_hidden;
    }
    PopFront(decision.index + 1);
    responses_lost_ = false;
    if (in_order) {
      NoteTurn(answered, start);
    }
    answer_end_ = UINT64_MAX;
    missed_answers_ = 0;
    return Paired(answered);
  }
  if (decision.kind == Kind::kUnrequested && decision.counted) {
    return nullptr;
  }
  if (decision.kind == Kind::kUnrequested && decision.fitting > 0) {
    TakeHiddenAnswer(decision.fitting - 1, start);
  } else if (decision.kind == Kind::kUnrequested) {
    backlog_.OnUnrequested();
  } else if (decision.kind == Kind::kAmbiguous && pipelined_ && backlog_.trusted()) {
    Retain(decision.fitting, ambiguous);
  } else if (decision.kind == Kind::kAmbiguous) {
    const size_t before = size();
    if (decision.in_turn) {
      ++seen_turns_;
    } else {
      BecomePipelined();
    }
    Pool(decision.fitting + size() - before, start.proved, ambiguous);
  }
  return nullptr;
}

void Pairing::TakeHiddenAnswer(size_t index, const ResponseStart& start) {
  // A quotation is no answer; nor must it count as one.
  entries_[first_ + index].hidden_answers += start.proved || !pipelined_ ? 1 : 0;
  if (start.peer_offset && last_unrequested_peer_ == start.peer_offset) {
    BecomePipelined();
  }
  last_unrequested_peer_ = start.peer_offset;
  DropAnswered();
}

void Pairing::Pool(size_t fitting, bool answered, std::vector<Exchange*>& ambiguous) {
  Entry unknown{.index = Through(fitting),
                .heads_before = entry(0).heads_before,
                .places_before = entry(0).places_before,
                .start = entry(0).start,
                .answer_from = entry(0).answer_from,
                .hidden_answers = answered ? 1U : 0U};
  for (size_t i = 0; i < fitting; ++i) {
    const Entry& candidate = entry(i);
    if (candidate.exchange != nullptr) {
      ambiguous.push_back(candidate.exchange);
      ++unknown.known;
    }
    unknown.before_capture |= candidate.before_capture;
    unknown.known += candidate.known;
    unknown.hidden_bytes += candidate.hidden_bytes;
    if (candidate.hidden_from) {
      unknown.hidden_from = candidate.hidden_from;  // only the last one is open
    }
    unknown.hidden_answers += candidate.hidden_answers;
    unknown.presumed_answers += candidate.presumed_answers;
  }
  PopFront(fitting);
  CHECK(first_ > 0);
  entries_[--first_] = unknown;
  DropAnswered();
}

bool Pairing::ShowsPipelining(const Entry& answered, const ResponseStart& start) {
  const bool knew_less =
      answered.answer_from && start.offset - *answered.answer_from >= kSlackBytes;
  const bool server_had_more =
      answered.end && start.peer_offset && *start.peer_offset > *answered.end + kSlackBytes;
  return knew_less || server_had_more;
}

void Pairing::NoteTurn(const Entry& answered, const ResponseStart& start) {
  if (ShowsPipelining(answered, start)) {
    BecomePipelined();
  } else if (!presumed_) {
    ++turns_;
  }
}

void Pairing::OnAnswerEnd(std::optional<uint64_t> end) {
  answer_end_ = end;
  if (end) {
    backlog_.OnAnswerEnd(*end);
  }
  if (end && size() > 0 && entry(0).exchange != nullptr && entry(0).answer_from &&
      *entry(0).answer_from + kSlackBytes < *end) {
    BecomePipelined();
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
  size_t count = 0;
  for (; entry(count).exchange == nullptr; ++count) {
  }
  Entry& place = entries_[first_];
  Entry& oldest = entries_[first_ + count];
  Exchange* const evicted = std::exchange(oldest.exchange, nullptr);
  place.index = oldest.index + 1;
  place.end.reset();
  if (count == 0) {
    place.known = place.hidden_bytes = place.hidden_answers = place.presumed_answers = 0;
  }
  for (size_t i = 1; i < count; ++i) {
    place.known += entry(i).known;
    place.hidden_bytes += entry(i).hidden_bytes;
    place.hidden_answers += entry(i).hidden_answers;
    place.presumed_answers += entry(i).presumed_answers;
  }
  ++place.known;
  oldest = place;  // its memory is that of the place from now on
  first_ += count;
  --requests_;
  return evicted;
}

}  // namespace trafrec::reassembly
