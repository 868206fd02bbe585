// Finding messages in one flow.
//
// In the proved state each message begins where the one before ended. When that chain breaks (a gap
// over a head, over framing or over a message's end; bytes that are no message), the parser
// searches: a start is accepted only at the first byte of a packet, must be strict to the end of
// its head, and must fit what the other flow says of the turns (the handler's judgement). It is
// flagged until a message begins exactly at a computed end, at the first byte of a packet, and the
// peer had its say there: it began a message when it had exactly all before that place, and this
// packet acknowledges it. HTTP quoted inside a body can imitate the first, but not the last, for a
// body does not wait in its middle for what the peer says. Rejected: looking for "HTTP/1.1" in the
// bytes (finds HTTP quoted in bodies), that the sender had meanwhile received anything (under
// pipelining it does so all the time), giving up the connection.

#include "reassembly/http/message_parser.h"

#include <algorithm>

#include "reassembly/limits.h"

namespace trafrec::reassembly {
namespace {

using store::Framing;
using Part = store::MessageGap::Part;

std::optional<StartLine> StrictRequestLine(std::string_view text) {
  text = text.substr(0, text.find('\n') + 1);
  auto line = ParseStartLine(text);
  if (line &&
      (line->side != store::Side::kClient || line->lenient || IsCutMethod(line->method.In(text)))) {
    line.reset();
  }
  return line;
}

}  // namespace

MessageParser::MessageParser(Flow flow, bool proved, MessageHandler& handler, HttpCounts& counts)
    : flow_(flow),
      handler_(handler),
      counts_(counts),
      state_(proved ? State::kBetween : State::kSearching),
      proved_(proved),
      from_start_(proved) {
  if (proved) {
    last_peer_ = 0;
  }
}

void MessageParser::OnChunk(const Chunk& chunk) {
  counts_.bytes += chunk.bytes.size();
  if (state_ == State::kOpaque) {
    counts_.opaque_bytes += chunk.bytes.size();
    return;
  }
  chunk_ = &chunk;
  at_ = 0;
  advanced_ = !last_peer_ || (chunk.peer_offset && *chunk.peer_offset > *last_peer_);
  if (bodyless_possible_ && in_body()) {
    DecideBodyless();
  } else if (!body_begun_ && in_body()) {
    DecideRefused();
  }
  while (at_ < chunk.bytes.size()) {
    Step();
  }
  if (in_body()) {
    handler_.OnProgress(flow_, chunk.offset + chunk.bytes.size(), chunk.at);
  }
  if (chunk.peer_offset) {
    last_peer_ = chunk.peer_offset;
  }
  chunk_ = nullptr;
}

void MessageParser::Step() {
  ++counts_.steps;
  switch (state_) {
    case State::kBetween:
      return StepBetween();
    case State::kHead:
      return StepHead();
    case State::kLength:
      return StepLength();
    case State::kChunked:
      return StepChunked();
    case State::kUntilClose:
      return TakeBody(rest());
    case State::kSearching:
      return StepSearching();
    case State::kProxyHeader:
      return StepProxyHeader();
    case State::kOpaque:
      counts_.opaque_bytes += rest().size();
      at_ = chunk_->bytes.size();
      return;
  }
}

void MessageParser::EnterBody(const BodyPlan& plan) {
  left_ = plan.length;
  trailer_bytes_ = 0;
  body_begun_ = at_ < chunk_->bytes.size();
  end_disputed_ = plan.end_disputed;
  lenient_ = false;
  bodyless_possible_ =
      plan.bodyless_possible && (plan.length > 0 || plan.framing == Framing::kChunked ||
                                 plan.framing == Framing::kUntilClose);
  end_guessed_ = bodyless_possible_;
  if (bodyless_possible_) {
    // Whether there is a body or not: where it ends is a guess, and what stands there may be one
    // that is quoted.
    proved_before_ = proved_;
    proved_ = false;
    proofs_ = 0;
  }
  chunks_.Reset();
  switch (plan.framing) {
    case Framing::kContentLength:
      state_ = State::kLength;
      break;
    case Framing::kChunked:
      state_ = State::kChunked;
      break;
    case Framing::kUntilClose:
      state_ = State::kUntilClose;
      break;
    case Framing::kNone:
    case Framing::kOpaque:
      state_ = State::kBetween;
      break;
  }
  if (plan.end_unknown) {
    EndMessage(Ending::kBroken);
    handler_.OnLost(flow_, chunk_->offset + at_, 0, false);
    Search();
  } else if (state_ == State::kBetween || (state_ == State::kLength && left_ == 0)) {
    Complete(chunk_->offset + at_);
  }
  if (bodyless_possible_ && in_body() && at_ < chunk_->bytes.size()) {
    DecideBodyless();
  }
}

void MessageParser::TakeBody(std::string_view bytes) {
  counts_.body_bytes += bytes.size();
  at_ += bytes.size();
  bodyless_possible_ = false;
  handler_.OnBody(flow_, AsBytes(bytes));
}

void MessageParser::StepLength() {
  const auto bytes =
      rest().substr(0, static_cast<size_t>(std::min<uint64_t>(left_, rest().size())));
  left_ -= bytes.size();
  TakeBody(bytes);
  if (left_ == 0) {
    Complete(chunk_->offset + at_);
  }
}

void MessageParser::StepChunked() {
  const std::string_view bytes = rest();
  if (trailer_held_ || (chunks_.at_trailers() && bytes[0] != '\r' && bytes[0] != '\n')) {
    return StepTrailer();
  }
  const ChunkDecoder::Run run = chunks_.Next(bytes);
  lenient_ |= chunks_.lenient();
  switch (run.kind) {
    case ChunkDecoder::Kind::kData:
      return TakeBody(bytes.substr(0, run.size));
    case ChunkDecoder::Kind::kFraming:
      counts_.framing_bytes += run.size;
      at_ += run.size;
      break;
    case ChunkDecoder::Kind::kTrailer:  // none is given to it
    case ChunkDecoder::Kind::kBroken:
      EndMessage(Ending::kBroken);
      handler_.OnLost(flow_, chunk_->offset + at_, 0, false);
      return Search();
  }
  if (chunks_.done()) {
    Complete(chunk_->offset + at_);
  }
}

/// Nothing proves any longer that a message begins where the one before ended.
void MessageParser::Doubt() {
  proved_ = false;
  proofs_ = 0;
}

void MessageParser::EndMessage(Ending ending) {
  if (trailer_held_) {
    KeepTrailer(0);
  }
  if (chunk_ != nullptr) {
    handler_.OnProgress(flow_, chunk_->offset + at_, chunk_->at);
  }
  if (state_ != State::kOpaque) {
    state_ = State::kBetween;
  }
  handler_.OnMessageEnd(flow_, ending, lenient_);
}

/// Its framing says that the message ends at `end`.
void MessageParser::Complete(uint64_t end) {
  EndMessage(Ending::kComplete);
  if (end_disputed_) {
    handler_.OnLost(flow_, end, 0, false);
    Search();
  }
}

/// By the first bytes behind a head that may be a whole message.
void MessageParser::DecideBodyless() {
  constexpr std::string_view kStart = "HTTP/1.";
  const std::string_view bytes = rest();
  bodyless_possible_ = false;
  if (!kStart.starts_with(bytes.substr(0, kStart.size()))) {
    // No message begins like this, so it is the body.
    proved_ = proved_before_;
    end_guessed_ = false;
    return;
  }
  if (state_ != State::kChunked) {  // what begins here may be quoted in the body
    const uint64_t from = chunk_->offset + at_;
    handler_.OnEndGuessed(flow_, from, state_ == State::kLength ? from + left_ : UINT64_MAX);
  }
  const bool in_turn = advanced_ && at_ == 0 && chunk_->packet_start;
  const size_t line_end = bytes.find('\n');
  if (line_end == std::string_view::npos || !(in_turn || handler_.Pipelines())) {
    return;
  }
  const auto line = ParseStartLine(bytes.substr(0, line_end + 1));
  if (line && line->side == store::Side::kServer && !line->lenient) {
    handler_.OnBodyless(flow_);
    EndMessage(Ending::kComplete);
  }
}

/// A client that was refused its body may send it all the same, or go on with the next request,
/// which shows as a strict head at a packet's first byte (RFC 9110, section 10.1.1).
void MessageParser::DecideRefused() {
  body_begun_ = true;
  const std::string_view bytes = rest();
  const size_t line_end = bytes.find('\n');
  if (line_end == std::string_view::npos || !chunk_->packet_start ||
      !handler_.BodyRefused(flow_, chunk_->peer_offset)) {
    return;
  }
  const bool body_and_next = state_ == State::kLength && left_ < bytes.size() &&
                             StrictRequestLine(bytes.substr(static_cast<size_t>(left_)));
  const auto line = StrictRequestLine(bytes);
  if (body_and_next || !line) {
    return;
  }
  bool folded = false;
  const size_t end = FindHeadEnd(bytes, line_end, folded);
  if (end != std::string_view::npos &&
      (folded || !ParseFieldsStrictly(*line, bytes.substr(0, end)))) {
    return;
  }
  EndMessage(Ending::kRefused);
  Doubt();
}

void MessageParser::BecomeOpaque() {
  if (state_ == State::kHead) {
    if (!line_known_ || tentative_) {
      DropHead();
    } else {
      EndPartialHead(Ending::kBroken, nullptr);
    }
  } else if (in_body()) {
    EndMessage(Ending::kBroken);
  }
  state_ = State::kOpaque;
}

void MessageParser::GiveUpHead() {
  if (state_ != State::kHead) {
    return;
  }
  const uint64_t end = start_.offset + head_.size();
  if (tentative_ || !line_known_) {
    DropHead();
  } else {
    EndPartialHead(Ending::kEvicted, nullptr);
  }
  handler_.OnLost(flow_, end, 0, false);
  Search();
}

void MessageParser::OnGap(const Gap& gap) {
  counts_.gap_bytes += gap.length;
  uint64_t inside = 0;
  uint64_t before = 0;  // in what precedes messages
  bool lost = true;
  bool at_start = proved_ && state_ == State::kBetween;
  switch (state_) {
    case State::kOpaque:
      lost = false;
      break;
    case State::kBetween:
    case State::kSearching:
      break;
    case State::kHead:
      if (tentative_) {
        DropHead();
      } else {
        EndPartialHead(Ending::kGap, &gap);
      }
      break;
    case State::kLength:
      inside = std::min(left_, gap.length);
      left_ -= inside;
      bodyless_possible_ = false;
      handler_.OnMessageGap(flow_, Part::kBody, inside, gap);
      if (left_ == 0) {
        Complete(gap.offset + inside);
      }
      lost = inside < gap.length;
      at_start = proved_;
      break;
    case State::kChunked:
      if (chunks_.Skip(gap.length)) {
        inside = gap.length;
        handler_.OnMessageGap(flow_, Part::kBody, inside, gap);
        lost = false;
      } else {
        handler_.OnMessageGap(flow_, Part::kFraming, gap.length, gap);
        EndMessage(Ending::kGap);
      }
      break;
    case State::kUntilClose:
      inside = gap.length;
      handler_.OnMessageGap(flow_, Part::kBody, inside, gap);
      lost = false;
      break;
    case State::kProxyHeader:
      before = std::min(left_, gap.length);
      left_ -= before;
      state_ = left_ == 0 ? State::kBetween : state_;
      lost = before < gap.length;
      at_start = proved_;
      break;
  }
  counts_.gap_message_bytes += inside;
  counts_.gap_outside_bytes += gap.length - inside;
  if (lost) {
    const uint64_t known = inside + before;
    handler_.OnLost(flow_, gap.offset + known, gap.length - known, at_start);
    if (state_ != State::kOpaque) {
      Search();
    }
  }
}

void MessageParser::Finish(bool whole, Ending ending) {
  if (state_ == State::kHead) {
    if (tentative_) {
      DropHead();
    } else {
      EndPartialHead(ending, nullptr);
    }
  } else if (in_body()) {
    // Only the sender's own end says that nothing more came: else trailers may be missing.
    const bool complete =
        whole && (state_ == State::kUntilClose ||
                  (state_ == State::kChunked && chunks_.all_but_done() && !trailer_held_));
    lenient_ |= complete && state_ == State::kChunked;
    EndMessage(complete ? Ending::kComplete : ending);
  }
  state_ = State::kOpaque;
}

}  // namespace trafrec::reassembly
