// The part of MessageParser that finds and collects heads. A head that lies whole in its chunk is
// parsed in place; one that comes in pieces is collected, and each byte is looked at once.

#include <algorithm>
#include <utility>

#include "reassembly/http/message_parser.h"
#include "reassembly/http/proxy_header.h"
#include "reassembly/limits.h"

namespace trafrec::reassembly {
namespace {

/// CouldBeStart looks at no more.
constexpr size_t kPrefixBytes = 64;
/// A start where its sender was awaited is one by chance if a quoted message ends just there; not
/// so twice in a row. What a client that does not wait says comes at any place, so of it more.
constexpr int kProofs = 2;
constexpr int kPipelinedProofs = 4;

}  // namespace

void MessageParser::StepBetween() {
  const bool at_chunk = at_ == 0;
  const Bytes bytes = chunk_->bytes;
  while (at_ < bytes.size() && (bytes[at_] == '\r' || bytes[at_] == '\n')) {
    ++counts_.between_bytes;
    ++at_;
  }
  if (at_ == bytes.size()) {
    return;
  }
  if (chunk_->offset + at_ <= kProxyHeaderBinaryAt && BeginProxyHeader()) {
    return;
  }
  if (!proved_ && at_chunk && chunk_->packet_start && last_peer_ && advanced_ &&
      handler_.PeerAwaited(flow_, chunk_->offset, *chunk_->peer_offset)) {
    ++proofs_;
    proved_ = proofs_ >= (handler_.Pipelines() ? kPipelinedProofs : kProofs);
  }
  if (!proved_ && !end_guessed_) {
    proved_ = handler_.StartsCounted();
  }
  tentative_ = false;
  start_ = StartHere();
  // Behind another message in one packet, it was sent with the same knowledge.
  start_.advanced &= at_chunk;
  start_.chained = true;
  BeginHead();
}

/// At the first byte of a client that was seen from there on, or behind two line ends. False: no
/// PROXY header begins here.
bool MessageParser::BeginProxyHeader() {
  const uint64_t offset = chunk_->offset + at_;
  if ((offset != kProxyHeaderTextAt && offset != kProxyHeaderBinaryAt) || seen_message_ ||
      !from_start_ || !proved_ || !handler_.IsClients(flow_)) {
    return false;
  }
  const ProxyHeader header = FindProxyHeader(offset, rest());
  switch (header.fit) {
    case ProxyHeader::Fit::kNone:
      return false;
    case ProxyHeader::Fit::kPerhaps:
      tentative_ = false;
      start_ = StartHere();
      start_.chained = true;
      BeginCollecting();
      opening_ = true;
      BufferHead();
      HoldStart();
      return true;
    case ProxyHeader::Fit::kFits:
      TakeProxyHeader(offset, header.bytes);
      return true;
  }
  return false;
}

void MessageParser::CollectProxyHeader() {
  const size_t before = head_.size();
  const std::string_view bytes = rest().substr(0, limits::kProxyLineBytes - before);
  head_.append(bytes);
  const ProxyHeader header = FindProxyHeader(start_.offset, head_);
  if (header.fit == ProxyHeader::Fit::kPerhaps) {
    counts_.pending_bytes += bytes.size();
    at_ += bytes.size();
    return;
  }
  head_.resize(before);
  opening_ = false;
  if (header.fit == ProxyHeader::Fit::kFits) {
    LetStartGo();
    counts_.pending_bytes -= before;
    counts_.proxy_header_bytes += before;
    head_.clear();
    TakeProxyHeader(start_.offset, header.bytes - before);
  }
}

void MessageParser::TakeProxyHeader(uint64_t begin, size_t left) {
  // The line ends that belong to it were taken for stray ones.
  counts_.between_bytes -= begin;
  counts_.proxy_header_bytes += begin;
  ++counts_.proxy_headers;
  left_ = left;
  state_ = State::kProxyHeader;
}

void MessageParser::StepProxyHeader() {
  const auto bytes = static_cast<size_t>(std::min<uint64_t>(left_, rest().size()));
  counts_.proxy_header_bytes += bytes;
  at_ += bytes;
  left_ -= bytes;
  if (left_ == 0) {
    state_ = State::kBetween;
  }
}

void MessageParser::StepSearching() {
  if (at_ == 0 && chunk_->packet_start && CouldBeStart(rest().substr(0, rest().find('\n')))) {
    tentative_ = true;
    proved_ = false;
    start_ = StartHere();
    BeginHead();
    return;
  }
  if (at_ == 0 && chunk_->packet_start) {
    handler_.OnNoStartAt(flow_, chunk_->offset, chunk_->peer_offset);
  }
  if (!seen_message_ && searched_bytes_ == 0 && handler_.OnForeign(flow_, AsBytes(rest()))) {
    return BecomeOpaque();
  }
  SkipChunk();
}

void MessageParser::BeginCollecting() {
  head_.clear();
  scanned_ = 0;
  line_known_ = false;
  opening_ = false;
  folded_ = false;
}

void MessageParser::BeginHead() {
  BeginCollecting();
  const std::string_view bytes = rest();
  const size_t line_end = bytes.find('\n');
  if (line_end == std::string_view::npos) {
    if (!CouldBeStart(bytes)) {
      return NoStart();
    }
    BufferHead();
    return HoldStart();
  }
  if (!TakeStartLine(bytes.substr(0, line_end + 1))) {
    return NoStart();
  }
  if (!tentative_) {
    HeadFields fields;
    const size_t plain_end = ReadPlainFields(line_, bytes, line_end + 1, fields);
    if (plain_end != std::string_view::npos) {
      at_ += plain_end;
      return AcceptHead(bytes.substr(0, plain_end), fields);
    }
  }
  const size_t end = line_.simple ? line_end + 1 : FindHeadEnd(bytes, line_end, folded_);
  if (end == std::string_view::npos) {
    BufferHead();
    return tentative_ ? HoldStart() : handler_.OnStartLine(flow_, start_, line_);
  }
  at_ += end;
  CompleteHead(bytes.substr(0, end));
}

void MessageParser::BufferHead() {
  head_.append(rest());
  counts_.pending_bytes += rest().size();
  at_ = chunk_->bytes.size();
  scanned_ = line_known_ ? head_.size() : 0;
  state_ = State::kHead;
}

void MessageParser::StepHead() {
  if (opening_) {
    return CollectProxyHeader();
  }
  // A better candidate than one that did not come to its end within its packet.
  if (tentative_ && at_ == 0 && chunk_->packet_start) {
    const size_t line_end = rest().find('\n');
    if (line_end != std::string_view::npos && ParseStartLine(rest().substr(0, line_end + 1))) {
      return DropTentativeHead();
    }
  }
  const size_t before = head_.size();
  const size_t limit = tentative_ ? limits::kTentativeHeadBytes : limits::kHeadBytes;
  const std::string_view bytes = rest().substr(0, limit + 3 - std::min(limit, before));
  head_.append(bytes);
  counts_.pending_bytes += bytes.size();
  at_ += bytes.size();
  if (!line_known_) {
    const size_t line_end = head_.find('\n', scanned_);
    if (line_end == std::string_view::npos) {
      scanned_ = head_.size();
      if (before < kPrefixBytes && !CouldBeStart(head_)) {
        return NoStart();
      }
      return head_.size() > limit ? OverlongHead() : void();
    }
    if (!TakeStartLine(std::string_view(head_).substr(0, line_end + 1))) {
      return NoStart();
    }
    if (!tentative_) {
      start_held_ = false;
      handler_.OnStartLine(flow_, start_, line_);
    }
    scanned_ = line_end;
  }
  const size_t end = line_.simple ? head_.find('\n') + 1 : FindHeadEnd(head_, scanned_, folded_);
  if (end == std::string_view::npos) {
    scanned_ = head_.size();
    return head_.size() > limit ? OverlongHead() : void();
  }
  // What follows the head goes back to the chunk.
  const size_t back = head_.size() - end;
  at_ -= back;
  head_.resize(end);
  counts_.pending_bytes -= head_.size() + back;
  CompleteHead(head_);
}

bool MessageParser::TakeStartLine(std::string_view text) {
  const auto line = ParseStartLine(text);
  line_known_ = line && (tentative_ ? !IsCutMethod(line->method.In(text))
                                    : handler_.Accepts(flow_, start_, *line));
  if (line_known_) {
    line_ = *line;
  }
  return line_known_;
}

void MessageParser::CompleteHead(std::string_view head) {
  auto fields = folded_ ? std::nullopt : ParseFieldsStrictly(line_, head);
  if (tentative_) {
    start_.resynchronised = true;
    if (!fields || !handler_.Accepts(flow_, start_, line_)) {
      LetStartGo();
      ++counts_.starts_refused;
      counts_.skipped_bytes += head.size();
      return Search();
    }
  } else if (!fields) {
    fields = ParseFieldsLeniently(line_, head);
  }
  AcceptHead(head, *fields);
}

void MessageParser::AcceptHead(std::string_view head, const HeadFields& fields) {
  counts_.head_bytes += head.size();
  seen_message_ = true;
  tentative_ = false;
  start_held_ = false;
  state_ = State::kBetween;
  const uint64_t end = start_.offset + head.size();
  const TimeNs at = chunk_->at;
  const BodyPlan plan = handler_.OnHead(flow_, start_, line_, fields, head);
  handler_.OnProgress(flow_, end, at);
  if (state_ != State::kOpaque) {
    EnterBody(plan);
  }
  // An unusually large buffer is not kept on an idle connection.
  if (head_.capacity() > 4096) {
    std::string().swap(head_);
  }
}

void MessageParser::NoStart() {
  if (tentative_) {
    DropTentativeHead();
    return SkipChunk();
  }
  const bool buffered = state_ == State::kHead;
  LetStartGo();
  if (handler_.TakesHeadless(flow_, start_)) {
    const std::string head = std::move(head_);
    head_.clear();
    counts_.pending_bytes -= buffered ? head.size() : 0;
    EnterBody({.framing = store::Framing::kUntilClose});
    if (buffered) {
      counts_.body_bytes += head.size();
      handler_.OnBody(flow_, AsBytes(head));
    }
    return;
  }
  const bool foreign =
      !seen_message_ && handler_.OnForeign(flow_, AsBytes(buffered ? head_ : rest()));
  if (buffered && !foreign) {
    ReturnChunk();
  }
  DropHead();
  if (foreign) {
    return BecomeOpaque();
  }
  handler_.OnLost(flow_, start_.offset, 0, false);
  Search();
}

/// What was collected of this chunk goes back to it: a message may begin with its first byte, after
/// a few stray bytes in the packet before.
void MessageParser::ReturnChunk() {
  head_.resize(head_.size() - at_);
  counts_.pending_bytes -= at_;
  at_ = 0;
}

void MessageParser::OverlongHead() {
  if (tentative_) {
    DropHead();
    return Search();
  }
  EndPartialHead(Ending::kEvicted, nullptr);
  handler_.OnLost(flow_, chunk_->offset + at_, 0, false);
  Search();
}

void MessageParser::DropTentativeHead() {
  handler_.OnNoStartAt(flow_, start_.offset, start_.peer_offset);
  DropHead();
  Search();
}

void MessageParser::HoldStart() {
  start_held_ = true;
  handler_.OnStartSeen(flow_, start_);
}

void MessageParser::LetStartGo() {
  if (start_held_) {
    start_held_ = false;
    handler_.OnStartGone(flow_);
  }
}

void MessageParser::DropHead() {
  LetStartGo();
  if (state_ == State::kHead) {
    counts_.pending_bytes -= head_.size();
    counts_.skipped_bytes += head_.size();
    std::string().swap(head_);
  }
}

void MessageParser::EndPartialHead(Ending ending, const Gap* gap) {
  start_held_ = false;
  counts_.pending_bytes -= head_.size();
  const bool taken =
      handler_.OnPartialHead(flow_, start_, line_known_ ? &line_ : nullptr, head_, ending, gap);
  (taken ? counts_.head_bytes : counts_.skipped_bytes) += head_.size();
  seen_message_ |= taken;
  std::string().swap(head_);
  state_ = State::kBetween;
}

void MessageParser::Search() {
  // A packet that was refused is passed over, for a start lies at the first byte of one.
  state_ = State::kSearching;
  Doubt();
}

void MessageParser::SkipChunk() {
  const size_t skipped = rest().size();
  counts_.skipped_bytes += skipped;
  searched_bytes_ += skipped;
  at_ = chunk_->bytes.size();
  if (!seen_message_ && from_start_ && searched_bytes_ > limits::kProbeBytes) {
    state_ = State::kOpaque;
  }
}

}  // namespace trafrec::reassembly
