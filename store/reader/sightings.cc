// One exchange out of several sightings.
//
// Each message is taken whole from one sighting, the first by id that has it whole. Only where none
// has, the pieces are put together (pieced_message.cc). That request and response belong together
// is believed if one recorder paired them; what nobody paired is not paired here, for two recorders
// that lost different halves prove nothing about each other.

#include "store/reader/sightings.h"

#include <algorithm>

#include "store/reader/pieced_message.h"

namespace trafrec::store {
namespace {

/// These speak of the exchange, or of one recorder's view of it, and not of its messages.
constexpr Flags kAbsence =
    FlagBit(Flag::kResponseMissing) | FlagBit(Flag::kRequestMissing) | FlagBit(Flag::kOpen);
constexpr Flags kDoubtfulPair = FlagBit(Flag::kPairingAmbiguous) | FlagBit(Flag::kPairingPresumed);
constexpr Flags kOfThePair =
    FlagBit(Flag::kEarlyResponse) | FlagBit(Flag::kUpgraded) | kDoubtfulPair;

bool Contradict(const std::optional<uint32_t>& one, const std::optional<uint32_t>& other) {
  return one && other && *one != *other;
}

bool Agree(const std::optional<uint32_t>& one, const std::optional<uint32_t>& other) {
  return one && other && *one == *other;
}

/// An address that is encrypted, and not for this reader, may be any.
bool SameEnd(const Endpoint& one, const Endpoint& other) {
  const IpAddress unknown;
  return one.port == other.port &&
         (one.address == other.address || one.address == unknown || other.address == unknown);
}

bool IsComplete(Flags flags) { return (flags & kIncompleteFlags) == 0; }

/// Flags of the row that are not those of its messages.
Flags OwnFlags(const ExchangeRow& row) {
  return row.flags & ~(row.has_request ? row.request_flags : 0) &
         ~(row.has_response ? row.response_flags : 0);
}

template <typename Predicate>
std::optional<size_t> FirstOf(const std::vector<ExchangeRow>& rows, const Predicate& predicate) {
  const auto found = std::ranges::find_if(rows, predicate);
  return found == rows.end() ? std::nullopt
                             : std::optional(static_cast<size_t>(found - rows.begin()));
}

bool HasBoth(const ExchangeRow& row) { return row.has_request && row.has_response; }

/// The recorder stands for what belongs together, whatever else it missed.
bool IsSurePair(const ExchangeRow& row) {
  return HasBoth(row) && (row.flags & kDoubtfulPair) == 0 &&
         !HasFlag(row.flags, Flag::kResynchronised);
}

/// A request that was found by searching may have begun before.
bool HasDoubtfulStart(const ExchangeRow& row) {
  return row.has_request && HasFlag(row.request_flags, Flag::kResynchronised);
}

/// The sighting whose view of the pair counts.
std::optional<size_t> ChoosePair(const std::vector<ExchangeRow>& rows) {
  const auto complete = FirstOf(
      rows, [](const ExchangeRow& row) { return IsSurePair(row) && IsComplete(row.flags); });
  if (complete) {
    return complete;
  }
  const auto sure = FirstOf(rows, IsSurePair);
  return sure ? sure : FirstOf(rows, HasBoth);
}

void ChooseRequest(const std::vector<ExchangeRow>& rows, MergeChoice& choice) {
  choice.request = FirstOf(rows, [](const ExchangeRow& row) {
    return row.has_request && IsComplete(row.request_flags);
  });
  if (!choice.request) {
    const auto has = [](const ExchangeRow& row) { return row.has_request; };
    choice.request = FirstOf(rows, has);
    choice.request_in_pieces = std::ranges::count_if(rows, has) > 1;
  }
}

/// Where an answer ends depends on the request's method: whoever took the request for another one,
/// or did not see it, may have taken other bytes for its body.
bool KnewTheEnd(const ExchangeRow& row, const std::string& method) {
  return row.has_request ? row.method == method : method != "HEAD" && method != "CONNECT";
}

void ChooseResponse(const std::vector<ExchangeRow>& rows, MergeChoice& choice) {
  const auto seq = choice.pair ? rows[*choice.pair].identity.response_seq : std::nullopt;
  const auto has = [&](const ExchangeRow& row) {
    return row.has_response && !Contradict(seq, row.identity.response_seq) &&
           (!choice.request || KnewTheEnd(row, rows[*choice.request].method));
  };
  choice.disagree = std::ranges::any_of(rows, [&](const ExchangeRow& row) {
    return IsSurePair(row) && Contradict(seq, row.identity.response_seq);
  });
  choice.response = FirstOf(
      rows, [&](const ExchangeRow& row) { return has(row) && IsComplete(row.response_flags); });
  if (!choice.response) {
    choice.response = FirstOf(rows, has);
    choice.response_in_pieces = std::ranges::count_if(rows, has) > 1;
  }
}

Flags MergedFlags(const std::vector<ExchangeRow>& rows, const MergeChoice& choice,
                  Flags request_flags, Flags response_flags) {
  Flags flags = 0;
  Flags own = ~Flags{0};
  bool open = false;
  bool all_mid_stream = true;
  for (const ExchangeRow& row : rows) {
    own &= OwnFlags(row);
    open = open || HasFlag(row.flags, Flag::kOpen);
    all_mid_stream = all_mid_stream && HasFlag(row.flags, Flag::kMidStream);
  }
  flags |= own & ~kAbsence & ~kOfThePair;
  flags |= choice.request ? request_flags : FlagBit(Flag::kRequestMissing);
  flags |= choice.response ? response_flags : FlagBit(Flag::kResponseMissing);
  if (choice.pair) {
    flags |= OwnFlags(rows[*choice.pair]) & kOfThePair;
  } else {
    for (const ExchangeRow& row : rows) {
      flags |= row.flags & FlagBit(Flag::kPairingAmbiguous);
    }
  }
  if (choice.pair && choice.response && !rows[*choice.response].has_request) {
    // Who saw the answer alone cannot tell what came between the request and it.
    flags |= rows[*choice.pair].response_flags & FlagBit(Flag::kResynchronised);
  }
  flags |= choice.disagree ? FlagBit(Flag::kPairingAmbiguous) : 0;
  flags |= open && !choice.response ? FlagBit(Flag::kOpen) : 0;
  return all_mid_stream ? flags : flags & ~FlagBit(Flag::kMidStream);
}

void TakeParts(ExchangeRow& merged, const std::vector<ExchangeRow>& rows,
               const MergeChoice& choice) {
  if (choice.request) {
    const ExchangeRow& row = rows[*choice.request];
    if (!merged.has_request) {
      const auto seen = FirstOf(rows, [](const ExchangeRow& each) { return each.has_request; });
      merged.began_at = rows[*seen].began_at;
    }
    merged.has_request = true;
    merged.method = row.method;
    merged.target = row.target;
    merged.host = row.host;
    merged.request_body_bytes = row.request_body_bytes;
    merged.request_flags = row.request_flags;
    merged.request_span_ns = row.request_span_ns;
    merged.identity.request_seq = row.identity.request_seq;
  }
  if (choice.response) {
    const ExchangeRow& row = rows[*choice.response];
    merged.has_response = true;
    merged.status = row.status;
    merged.response_body_bytes = row.response_body_bytes;
    merged.response_flags = row.response_flags;
    merged.identity.response_seq = row.identity.response_seq;
  }
  // Only a clock that saw both ends of it can tell how long it took.
  merged.latency_ns = choice.pair ? rows[*choice.pair].latency_ns : -1;
  for (const ExchangeRow& row : rows) {
    if (row.latency_ns >= 0 && merged.latency_ns < 0 && HasBoth(row) && !choice.disagree) {
      merged.latency_ns = row.latency_ns;
    }
    if (merged.client.address == IpAddress()) {
      merged.client = row.client;
      merged.server = row.server;
    }
    if (!merged.identity.client_isn) {
      merged.identity.client_isn = row.identity.client_isn;
    }
    if (!merged.identity.server_isn) {
      merged.identity.server_isn = row.identity.server_isn;
    }
  }
}

}  // namespace

size_t ExchangeRow::sighting_count() const {
  size_t count = 1;
  // They are in the order of their ids; one recorder may have seen the two halves apart.
  for (size_t i = 1; i < sightings.size(); ++i) {
    const ExchangeId& before = sightings[i - 1].id;
    const ExchangeId& after = sightings[i].id;
    count += before.recorder != after.recorder || before.attempt != after.attempt ? 1 : 0;
  }
  return count;
}

bool SameConnection(const ExchangeRow& one, const ExchangeRow& other) {
  // A recorder that missed a whole handshake may take a connection for the one before on these
  // ports, and has its numbers from there: that proves nothing. But on the two sides of a SYN proxy
  // one number is the same, and the other is not.
  const ExchangeIdentity& here = one.identity;
  const ExchangeIdentity& there = other.identity;
  const bool proxied =
      (Contradict(here.client_isn, there.client_isn) && Agree(here.server_isn, there.server_isn)) ||
      (Agree(here.client_isn, there.client_isn) && Contradict(here.server_isn, there.server_isn));
  return SameEnd(one.client, other.client) && SameEnd(one.server, other.server) && !proxied;
}

bool SameExchange(const ExchangeRow& one, const ExchangeRow& other) {
  if (!SameConnection(one, other)) {
    return false;
  }
  if (Contradict(one.identity.request_seq, other.identity.request_seq) && !HasDoubtfulStart(one) &&
      !HasDoubtfulStart(other)) {
    return false;
  }
  return Agree(one.identity.request_seq, other.identity.request_seq) ||
         Agree(one.identity.response_seq, other.identity.response_seq);
}

MergeChoice ChooseParts(const std::vector<ExchangeRow>& sightings) {
  MergeChoice choice;
  choice.pair = ChoosePair(sightings);
  ChooseRequest(sightings, choice);
  ChooseResponse(sightings, choice);
  if (choice.pair && IsComplete(sightings[*choice.pair].flags)) {
    choice.request = choice.response = choice.pair;
  }
  return choice;
}

ExchangeRow MergeRows(std::vector<ExchangeRow> sightings) {
  if (sightings.size() == 1) {
    return std::move(sightings.front());
  }
  const MergeChoice choice = ChooseParts(sightings);
  ExchangeRow merged = sightings.front();
  TakeParts(merged, sightings, choice);
  merged.flags = MergedFlags(sightings, choice, merged.request_flags, merged.response_flags);
  merged.sightings = std::move(sightings);
  return merged;
}

StoredExchange MergeStored(std::vector<StoredExchange> sightings) {
  if (sightings.size() == 1) {
    return std::move(sightings.front());
  }
  std::vector<ExchangeRow> rows;
  for (const StoredExchange& sighting : sightings) {
    rows.push_back(sighting.row);
  }
  const MergeChoice choice = ChooseParts(rows);
  StoredExchange merged;
  merged.connection = sightings.front().connection;
  merged.row = rows.front();
  TakeParts(merged.row, rows, choice);
  merged.connection.client_isn = merged.row.identity.client_isn;
  merged.connection.server_isn = merged.row.identity.server_isn;
  std::vector<StoredMessage*> requests;
  std::vector<StoredMessage*> responses;
  const auto seq = merged.row.identity.response_seq;
  for (StoredExchange& sighting : sightings) {
    if (!merged.connection.handshake_ns) {
      merged.connection.handshake_ns = sighting.connection.handshake_ns;
    }
    requests.push_back(sighting.request ? &*sighting.request : nullptr);
    const bool same = sighting.response && !Contradict(seq, sighting.response->facts.first_seq);
    responses.push_back(same ? &*sighting.response : nullptr);
    if (sighting.interim.size() > merged.interim.size()) {
      merged.interim = sighting.interim;
    }
  }
  if (choice.request) {
    merged.request = MergeMessages(requests, *choice.request, choice.request_in_pieces);
    merged.row.request_flags = merged.request->facts.flags;
    merged.row.request_body_bytes = merged.request->facts.body_bytes;
  }
  if (choice.response) {
    merged.response = MergeMessages(responses, *choice.response, choice.response_in_pieces);
    merged.row.response_flags = merged.response->facts.flags;
    merged.row.response_body_bytes = merged.response->facts.body_bytes;
  }
  merged.row.flags = MergedFlags(rows, choice, merged.row.request_flags, merged.row.response_flags);
  merged.row.sightings = std::move(rows);
  return merged;
}

}  // namespace trafrec::store
