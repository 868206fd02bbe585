#include "import/har_message.h"

#include <algorithm>

#include "import/base64_text.h"
#include "import/message_facts.h"

namespace trafrec::import {
namespace {

using store::Flag;
using store::FlagBit;

/// Flags of our own exports which say that the text is only a part of the body.
constexpr store::Flags kPartial = FlagBit(Flag::kRequestTruncated) |
                                  FlagBit(Flag::kResponseTruncated) | FlagBit(Flag::kGapInRequest) |
                                  FlagBit(Flag::kGapInResponse) | FlagBit(Flag::kBodyShed);

std::optional<uint64_t> SizeOf(const JsonValue& value) {
  const std::optional<int64_t> size = value.Integer();
  return size && *size >= 0 ? std::optional(static_cast<uint64_t>(*size)) : std::nullopt;
}

/// Redaction's word for a body that it withheld.
bool IsToken(std::string_view body) {
  constexpr std::string_view kStem = "redacted-";
  return body.starts_with(kStem) && body.size() == kStem.size() + 32;
}

/// The text of a postData or content; "" if there is none.
std::string BodyOf(const JsonValue& content, std::string_view encoding_name, bool& text_lost) {
  const std::string_view text = content["text"].TextOr("");
  if (!SameName(content[encoding_name].TextOr(""), "base64")) {
    return std::string(text);
  }
  std::optional<std::string> bytes = BytesOfBase64(text);
  text_lost |= !bytes;
  return std::move(bytes).value_or("");
}

/// Lengths, and what they say: the body was decoded, it is missing, it is cut.
void Judge(ImportedMessage& message, const std::vector<Field>& fields, store::Side side,
           uint64_t least, std::optional<uint64_t> wire_body, store::Flags known) {
  SetFraming(message, fields, side);
  SetLengths(message, wire_body);
  store::MessageFacts& facts = message.facts;
  const uint64_t stored = message.body.size();
  const uint64_t declared =
      std::max({least, wire_body.value_or(0), facts.declared_bytes.value_or(0)});
  if (HasFlag(known, Flag::kWithheld) && IsToken(message.body)) {
    facts.flags |= FlagBit(Flag::kWithheld);
    facts.body_bytes = wire_body.value_or(stored);
  } else if (message.body.empty() && declared > 0) {
    facts.flags |= FlagBit(Flag::kBodyMissing);
    facts.body_bytes = declared;
  } else if ((known & kPartial) != 0 && declared > stored &&
             (stored == 0 || !IsContentEncoded(fields))) {
    facts.body_bytes = wire_body.value_or(declared);
  } else if ((stored > 0 && IsContentEncoded(fields)) ||
             facts.declared_bytes.value_or(stored) != stored ||
             (side == store::Side::kClient && stored > 0 && wire_body.value_or(stored) != stored)) {
    // Decoded; or the text was in another character set, or was made readable. (A response's size
    // may count its chunks.)
    facts.flags |= FlagBit(Flag::kReencoded);
  }
}

}  // namespace

bool HasLineBreak(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

HarHead HeadOf(const JsonValue& message) {
  HarHead head;
  message["headers"].ForEach([&](const JsonValue& field) {
    const std::string_view name = field["name"].TextOr("");
    const std::string_view value = field["value"].TextOr("");
    if (name.starts_with(':')) {
      head.pseudo = true;
      head.authority = name == ":authority" ? value : head.authority;
      head.path = name == ":path" ? value : head.path;
      return;
    }
    head.broken |= HasLineBreak(name);
    head.fields.push_back({std::string(name), std::string(value)});
  });
  return head;
}

std::string_view HarVersion(const JsonValue& message) {
  const std::string_view text = message["httpVersion"].TextOr("");
  if (SameName(text.substr(0, 5), "HTTP/")) {
    return text.substr(5);
  }
  return SameName(text, "h2") ? "2.0" : SameName(text, "h3") ? "3.0" : std::string_view();
}

ImportedMessage HarRequest(const JsonValue& request, HarHead head, std::string_view target,
                           store::Flags known, bool& text_lost) {
  ImportedMessage message;
  const JsonValue post = request["postData"];
  const std::optional<uint64_t> wire_body = SizeOf(request["bodySize"]);
  message.body = BodyOf(post, "_encoding", text_lost);
  SetVersion(message.facts, HarVersion(request));
  if (head.pseudo && ValueOf(head.fields, "Host") == nullptr && !head.authority.empty()) {
    head.fields.insert(head.fields.begin(), {"Host", head.authority});
  }
  if (head.pseudo && ValueOf(head.fields, "Content-Length") == nullptr && !message.body.empty()) {
    head.fields.push_back({"Content-Length", std::to_string(message.body.size())});
  }
  message.head =
      RequestHead(request["method"].TextOr(""), target, HarVersion(request), head.fields);
  const uint64_t least = message.body.empty() && post["params"].At(0).exists() ? 1 : 0;
  Judge(message, head.fields, store::Side::kClient, least, wire_body, known);
  return message;
}

ImportedMessage HarResponse(const JsonValue& response, std::string_view method, uint16_t status,
                            store::Flags known, bool& text_lost) {
  ImportedMessage message;
  const HarHead head = HeadOf(response);
  const std::string_view version = HarVersion(response);
  SetVersion(message.facts, version);
  message.facts.status = status;
  message.head = ResponseHead(version, status, response["statusText"].TextOr(""), head.fields);
  if (!MayHaveBody(method, status)) {
    // Browsers show the content of their cache with a 304.
    SetLengths(message, 0);
    return message;
  }
  const JsonValue content = response["content"];
  message.body = BodyOf(content, "encoding", text_lost);
  Judge(message, head.fields, store::Side::kServer, SizeOf(content["size"]).value_or(0),
        SizeOf(response["bodySize"]), known);
  return message;
}

}  // namespace trafrec::import
