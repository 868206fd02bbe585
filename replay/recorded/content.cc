#include "replay/recorded/content.h"

#include "replay/recorded/head_content.h"

#include "store/codec/content_decoder.h"

namespace trafrec::recorded {
namespace {

/// The codings in the order in which they were put on, over all fields of that name.
std::string EncodingsOf(const std::vector<HeaderField>& fields) {
  std::string encodings;
  for (const HeaderField& field : fields) {
    if (field.value && !field.value->empty() && SameFieldName(field.name, "Content-Encoding") &&
        !SameFieldName(*field.value, "identity")) {
      encodings += encodings.empty() ? "" : ", ";
      encodings += *field.value;
    }
  }
  return encodings;
}

}  // namespace

Content DecodeContent(const store::StoredMessage& message, size_t bytes_max) {
  return DecodeContent(message, ParseHead(message.head), bytes_max);
}

Content DecodeContent(const store::StoredMessage& message, const MessageHead& head,
                      size_t bytes_max) {
  Content content;
  content.media_type = FieldValue(head.fields, "Content-Type");
  content.encodings = EncodingsOf(head.fields);
  if (content.encodings.empty() || message.body.empty() ||
      HasFlag(message.facts.flags, store::Flag::kReencoded) ||
      HasFlag(message.facts.flags, store::Flag::kWithheld)) {
    content.bytes = message.body;
    return content;
  }
  Result<store::codec::DecodedContent> decoded =
      store::codec::DecodeContent(content.encodings, AsBytes(message.body), bytes_max);
  if (!decoded) {
    content.bytes = message.body;
    content.trouble = "the body is shown as stored: " + decoded.error().what;
  } else if (decoded->bytes.empty() && !decoded->complete) {
    content.bytes = message.body;
    content.trouble = "the body is shown as stored: " + decoded->trouble;
  } else {
    content.bytes = std::move(decoded->bytes);
    content.trouble = decoded->complete ? "" : "only a part could be decoded: " + decoded->trouble;
  }
  return content;
}

}  // namespace trafrec::recorded
