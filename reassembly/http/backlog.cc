// How many answers a loss hid, by what the client leaves open.
//
// Behind a loss the n-th answer seen is for the (n + shift)-th request seen, as long as nothing
// else is missing, with one unknown number: the shift. Two things bound it.
//  - From above, for certain: each answer begins where it can be one only to the first requests
//    that were seen (Pairing's two ACK numbers), and what a client has of answers when it asks is
//    for requests before. The least of these bounds is `most_`.
//  - From below, by the client's habit: before the loss it never left more than so many requests
//    open (`depth_`). How many are open when it asks is known but for the shift: the requests sent,
//    less the answers that it had by its ACK number. So the most that it asks shows `least_`.
// The shift is known when the bounds meet. It is known, too, when the client has asked so often
// since the loss that a habit which it had was due again: to fill its window (then the lower bound
// is exact), or to ask when all before is answered (then the upper one is). What is known so is
// presumed, never proved, and a client that then leaves more open than ever refutes it, unless the
// shift is the greatest that the ACKs allow: then it is the habit that has changed.
//
// Messages found by searching may be quoted in the body of one whose head was lost. While that body
// passes by, no answer is completed, so a client sends no more requests than it leaves open. Only
// behind so many requests (behind so many answers, if requests were lost) the messages found are
// some, and counting begins. A message whose end was guessed, as that of an answer that may be one
// to HEAD, puts that off again, until what follows goes on over the end of the body that it would
// have, or again so many requests came.
//
// Rejected: the length of what is missing (an interim answer may be as long as any, and a short one
// is shorter than those seen), that a missing part holds one answer at least (it may have been an
// interim one), that nothing is open when the client has all that was sent (a client with a window
// of two looks like one that takes turns, shifted by one).

#include "reassembly/http/backlog.h"

#include <algorithm>

#include "reassembly/limits.h"

