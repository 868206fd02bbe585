#include "replay/edit/content.h"

#include <utility>

#include "replay/edit/limits.h"
#include "store/codec/content_decoder.h"
#include "store/codec/content_encoder.h"

namespace trafrec::edit {

Status Content::Decode() {
  if (request_.decoded || decoded_) {
    return {};
  }
  std::string encodings = message::ContentCodings(request_.fields);
  if (encodings.empty()) {
    return {};
  }
  TRY_ASSIGN(store::codec::DecodedContent content,
             store::codec::DecodeContent(encodings, AsBytes(request_.body), limits::kContentBytes));
  if (!content.complete) {
    return Fail(ErrorCode::kCorrupt, content.trouble);
  }
  decoded_ = std::move(content.bytes);
  decoded_from_ = std::move(encodings);
  return {};
}

Result<std::string_view> Content::Get() {
  TRY(Decode());
  return decoded_ ? *decoded_ : std::string_view(request_.body);
}

void Content::Set(std::string bytes) {
  changed_ = true;
  if (decoded_) {
    decoded_ = std::move(bytes);
  } else {
    request_.body = std::move(bytes);
  }
}

Status Content::Finish() {
  if (!changed_ || !decoded_) {
    return {};
  }
  TRY_ASSIGN(request_.body, store::codec::EncodeContent(decoded_from_, AsBytes(*decoded_)));
  return {};
}

}  // namespace trafrec::edit
