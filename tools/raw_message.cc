#include "tools/raw_message.h"

#include <fmt/format.h>

#include <iterator>

#include "replay/recorded/message_head.h"

namespace trafrec::tools {

std::string HeadOfStoredBody(const store::StoredMessage& message) {
  return HasFlag(message.facts.flags, store::Flag::kReencoded)
             ? recorded::HeadForBody(message.head, message.body.size())
             : message.head;
}

std::string ReframedMessage(const store::StoredMessage& message) {
  std::string out = HeadOfStoredBody(message);
  if (message.facts.framing != store::Framing::kChunked) {
    return out + message.body;
  }
  if (!message.body.empty()) {
    fmt::format_to(std::back_inserter(out), "{:x}\r\n", message.body.size());
    out += message.body;
    out += "\r\n";
  }
  out += "0\r\n";
  out += message.trailers;
  if (!message.trailers.empty() && !message.trailers.ends_with('\n')) {
    out += "\r\n";
  }
  return out + "\r\n";
}

}  // namespace trafrec::tools