namespace trafrec::reassembly {

void Backlog::OnRequest(std::optional<uint64_t> knew) {
  ++asked_;
  if (!knew) {
    return;
  }
  while (first_end_ < ends_.size() && ends_[first_end_] <= *knew) {
    PassEnd();
  }
  if (!in_doubt_) {
    Learn(static_cast<uint64_t>(std::max<int64_t>(Open(), 0)));
  }
  if (answers_lost_ || *knew <= from_) {
    return;
  }
  if (*knew > quoted_from_ && --requests_to_settle_ == 0) {
    quoted_from_ = UINT64_MAX;
    answers_proved_from_ = *knew;
  }
  if (requests_to_prove_ > 0) {
    --requests_to_prove_;
    answers_proved_from_ = *knew;
  } else if (in_doubt_ && answers_to_prove_ == 0) {
    Count(end_perhaps_ && *end_perhaps_ <= *knew ? 1 : 0);
  }
}

void Backlog::OnAnswerEnd(uint64_t end) {
  end_perhaps_.reset();
  if (ends_.size() - first_end_ == limits::kUndecided) {
    PassEnd();  // as if the client had it
  }
  ends_.push_back(end);
}

void Backlog::PassEnd() {
  ++known_;
  ++first_end_;
  if (first_end_ == ends_.size()) {
    ends_.clear();
    first_end_ = 0;
  } else if (first_end_ > 64 && first_end_ * 2 > ends_.size()) {
    ends_.erase(ends_.begin(), ends_.begin() + static_cast<std::ptrdiff_t>(first_end_));
    first_end_ = 0;
  }
}

void Backlog::Learn(uint64_t open) {
  if (open > depth_) [[unlikely]] {
    // With a lesser shift it left open still more: only a greater one would keep to the habit.
    refuted_ = counted_ && shift_ < most_;
    if (refuted_) {
      const int64_t most = most_;
      Doubt();
      most_ = most;  // nothing was missed since
    } else if (presumed_ && !counted_) {
      return;
    }
    depth_ = open;
    full_ = {};
  }
  if (presumed_) {
    return;  // one presumption must not rest on what another brought
  }
  full_.Note(open == depth_);
  drained_.Note(open <= 1);
}

void Backlog::Habit::Note(bool shown) {
  ++requests;
  times += shown ? 1 : 0;
  pause = shown ? 0 : pause + 1;
  pauses = std::max(pauses, pause);
}

bool Backlog::Habit::due(uint64_t more) const {
  if (!known()) {
    return false;
  }
  const bool regular = 2 * times * (pauses + 1) <= 3 * requests;
  return more >= 2 * pauses + 2 && (regular || more * times >= kChances * requests);
}

void Backlog::Count(int64_t perhaps_known) {
  ++requests_counted_;
  // Before it asked, it had asked for all that it knew.
  most_ = std::min(most_, static_cast<int64_t>(asked_ - 1) - static_cast<int64_t>(known_));
  least_ = std::max(least_, static_cast<int64_t>(asked_) - static_cast<int64_t>(known_) -
                                perhaps_known - static_cast<int64_t>(depth_));
  Agree();
}

/// What the ACKs prove outranks the habit: the client left more open than it was seen to before.
void Backlog::Agree() {
  if (least_ > most_) {
    depth_ += static_cast<uint64_t>(least_ - most_);
    full_ = {};
    least_ = most_;
  }
}

void Backlog::OnAnswerEndGuessed(uint64_t from, uint64_t end) {
  if (end == UINT64_MAX) {
    quoted_from_ = from;
    requests_to_settle_ = ToProve();
  } else if (!quoted_until_ || *quoted_until_ < end) {
    quoted_until_ = end;
  }
}

void Backlog::OnAnswer(uint64_t start, uint64_t through) {
  if (quoted_until_ && start >= *quoted_until_) {
    // A body ends where the next message begins: what goes on over its end was not in it.
    if (start == *quoted_until_) {
      OnAnswersLost();
    }
    quoted_until_.reset();
  }
  if (answers_lost_) {
    answers_lost_ = false;
    from_ = start;
    known_ = answered_;
    ends_.clear();
    first_end_ = 0;
  }
  if (in_doubt_) {
    most_ = Most(through);
    Agree();
  }
  if (answers_to_prove_ > 0 && through > first_request_) {
    --answers_to_prove_;
    requests_proved_from_ = through;
  }
  end_perhaps_.reset();
  ++answered_;
}

int64_t Backlog::Most(uint64_t through) const {
  return std::min(most_, static_cast<int64_t>(through) - 1 - static_cast<int64_t>(answered_));
}

void Backlog::OnPaired(uint64_t request, bool presumed) {
  presumed_ = presumed;
  if (in_doubt_ && request < first_request_) {
    return;  // from before the loss
  }
  shift_ = static_cast<int64_t>(request) - static_cast<int64_t>(answered_ - 1);
  in_doubt_ = hopeless_ = false;
}

void Backlog::OnUnrequested() { shift_ -= in_doubt_ ? 0 : 1; }

void Backlog::Doubt() {
  in_doubt_ = true;
  counted_ = false;
  ++count_number_;
  least_ = INT64_MIN;
  most_ = INT64_MAX;
  requests_counted_ = 0;
}

void Backlog::OnRequestsLost() {
  Doubt();
  first_request_ = asked_;
  answers_to_prove_ = ToProve();
}

void Backlog::OnAnswersLost() {
  if (!in_doubt_) {
    first_request_ = 0;
  }
  Doubt();
  answers_lost_ = true;
  quoted_until_.reset();
  quoted_from_ = UINT64_MAX;
  requests_to_prove_ = ToProve();
}

void Backlog::OnQuiet(uint64_t waiting) {
  presumed_ = false;
  if (in_doubt_ && waiting == 0) {
    shift_ = static_cast<int64_t>(asked_) - static_cast<int64_t>(answered_);
    in_doubt_ = hopeless_ = counted_ = false;
    known_ = answered_;
    ends_.clear();
    first_end_ = 0;
  }
}

std::optional<int64_t> Backlog::Shift(uint64_t through) const {
  if (!in_doubt_) {
    return counted_ ? std::optional(shift_) : std::nullopt;
  }
  const int64_t most = Most(through);
  if (!trusted() || !Certain() || requests_counted_ == 0 || least_ > most) {
    return std::nullopt;
  }
  const bool was_full = fills() && full_.due(requests_counted_);
  const bool was_drained = drained_.due(requests_counted_);
  if (least_ == most) {
    return fills() || was_drained ? std::optional(most) : std::nullopt;
  }
  if (was_full == was_drained) {
    return std::nullopt;  // nothing is known yet, or the client has changed its habits
  }
  return was_drained ? most : least_;
}

void Backlog::Settle(int64_t shift) {
  if (in_doubt_) {
    shift_ = shift;
    in_doubt_ = false;
    counted_ = presumed_ = true;
  }
}

}  // namespace trafrec::reassembly
