// What the client and the server do when something arrives: when to ask, when to answer, when to
// end.

#include "tests/pipeline/simulation.h"

namespace trafrec::pipeline {

int64_t Simulation::Think() {
  const uint32_t dice = random_.Below(1'000);
  return dice < 500   ? random_.Below(20'000)
         : dice < 990 ? random_.Below(2'000'000)
                      : random_.Below(3'000) * kNsPerMs;
}

void Simulation::OnNews(Side side, TimeNs now) {
  const uint64_t received = peer(side).received;
  if (side == Side::kServer) {
    if (Answerable() || answering_ == exchanges()) {
      Wake(side, now + Think());
    }
    return;
  }
  const size_t before = answered_;
  while (answered_ < asked_ && exchange(answered_).response.wire.end <= received) {
    ++answered_;
  }
  if (answered_ > before) {
    limit_ =
        style_.pipelining == Pipelining::kMixed ? 1 + random_.Below(style_.depth) : style_.depth;
  }
  if (body_waits_ || answered_ > before || peer(side).got_fin) {
    Wake(side, now + (style_.pipelining == Pipelining::kWindow ? 1'000 : Think()));
  }
}

void Simulation::Act(Side side, TimeNs now) {
  side == Side::kClient ? ClientActs(now) : ServerActs(now);
}

bool Simulation::MayAsk() const {
  if (asked_ == exchanges()) {
    return false;
  }
  const size_t outstanding = asked_ - answered_;
  switch (style_.pipelining) {
    case Pipelining::kTurns:
      return outstanding == 0;
    case Pipelining::kBurst:
      return outstanding == 0 || burst_left_ > 0;
    case Pipelining::kWindow:
    case Pipelining::kMixed:
      return outstanding < limit_;
  }
  return false;
}

void Simulation::Ask(TimeNs now) {
  const SentExchange& next = exchange(asked_);
  burst_left_ = asked_ == answered_ ? style_.depth - 1 : burst_left_ - 1;
  ++asked_;
  if (next.waits_for_100) {
    body_waits_ = true;
    Write(Side::kClient, next.request.head_end);
  } else {
    Write(Side::kClient, next.request.wire.end);
  }
  if (asked_ == exchanges() && style_.ending == Ending::kHalfClose && !body_waits_) {
    peer(Side::kClient).fin_written = true;
  }
  Wake(Side::kClient, now + random_.Below(30'000));
}

void Simulation::ClientActs(TimeNs now) {
  Peer& mine = peer(Side::kClient);
  if (body_waits_) {
    const SentExchange& current = exchange(asked_ - 1);
    if (mine.received < current.interim.front().end) {
      return;
    }
    body_waits_ = false;
    Write(Side::kClient, current.request.wire.end);
    mine.fin_written = asked_ == exchanges() && style_.ending == Ending::kHalfClose;
    // The answer may be there already.
    return Wake(Side::kClient, now + Think());
  }
  if (MayAsk()) {
    return Ask(now);
  }
  if (asked_ < exchanges() || answered_ < exchanges()) {
    return;
  }
  if (exchange(asked_ - 1).response.framing == store::Framing::kOpaque &&
      mine.written < size(Side::kClient)) {
    Write(Side::kClient, size(Side::kClient));
    return Wake(Side::kClient, now + Think());
  }
  const bool has_all = mine.received == size(Side::kServer) && !mine.has_to_send();
  if (style_.ending == Ending::kReset && has_all) {
    Segment reset;
    reset.kind = Segment::Kind::kReset;
    reset.offset = mine.sent;
    Emit(Side::kClient, now, reset);
    over_ = true;
  } else if (style_.ending == Ending::kReset) {
    Wake(Side::kClient, now + kNsPerMs);
  } else if (style_.ending == Ending::kClientFin || mine.got_fin) {
    mine.fin_written = true;
  }
}

bool Simulation::Answerable() const {
  if (answering_ == exchanges()) {
    return false;
  }
  const SentExchange& next = exchange(answering_);
  const uint64_t received = peers_[1].received;
  return received >= next.request.wire.end ||
         (received >= next.request.head_end &&
          (next.answered_early || (next.waits_for_100 && !said_100_)));
}

void Simulation::Answer() {
  const SentExchange& next = exchange(answering_);
  const bool whole = peer(Side::kServer).received >= next.request.wire.end;
  if (next.waits_for_100 && !said_100_) {
    said_100_ = true;
    return Write(Side::kServer, next.interim.front().end);
  }
  if (whole || next.answered_early) {
    for (const Range& interim : next.interim) {
      Write(Side::kServer, interim.end);
    }
    Write(Side::kServer, next.response.wire.end);
    ++answering_;
    said_100_ = false;
  }
}

void Simulation::ServerActs(TimeNs now) {
  Peer& mine = peer(Side::kServer);
  if (Answerable()) {
    do {
      Answer();
    } while (style_.coalesces && Answerable());
    if (Answerable()) {
      Wake(Side::kServer, now + random_.Below(100'000));
    }
  }
  if (answering_ < exchanges()) {
    return;
  }
  if (mine.written < size(Side::kServer)) {
    Write(Side::kServer, size(Side::kServer));
  }
  const bool client_done = mine.received == size(Side::kClient);
  if ((style_.ending == Ending::kServerFin && client_done) || mine.got_fin) {
    mine.fin_written = true;
  }
}

}  // namespace trafrec::pipeline
