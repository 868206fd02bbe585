#include "reassembly/redaction/redactor.h"

#include <utility>

#include "base/ascii.h"
#include "reassembly/redaction/limits.h"
#include "store/codec/content_decoder.h"

namespace trafrec::reassembly {
namespace {

constexpr std::string_view kBlanks = " \t\r";

/// The content codings of a body, over all fields of that name; "" if it has none.
std::string EncodingsOf(std::string_view head) {
  std::string encodings;
  while (true) {
    const size_t end = head.find('\n');
    if (end == std::string_view::npos) {
      return encodings;
    }
    head.remove_prefix(end + 1);
    const std::string_view line = head.substr(0, head.find('\n'));
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos ||
        LowerCase(Trimmed(line.substr(0, colon), kBlanks)) != "content-encoding") {
      continue;
    }
    const std::string_view value = Trimmed(line.substr(colon + 1), kBlanks);
    if (!value.empty() && LowerCase(value) != "identity") {
      encodings += encodings.empty() ? "" : ",";
      encodings += value;
    }
  }
}

}  // namespace

Redactor::Redactor(std::shared_ptr<const Redaction> redaction)
    : redaction_(std::move(redaction)),
      tokens_(redaction_->key.bytes()),
      heads_(redaction_->rules, tokens_),
      json_(redaction_->rules.pointers, tokens_) {}

std::string_view Redactor::Target(std::string_view text) {
  if (text.starts_with('/') && redaction_->rules.queries.empty()) {
    return text;
  }
  out_.clear();
  return heads_.urls().Append(text, out_) ? std::string_view(out_) : text;
}

std::string_view Redactor::Host(std::string_view text) {
  if (text.find('@') == std::string_view::npos) {
    return text;
  }
  out_.clear();
  return heads_.urls().AppendHost(text, out_) ? std::string_view(out_) : text;
}

Redactor::Body Redactor::RedactBody(std::string_view head, std::string& body) {
  const std::string encodings = EncodingsOf(head);
  std::string decoded;
  if (!encodings.empty()) {
    auto content =
        store::codec::DecodeContent(encodings, AsBytes(body), limits::kRedactedBodyBytes);
    if (!content || !content->complete) {
      return Withhold(body);
    }
    decoded = std::move(content->bytes);
  }
  switch (json_.Redact(encodings.empty() ? body : decoded, out_)) {
    case JsonRedactor::Outcome::kUnreadable:
      return Withhold(body);
    case JsonRedactor::Outcome::kChanged:
      body.swap(out_);
      return Body::kReencoded;
    case JsonRedactor::Outcome::kUnchanged:
      break;
  }
  if (encodings.empty()) {
    return Body::kAsSent;
  }
  body.swap(decoded);
  return Body::kReencoded;
}

Redactor::Body Redactor::Withhold(std::string& body) {
  body = std::string(tokens_.TextFor(body));
  return Body::kWithheld;
}

}  // namespace trafrec::reassembly
