// A body out of the pieces that several recorders caught.
//
// Each sighting says where its holes are, so its stored bytes have known places in the body; the
// whole is their union. That holds only where places are certain: the body's length was declared,
// the heads are equal, and no hole lies outside of the body. (Behind a hole in chunk framing nobody
// knows where he is.) Else the sighting with most of the body stands for all.

#include "store/reader/pieced_message.h"

#include <algorithm>
#include <utility>

#include "store/reader_limits.h"

namespace trafrec::store {
namespace {

/// Bytes [begin, end) of the body, and where they are.
struct Piece {
  uint64_t begin;
  uint64_t end;
  const char* bytes;
};

bool HasCertainPlaces(const StoredMessage& message) {
  const MessageFacts& facts = message.facts;
  return facts.framing == Framing::kContentLength && facts.declared_bytes &&
         *facts.declared_bytes <= limits::kPiecedBodyBytesMax && !message.head.empty() &&
         !HasFlag(facts.flags, Flag::kReencoded) && !HasFlag(facts.flags, Flag::kWithheld) &&
         std::ranges::all_of(
             facts.gaps, [](const MessageGap& gap) { return gap.part == MessageGap::Part::kBody; });
}

void AddPieces(const StoredMessage& message, std::vector<Piece>& pieces) {
  const MessageFacts& facts = message.facts;
  uint64_t at = 0;
  uint64_t taken = 0;
  const auto add = [&](uint64_t until) {
    const uint64_t size =
        std::min<uint64_t>(until - std::min(at, until), message.body.size() - taken);
    if (size > 0) {
      pieces.push_back({at, at + size, message.body.data() + taken});
      taken += size;
    }
  };
  for (const MessageGap& gap : facts.gaps) {
    add(gap.body_offset);
    at = std::max(at, gap.body_offset + gap.length);
  }
  add(*facts.declared_bytes);
}

/// Of the gaps that `from` knows, what is still missing between two pieces.
void AddGap(const MessageFacts& from, uint64_t begin, uint64_t end, std::vector<MessageGap>& gaps) {
  for (const MessageGap& known : from.gaps) {
    const uint64_t first = std::max(begin, known.body_offset);
    const uint64_t last = std::min(end, known.body_offset + known.length);
    if (first < last) {
      MessageGap gap = known;
      gap.body_offset = first;
      gap.flow_offset += first - known.body_offset;
      gap.length = last - first;
      gaps.push_back(gap);
    }
  }
}

/// Puts the pieces into their order, and says what lies between them.
void Assemble(std::vector<Piece> pieces, StoredMessage& whole) {
  std::ranges::stable_sort(pieces, {}, &Piece::begin);
  std::string body;
  std::vector<MessageGap> gaps;
  uint64_t at = 0;
  for (const Piece& piece : pieces) {
    if (piece.end <= at) {
      continue;
    }
    AddGap(whole.facts, at, piece.begin, gaps);
    const uint64_t begin = std::max(at, piece.begin);
    body.append(piece.bytes + (begin - piece.begin), piece.end - begin);
    at = piece.end;
  }
  MessageFacts& facts = whole.facts;
  AddGap(facts, at, *facts.declared_bytes, gaps);
  const uint64_t reached = std::max(at, facts.body_bytes);
  facts.wire_bytes += reached - facts.body_bytes;
  facts.body_bytes = reached;
  facts.body_stored_bytes = body.size();
  facts.gaps = std::move(gaps);
  whole.body = std::move(body);
}

/// What was said of one sighting may not be true of the whole.
void CorrectFlags(Side side, bool proved, StoredMessage& whole) {
  const Flags gap = FlagBit(side == Side::kClient ? Flag::kGapInRequest : Flag::kGapInResponse);
  Flags& flags = whole.facts.flags;
  if (whole.facts.gaps.empty()) {
    flags &= ~(gap | FlagBit(Flag::kSnaplenCut));
  }
  if (whole.body.size() == *whole.facts.declared_bytes) {
    flags &= ~(kIncompleteFlags & ~FlagBit(Flag::kResynchronised));
  }
  if (proved) {
    flags &= ~FlagBit(Flag::kResynchronised);
  }
}

/// The place of the sighting with most of the body.
size_t Fullest(const std::vector<StoredMessage*>& sightings, size_t chosen) {
  for (size_t i = 0; i < sightings.size(); ++i) {
    if (sightings[i] != nullptr && sightings[i]->body.size() > sightings[chosen]->body.size()) {
      chosen = i;
    }
  }
  return chosen;
}

StoredMessage PutTogether(const std::vector<StoredMessage*>& sightings, size_t fullest) {
  StoredMessage whole = *sightings[fullest];
  if (!HasCertainPlaces(whole)) {
    return whole;
  }
  std::vector<Piece> pieces;
  bool proved = false;
  AddPieces(*sightings[fullest], pieces);
  for (const StoredMessage* sighting : sightings) {
    if (sighting != nullptr && sighting != sightings[fullest] && HasCertainPlaces(*sighting) &&
        sighting->head == whole.head &&
        sighting->facts.declared_bytes == whole.facts.declared_bytes) {
      AddPieces(*sighting, pieces);
      proved = proved || !HasFlag(sighting->facts.flags, Flag::kResynchronised);
    }
  }
  Assemble(std::move(pieces), whole);
  CorrectFlags(whole.facts.status == 0 ? Side::kClient : Side::kServer, proved, whole);
  return whole;
}

}  // namespace

StoredMessage MergeMessages(const std::vector<StoredMessage*>& sightings, size_t chosen,
                            bool in_pieces) {
  StoredMessage whole = in_pieces ? PutTogether(sightings, Fullest(sightings, chosen))
                                  : std::move(*sightings[chosen]);
  MessageFacts& facts = whole.facts;
  uint64_t missed = 0;
  for (const StoredMessage* sighting : sightings) {
    if (sighting != nullptr && sighting->facts.first_seq == facts.first_seq &&
        sighting->facts.flow_offset > facts.flow_offset) {
      // It came in earlier, and so counts from further back.
      missed = std::max(missed, sighting->facts.flow_offset - facts.flow_offset);
    }
    if (sighting != nullptr && sighting->facts.acked_bytes > facts.acked_bytes) {
      facts.acked_bytes = sighting->facts.acked_bytes;
      facts.last_ack = sighting->facts.last_ack;
      facts.last_ack_at = sighting->facts.last_ack_at;
    }
    facts.copies = std::max(facts.copies, sighting == nullptr ? 0 : sighting->facts.copies);
  }
  facts.flow_offset += missed;
  for (MessageGap& gap : facts.gaps) {
    gap.flow_offset += missed;
  }
  return whole;
}

}  // namespace trafrec::store
