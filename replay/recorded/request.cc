#include "replay/recorded/request.h"

#include <algorithm>

#include "replay/recorded/head_content.h"
#include "replay/recorded/message_head.h"

namespace trafrec::recorded {
namespace {

/// How redaction's tokens begin (docs/privacy.md): nobody but the recorder knows what they stand
/// for.
constexpr std::string_view kToken = "redacted-";

bool HoldsToken(std::string_view name, std::string_view value) {
  return value.find(kToken) != std::string_view::npos &&
         (SameFieldName(name, "Authorization") || SameFieldName(name, "Proxy-Authorization") ||
          SameFieldName(name, "Cookie") || value.starts_with(kToken));
}

}  // namespace

bool IsWhole(const store::StoredMessage& message) {
  using store::Flag;
  constexpr store::Flags kCut =
      FlagBit(Flag::kRequestTruncated) | FlagBit(Flag::kResponseTruncated) |
      FlagBit(Flag::kGapInRequest) | FlagBit(Flag::kGapInResponse) | FlagBit(Flag::kEvicted) |
      FlagBit(Flag::kWithheld) | FlagBit(Flag::kSnaplenCut) | FlagBit(Flag::kBodyShed) |
      FlagBit(Flag::kOpen) | FlagBit(Flag::kBodyMissing) | FlagBit(Flag::kBodyRefused);
  return (message.facts.flags & kCut) == 0 && message.facts.gaps.empty() &&
         message.body.size() == message.facts.body_bytes;
}

size_t UnbrokenBytes(const store::StoredMessage& message) {
  using store::Flag;
  constexpr store::Flags kOtherwise = FlagBit(Flag::kWithheld) | FlagBit(Flag::kReencoded) |
                                      FlagBit(Flag::kBodyShed) | FlagBit(Flag::kBodyMissing);
  if ((message.facts.flags & kOtherwise) != 0) {
    return 0;
  }
  size_t unbroken = message.body.size();
  for (const store::MessageGap& gap : message.facts.gaps) {
    unbroken = std::min<size_t>(unbroken, gap.body_offset);  // 0 of other parts than the body
  }
  return unbroken;
}

std::optional<RecordedRequest> RequestOf(const store::StoredMessage& message, size_t bytes_max) {
  const MessageHead head = ParseHead(message.head);
  const size_t method = head.start_line.find(' ');
  const size_t target = head.start_line.rfind(' ');
  if (method == std::string_view::npos || method == target) {
    return std::nullopt;
  }
  RecordedRequest recorded;
  message::Request& request = recorded.request;
  request.method = head.start_line.substr(0, method);
  request.target = head.start_line.substr(method + 1, target - method - 1);
  request.chunked = message.facts.framing == store::Framing::kChunked;

  Content content = DecodeContent(message, head, bytes_max);
  const bool has_codings = !content.encodings.empty() && content.trouble.empty();
  const bool stored_decoded = has_codings && HasFlag(message.facts.flags, store::Flag::kReencoded);
  request.decoded = has_codings && !stored_decoded && !message.body.empty();
  recorded.trouble = std::move(content.trouble);
  if (!recorded.trouble.empty()) {
    content.bytes = message.body;  // goes with its Content-Encoding, as it went
  }
  if (request.decoded) {
    recorded.coding = std::move(content.encodings);
    recorded.coded_body = message.body;
  }
  request.body = std::move(content.bytes);
  request.fields.reserve(head.fields.size() + 1);  // a run adds its mark
  for (const HeaderField& field : head.fields) {
    // Nobody knows how a body that the log has without its coding was encoded: it goes without.
    if (!field.value || (stored_decoded && SameFieldName(field.name, "Content-Encoding"))) {
      continue;
    }
    if (HoldsToken(field.name, *field.value)) {
      recorded.withheld.emplace_back(field.name);
      continue;
    }
    request.fields.push_back({std::string(field.name), std::string(*field.value)});
  }
  for (const HeaderField& field : ParseFields(message.trailers)) {
    if (field.value) {
      request.trailers.push_back({std::string(field.name), std::string(*field.value)});
    }
  }
  return recorded;
}

}  // namespace trafrec::recorded
