#include "import/message_facts.h"

#include <algorithm>

namespace trafrec::import {
namespace {

bool IsChunked(std::string_view codings) {
  const size_t comma = codings.rfind(',');
  std::string_view last = comma == std::string_view::npos ? codings : codings.substr(comma + 1);
  while (last.starts_with(' ')) {
    last.remove_prefix(1);
  }
  return SameName(last, "chunked");
}

}  // namespace

void SetFraming(ImportedMessage& message, const std::vector<Field>& fields, store::Side side) {
  store::MessageFacts& facts = message.facts;
  const std::string* const codings = ValueOf(fields, "Transfer-Encoding");
  const std::string* const length = ValueOf(fields, "Content-Length");
  const std::optional<uint64_t> declared = length != nullptr ? DecimalOf(*length) : std::nullopt;
  if (codings != nullptr && IsChunked(*codings)) {
    facts.framing = store::Framing::kChunked;
  } else if (declared) {
    facts.framing = store::Framing::kContentLength;
    facts.declared_bytes = declared;
  } else if (side == store::Side::kServer && !message.body.empty()) {
    facts.framing = store::Framing::kUntilClose;
  }
}

void SetLengths(ImportedMessage& message, std::optional<uint64_t> wire_body) {
  store::MessageFacts& facts = message.facts;
  facts.body_bytes = facts.body_stored_bytes = message.body.size();
  facts.wire_bytes = message.head.size() + wire_body.value_or(message.body.size());
}

void SetTimes(ImportedMessage& message, TimeNs first, TimeNs last) {
  message.facts.first_byte_at = first;
  message.facts.last_byte_at = message.facts.last_copy_at = std::max(first, last);
}

bool MayHaveBody(std::string_view method, uint16_t status) {
  const bool tunnel = method == "CONNECT" && status >= 200 && status < 300;
  return method != "HEAD" && status >= 200 && status != 204 && status != 304 && !tunnel;
}

void SetVersion(store::MessageFacts& facts, std::string_view version) {
  const size_t dot = version.find('.');
  const auto major = DecimalOf(version.substr(0, dot));
  const auto minor = dot == std::string_view::npos ? std::optional<uint64_t>(0)
                                                   : DecimalOf(version.substr(dot + 1));
  if (major && minor && *major < 10 && *minor < 10) {
    facts.version_major = static_cast<uint8_t>(*major);
    facts.version_minor = static_cast<uint8_t>(*minor);
  }
}

}  // namespace trafrec::import
