#pragma once

#include <algorithm>
#include <deque>
#include <vector>

#include "tests/pipeline/endpoints.h"

namespace trafrec::pipeline {

inline constexpr TimeNs kNever = INT64_MAX;

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

/// The two endpoints at work: their TCP is in endpoints.cc, the programs that use it in
/// programs.cc.
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

}  // namespace trafrec::pipeline
