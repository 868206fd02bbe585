// The part of MessageParser that reads trailers.
//
// They are read line by line, for senders leave out the last line end of a chunked body: a strict
// start line is no trailer, and ends the message before it. At a packet's first byte it begins the
// next message, doubted until it is proved. Within a packet it may as well be what the sender of
// the body meant to hide from others that read it, so the search goes on at the next packet.

#include <algorithm>
#include <utility>

#include "reassembly/http/message_parser.h"
#include "reassembly/http/token.h"
#include "reassembly/limits.h"

namespace trafrec::reassembly {
namespace {

/// "name: value", with both of its line end's bytes (RFC 9112, section 5).
bool IsStrictField(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || !line.ends_with("\r\n")) {
    return false;
  }
  line.remove_suffix(2);
  return std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon),
                     IsTokenByte) &&
         std::none_of(line.begin(), line.end(), [](char c) {
           return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
         });
}

bool IsStrictStart(std::string_view line) {
  const auto start = ParseStartLine(line);
  return start && !start->lenient;
}

}  // namespace

/// So many bytes come next that are trailers in whole lines.
size_t MessageParser::WholeTrailers() {
  const std::string_view bytes = rest();
  size_t size = 0;
  for (;;) {
    const size_t line_end = bytes.find('\n', size);
    if (line_end == std::string_view::npos || bytes[size] == '\r' || bytes[size] == '\n' ||
        trailer_bytes_ + line_end + 1 > limits::kHeadBytes) {
      return size;
    }
    const std::string_view line = bytes.substr(size, line_end + 1 - size);
    if (IsStrictStart(line)) {
      return size;
    }
    lenient_ = lenient_ || !IsStrictField(line);
    size = line_end + 1;
  }
}

/// A line at a time, for the last line end may be missing, and the next message come instead. Those
/// that lie whole in the chunk are kept together.
void MessageParser::StepTrailer() {
  if (!trailer_held_) {
    if (const size_t size = WholeTrailers(); size > 0) {
      return KeepTrailer(size);
    }
  }
  const size_t line_end = rest().find('\n');
  const size_t size = line_end == std::string_view::npos ? rest().size() : line_end + 1;
  if (trailer_bytes_ + (trailer_held_ ? head_.size() : 0) + size > limits::kHeadBytes) {
    at_ += size;
    counts_.trailer_bytes += size;
    EndMessage(Ending::kEvicted);
    handler_.OnLost(flow_, chunk_->offset + at_, 0, false);
    return Search();
  }
  if (!trailer_held_) {
    head_.clear();
    start_ = StartHere();
    start_at_packet_ = at_ == 0 && chunk_->packet_start;
  }
  if (line_end == std::string_view::npos) {
    head_.append(rest());
    counts_.pending_bytes += size;
    at_ += size;
    trailer_held_ = true;
    return;
  }
  const std::string line = head_ + std::string(rest().substr(0, size));
  if (IsStrictStart(line)) {
    return EndAtStart();
  }
  lenient_ |= !IsStrictField(line);
  KeepTrailer(size);
}

/// A start line is no trailer: the message ends before it, without its last line end.
void MessageParser::EndAtStart() {
  const bool held = std::exchange(trailer_held_, false);
  lenient_ = true;
  EndMessage(Ending::kComplete);
  if (!start_at_packet_) {
    handler_.OnLost(flow_, start_.offset, 0, false);
    Search();
    if (held) {
      counts_.pending_bytes -= head_.size();
      counts_.skipped_bytes += head_.size();
      head_.clear();
    }
    return SkipChunk();
  }
  Doubt();
  if (held) {  // its first bytes are in head_
    start_.resynchronised = start_.chained = true;
    tentative_ = line_known_ = folded_ = false;
    scanned_ = 0;
    state_ = State::kHead;
    HoldStart();
  }
}

/// What is held of a trailer, and `more` bytes, are its own.
void MessageParser::KeepTrailer(size_t more) {
  if (trailer_held_) {
    trailer_held_ = false;
    counts_.pending_bytes -= head_.size();
    counts_.trailer_bytes += head_.size();
    trailer_bytes_ += head_.size();
    handler_.OnTrailers(flow_, AsBytes(std::string_view(head_)));
    head_.clear();
  }
  if (more > 0) {
    counts_.trailer_bytes += more;
    trailer_bytes_ += more;
    handler_.OnTrailers(flow_, AsBytes(rest().substr(0, more)));
    at_ += more;
  }
}

}  // namespace trafrec::reassembly
