// Two TCP endpoints with the programs that use them, by events in the order of time.
//
// What pairing has to go by after a loss is what each side had received when it sent. So nothing
// about that is made up: each side has an inbox that fills with the delay of the path, its program
// acts on what has arrived, and its ACK numbers are those of that moment. The capture lies
// somewhere on the path; a far side's segments show old knowledge there, as on a real wire. Left
// out, because the receiver of a mirrored packet cannot tell: congestion and receive windows.

#include "tests/pipeline/endpoints.h"

#include "tests/pipeline/simulation.h"

namespace trafrec::pipeline {

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

Path AnyPath(Random& random) {
  constexpr int64_t kNs[] = {0, 0, 20 * kNsPerUs, kNsPerMs, 15 * kNsPerMs};
  return {kNs[random.Below(5)], kNs[random.Below(5)]};
}

std::vector<Segment> Play(const Conversation& conversation, const Path& path, TimeNs start,
                          Random& random) {
  return Simulation(conversation, path, random).Run(start);
}

}  // namespace trafrec::pipeline
