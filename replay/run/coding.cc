#include "replay/run/coding.h"

#include <utility>

#include "replay/run/limits.h"
#include "store/codec/content_decoder.h"
#include "store/codec/content_encoder.h"

namespace trafrec::replay {

message::Answer WithoutCoding(message::Answer answer) {
  const message::Field* coding = message::FindField(answer.fields, "Content-Encoding");
  if (coding == nullptr || answer.body.empty()) {
    return answer;
  }
  auto decoded =
      store::codec::DecodeContent(coding->value, AsBytes(answer.body), limits::kAnswerBytes);
  if (decoded && decoded->complete) {
    answer.body = std::move(decoded->bytes);
    message::RemoveField(answer.fields, "Content-Encoding");
  }
  return answer;
}

LentReply::LentReply(send::Sent& sent)
    : sent_(sent),
      reply_{.answer = {}, .sent = sent.sent, .failure = sent.failure, .at = sent.timing.wall} {
  if (!sent.answered) {
    return;
  }
  if (message::FindField(sent.answer.fields, "Content-Encoding") == nullptr) {
    lent_ = true;
    reply_.answer = std::move(sent.answer);
  } else {
    reply_.answer = WithoutCoding(sent.answer);
  }
}

LentReply::~LentReply() {
  if (lent_) {
    sent_.answer = std::move(*reply_.answer);
  }
}

void RestoreCoding(const plan::PlannedExchange& plan, message::Request& request) {
  if (!std::exchange(request.decoded, false)) {
    return;
  }
  const std::string codings = message::ContentCodings(request.fields);
  if (codings.empty()) {
    return;  // an edit took the field out: it goes without
  }
  if (!plan.coded_body.empty() && codings == plan.coding && request.body == plan.request.body) {
    request.body = plan.coded_body;
  } else if (auto coded = store::codec::EncodeContent(codings, AsBytes(request.body))) {
    request.body = std::move(*coded);
  } else {  // one that we only read: it goes without, as it stands now
    message::RemoveField(request.fields, "Content-Encoding");
  }
}

}  // namespace trafrec::replay
