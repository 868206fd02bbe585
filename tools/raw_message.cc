#include "tools/raw_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "replay/recorded/message_head.h"

namespace trafrec::tools {

std::string HeadOfStoredBody(const store::StoredMessage& message) {
  if (!HasFlag(message.facts.flags, store::Flag::kReencoded)) {
    return message.head;
  }
  std::string head;
  size_t copied = 0;
  for (const recorded::HeaderField& field : recorded::ParseHead(message.head).fields) {
    const auto at = static_cast<size_t>(field.line.data() - message.head.data());
    if (recorded::SameFieldName(field.name, "Content-Encoding")) {
      head += std::string_view(message.head).substr(copied, at - copied);
      copied =
          std::min(message.head.find('\n', at + field.line.size()), message.head.size() - 1) + 1;
    } else if (recorded::SameFieldName(field.name, "Content-Length")) {
      head += std::string_view(message.head).substr(copied, at - copied);
      fmt::format_to(std::back_inserter(head), "{}: {}", field.name, message.body.size());
      copied = at + field.line.size();
    }
  }
  return head + message.head.substr(copied);
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
