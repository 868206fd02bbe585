// Two TCP endpoints with the programs that use them, by events in the order of time.
//
// What pairing has to go by after a loss is what each side had received when it sent. So nothing
// about that is made up: each side has an inbox that fills with the delay of the path, its program
// acts on what has arrived, and its ACK numbers are those of that moment. The capture lies
// somewhere on the path; a far side's segments show old knowledge there, as on a real wire. Left
// out, because the receiver of a mirrored packet cannot tell: congestion and receive windows.

#include "tests/pipeline/endpoints.h"

#include <algorithm>
#include <deque>
#include <optional>

namespace trafrec::pipeline {
namespace {

constexpr TimeNs kNever = INT64_MAX;

struct Arrival {
  TimeNs at;
  uint64_t end;
  bool fin;
};

/// One side's TCP.
struct Peer {
  std::deque<Arrival> inbox;
  std::deque<uint64_t> write_ends;  ///< segments do not cross them
  int64_t to_tap_ns = 0;
  uint64_t written = 0;
  uint64_t sent = 0;
  uint64_t received = 0;
  bool fin_written = false;
  bool fin_sent = false;
  bool got_fin = false;
  TimeNs sends_at = 0;  ///< the link is free again
  TimeNs acks_at = kNever;
  TimeNs acts_at = kNever;  ///< its program does the next thing
  int unacknowledged = 0;

  bool has_to_send() const { return written > sent || (fin_written && !fin_sent); }
};

class Simulation {
 public:
  Simulation(const Conversation& conversation, const Path& path, Random& random);
  std::vector<Segment> Run(TimeNs start);

 private:
  Peer& peer(Side side) { return peers_[Index(side)]; }
  uint64_t size(Side side) const { return conversation_.flow[Index(side)].size(); }
  size_t exchanges() const { return conversation_.exchanges.size(); }
  const SentExchange& exchange(size_t index) const { return conversation_.exchanges[index]; }
  int64_t Think();
  void Handshake(TimeNs start);
  bool Step();
  void Emit(Side from, TimeNs at, Segment segment);
  void SendSegment(Side from, TimeNs at);
  void Acknowledge(Side from, TimeNs at);
  void Receive(Side side);
  void Write(Side side, uint64_t end);
  void Wake(Side side, TimeNs at) { peer(side).acts_at = std::min(peer(side).acts_at, at); }
  void OnNews(Side side, TimeNs now);
  void Act(Side side, TimeNs now);
  bool MayAsk() const;
  void Ask(TimeNs now);
  void ClientActs(TimeNs now);
  bool Answerable() const;
  void Answer();
  void ServerActs(TimeNs now);

  const Conversation& conversation_;
  const TalkStyle& style_;
  Random& random_;
  const int delayed_acks_;
  const int64_t ack_delay_ns_;
  const bool fin_rides_;
  std::array<Peer, 2> peers_;
  std::vector<Segment> segments_;
  TimeNs now_ = 0;
  size_t asked_ = 0;
  size_t answered_ = 0;  ///< whole answers that the client has
  size_t answering_ = 0;
  uint32_t burst_left_ = 0;
  uint32_t limit_ = 1;
  bool body_waits_ = false;  ///< for 100 Continue
  bool said_100_ = false;
  bool over_ = false;
};

Simulation::Simulation(const Conversation& conversation, const Path& path, Random& random)
    : conversation_(conversation),
      style_(conversation.style),
      random_(random),
      delayed_acks_(random.Percent(70) ? 2 : 1),
      ack_delay_ns_(random.Percent(50) ? 40 * kNsPerMs : kNsPerMs),
      fin_rides_(random.Percent(50)) {
  peer(Side::kClient).to_tap_ns = path.client_ns;
  peer(Side::kServer).to_tap_ns = path.server_ns;
}

int64_t Simulation::Think() {
  const uint32_t dice = random_.Below(1'000);
  return dice < 500   ? random_.Below(20'000)
         : dice < 990 ? random_.Below(2'000'000)
                      : random_.Below(3'000) * kNsPerMs;
}

void Simulation::Emit(Side from, TimeNs at, Segment segment) {
  Peer& mine = peer(from);
  segment.at = at + mine.to_tap_ns;
  segment.from = from;
  segment.known = mine.received;
  segment.knows_fin = mine.got_fin;
  segments_.push_back(segment);
  mine.unacknowledged = 0;
  mine.acks_at = kNever;
  if (segment.length > 0 || segment.fin) {
    Peer& other = peer(Other(from));
    other.inbox.push_back({segment.at + other.to_tap_ns, segment.end(), segment.fin});
  }
}

void Simulation::Handshake(TimeNs start) {
  const int64_t client_ns = peer(Side::kClient).to_tap_ns;
  const int64_t server_ns = peer(Side::kServer).to_tap_ns;
  Segment syn;
  syn.kind = Segment::Kind::kSyn;
  syn.acknowledges = false;
  Emit(Side::kClient, start, syn);
  syn.acknowledges = true;
  const TimeNs answered = start + client_ns + server_ns + 10 * kNsPerUs;
  Emit(Side::kServer, answered, syn);
  const TimeNs established = answered + client_ns + server_ns + 10 * kNsPerUs;
  Emit(Side::kClient, established, {});
  peer(Side::kClient).sends_at = established + 1;
  peer(Side::kServer).sends_at = established + client_ns + server_ns;
  Wake(Side::kClient, established + Think());
}

std::vector<Segment> Simulation::Run(TimeNs start) {
  segments_.reserve(8 * exchanges() + (size(Side::kClient) + size(Side::kServer)) / 500);
  Handshake(start);
  while (!over_ && Step()) {
  }
  std::stable_sort(segments_.begin(), segments_.end(),
                   [](const Segment& a, const Segment& b) { return a.at < b.at; });
  return std::move(segments_);
}

bool Simulation::Step() {
  enum class What : uint8_t { kNothing, kReceive, kSend, kAcknowledge, kAct };
  What what = What::kNothing;
  Side who = Side::kClient;
  TimeNs when = kNever;
  const auto consider = [&](What event, Side side, TimeNs at) {
    if (at < when) {
      what = event;
      who = side;
      when = at;
    }
  };
  for (const Side side : {Side::kClient, Side::kServer}) {
    const Peer& mine = peer(side);
    if (!mine.inbox.empty()) {
      consider(What::kReceive, side, mine.inbox.front().at);
    }
    if (mine.has_to_send()) {
      consider(What::kSend, side, mine.sends_at);
    }
    consider(What::kAcknowledge, side, mine.acks_at);
    consider(What::kAct, side, mine.acts_at);
  }
  // The link may have been free since long ago.
  when = now_ = std::max(now_, when);
  switch (what) {
    case What::kNothing:
      return false;
    case What::kReceive:
      Receive(who);
      break;
    case What::kSend:
      SendSegment(who, when);
      break;
    case What::kAcknowledge:
      Acknowledge(who, when);
      break;
    case What::kAct:
      peer(who).acts_at = kNever;
      Act(who, when);
      break;
  }
  return true;
}

void Simulation::SendSegment(Side from, TimeNs at) {
  Peer& mine = peer(from);
  uint64_t end = mine.written;
  while (!mine.write_ends.empty() && mine.write_ends.front() <= mine.sent) {
    mine.write_ends.pop_front();
  }
  if (!style_.coalesces && !mine.write_ends.empty()) {
    end = mine.write_ends.front();
  }
  const uint32_t most =
      style_.any_size ? random_.Between(1, style_.segment_bytes) : style_.segment_bytes;
  Segment segment;
  segment.offset = mine.sent;
  segment.length = static_cast<uint32_t>(std::min<uint64_t>(end - mine.sent, most));
  mine.sent = segment.end();
  segment.push = segment.length > 0 && mine.sent == end;
  segment.fin =
      mine.fin_written && mine.sent == mine.written && (segment.length == 0 || fin_rides_);
  mine.fin_sent = segment.fin;
  mine.sends_at = at + 1'000 + random_.Below(11'000);
  Emit(from, at, segment);
}

void Simulation::Acknowledge(Side from, TimeNs at) {
  Segment segment;
  segment.offset = peer(from).sent;
  Emit(from, at, segment);
}

void Simulation::Receive(Side side) {
  Peer& mine = peer(side);
  const Arrival arrival = mine.inbox.front();
  mine.inbox.pop_front();
  mine.received = std::max(mine.received, arrival.end);
  mine.got_fin |= arrival.fin;
  if (++mine.unacknowledged >= delayed_acks_ || arrival.fin) {
    // What the program says at once carries the ACK.
    mine.acks_at = arrival.at + 500;
  } else if (mine.acks_at == kNever) {
    mine.acks_at = arrival.at + ack_delay_ns_;
  }
  OnNews(side, arrival.at);
}

void Simulation::Write(Side side, uint64_t end) {
  Peer& mine = peer(side);
  if (end > mine.written) {
    mine.written = end;
    mine.write_ends.push_back(end);
  }
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

}  // namespace

Path AnyPath(Random& random) {
  constexpr int64_t kNs[] = {0, 0, 20 * kNsPerUs, kNsPerMs, 15 * kNsPerMs};
  return {kNs[random.Below(5)], kNs[random.Below(5)]};
}

std::vector<Segment> Play(const Conversation& conversation, const Path& path, TimeNs start,
                          Random& random) {
  return Simulation(conversation, path, random).Run(start);
}

}  // namespace trafrec::pipeline
