// The only file of send that knows llhttp.
//
// A head is given to llhttp once it is whole: its fields then lie in one piece, and what came
// behind it is in sight. Heads are judged by the strict grammar; what it refuses is garbage, for a
// reader that guesses where an answer ends would give the next request a wrong one. Bodies go
// through llhttp as they come. It is stopped where trailers begin and where the answer ends.

#include "replay/send/answer_reader.h"

#include <fmt/format.h>
#include <llhttp.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "replay/send/limits.h"

namespace trafrec::send {
namespace {

constexpr std::string_view kBeginning = "HTTP/";
constexpr std::string_view kLineEnd = "\r\n";
/// How an alert of TLS begins.
constexpr std::string_view kTlsRecord = "\x15\x03";

bool IsInterim(int status) { return status >= 100 && status < 200; }

/// RFC 9110, section 6.4.1: whatever its fields say.
bool IsWithoutBody(int status) { return IsInterim(status) || status == 204 || status == 304; }

/// The last one, that ends trailers: llhttp lets it be a bare line feed.
void DropEmptyLine(std::string& trailers) {
  trailers.resize(trailers.size() - (trailers.ends_with(kLineEnd) ? kLineEnd.size() : 1));
}

/// Behind the first empty line, npos if there is none yet. Bare line feeds count: llhttp refuses
/// them then, instead of us waiting for more.
size_t HeadEnd(std::string_view text, size_t from) {
  for (size_t at = text.find('\n', from); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    const std::string_view next = text.substr(at + 1);
    if (next.starts_with('\n')) {
      return at + 2;
    }
    if (next.starts_with(kLineEnd)) {
      return at + 3;
    }
  }
  return std::string_view::npos;
}

}  // namespace

struct Callbacks {
  static AnswerReader& Of(llhttp_t* parser) { return *static_cast<AnswerReader*>(parser->data); }

  static int OnField(llhttp_t* parser, const char* at, size_t size) {
    AnswerReader& reader = Of(parser);
    if (reader.in_trailers_) {
      return 0;
    }
    auto& fields = reader.answer_->fields;
    if (reader.in_value_) {
      reader.in_value_ = false;
      if (reader.fields_ == fields.size()) {
        fields.emplace_back();
      }
      fields[reader.fields_].name.clear();
      fields[reader.fields_].value.clear();
      ++reader.fields_;
    }
    fields[reader.fields_ - 1].name.append(at, size);
    return 0;
  }

  static int OnValue(llhttp_t* parser, const char* at, size_t size) {
    AnswerReader& reader = Of(parser);
    if (!reader.in_trailers_) {
      reader.in_value_ = true;
      reader.answer_->fields[reader.fields_ - 1].value.append(at, size);
    }
    return 0;
  }

  static int OnHeadComplete(llhttp_t* parser) {
    AnswerReader& reader = Of(parser);
    message::Answer& answer = *reader.answer_;
    answer.status = parser->status_code;
    answer.version_minor = parser->http_minor;
    answer.chunked = (parser->flags & F_CHUNKED) != 0;
    reader.in_head_ = false;
    if (parser->http_major != 1) {
      reader.Fail(Failure::kGarbage, fmt::format("it speaks HTTP/{}", parser->http_major));
      return -1;
    }
    if (answer.status == HTTP_STATUS_SWITCHING_PROTOCOLS) {
      reader.Fail(Failure::kGarbage, "it changes the protocol, which was not asked for");
      return -1;
    }
    if (reader.head_only_ || IsWithoutBody(answer.status)) {
      return 1;
    }
    if (parser->content_length > limits::kAnswerBodyBytes) {
      reader.FailTooLarge("body", limits::kAnswerBodyBytes);
      return -1;
    }
    answer.body.reserve(std::min<uint64_t>(parser->content_length, limits::kBelievedBodyBytes));
    return 0;
  }

  static int OnBody(llhttp_t* parser, const char* at, size_t size) {
    AnswerReader& reader = Of(parser);
    std::string& body = reader.answer_->body;
    if (body.size() + size > limits::kAnswerBodyBytes) {
      reader.FailTooLarge("body", limits::kAnswerBodyBytes);
      return -1;
    }
    body.append(at, size);
    return 0;
  }

  static int OnChunkHeader(llhttp_t* parser) {
    Of(parser).in_trailers_ = parser->content_length == 0;
    return parser->content_length == 0 ? HPE_PAUSED : 0;
  }

  static int OnComplete(llhttp_t* parser) {
    AnswerReader& reader = Of(parser);
    reader.complete_ = true;
    reader.keep_alive_ = llhttp_should_keep_alive(parser) != 0;
    return HPE_PAUSED;
  }

  static llhttp_settings_t Settings() {
    llhttp_settings_t settings;
    llhttp_settings_init(&settings);
    settings.on_header_field = OnField;
    settings.on_header_value = OnValue;
    settings.on_headers_complete = OnHeadComplete;
    settings.on_body = OnBody;
    settings.on_chunk_header = OnChunkHeader;
    settings.on_message_complete = OnComplete;
    return settings;
  }
};

namespace {
const llhttp_settings_t kSettings = Callbacks::Settings();
}  // namespace

struct AnswerReader::Parser : llhttp_t {};

AnswerReader::AnswerReader() : parser_(std::make_unique<Parser>()) {}
AnswerReader::~AnswerReader() = default;

void AnswerReader::Begin(bool head_only, message::Answer& answer,
                         std::vector<message::Answer>& interim) {
  head_only_ = head_only;
  answer_ = &answer;
  interim_ = &interim;
  interim.clear();
  ending_ = {};
  surplus_ = 0;
  BeginMessage();
}

void AnswerReader::BeginMessage() {
  llhttp_init(parser_.get(), HTTP_RESPONSE, &kSettings);
  parser_->data = this;
  answer_->status = 0;
  answer_->head.clear();
  answer_->body.clear();
  answer_->trailers.clear();
  in_head_ = true;
  in_trailers_ = false;
  complete_ = false;
  in_value_ = true;
  fields_ = 0;
  keep_alive_ = false;
}

AnswerReader::State AnswerReader::Fail(Failure kind, std::string reason, std::string remedy) {
  ending_ = {kind, std::move(reason), std::move(remedy)};
  return State::kFailed;
}

AnswerReader::State AnswerReader::FailTooLarge(std::string_view what, size_t limit) {
  return Fail(Failure::kTooLarge, fmt::format("its {} is larger than {} bytes", what, limit));
}

AnswerReader::State AnswerReader::FailGarbage(std::string_view bytes) {
  if (ending_.kind != Failure::kNone) {
    return State::kFailed;
  }
  const char* const reason = llhttp_get_error_reason(parser_.get());
  return Fail(Failure::kGarbage, fmt::format("{} ({})", Shown(bytes), reason));
}

AnswerReader::State AnswerReader::Feed(std::string_view bytes) {
  CHECK(answer_ != nullptr);
  return in_head_ ? FeedHead(bytes) : FeedBody(bytes);
}

AnswerReader::State AnswerReader::FeedHead(std::string_view bytes) {
  std::string& head = answer_->head;
  const size_t before = head.size();
  size_t end = std::string_view::npos;
  size_t behind = 0;
  if (before == 0) {
    end = HeadEnd(bytes, 0);
    head.assign(bytes.substr(0, end));
    behind = end == std::string_view::npos ? 0 : bytes.size() - end;
  } else {
    head.append(bytes);
    end = HeadEnd(head, before - std::min<size_t>(before, kLineEnd.size()));
    behind = end == std::string_view::npos ? 0 : head.size() - end;
    head.resize(head.size() - behind);
  }
  if (!std::string_view(head).starts_with(kBeginning.substr(0, head.size()))) {
    return head.starts_with(kTlsRecord)
               ? Fail(Failure::kGarbage, "it speaks TLS", "name it as https://…")
               : Fail(Failure::kGarbage, Shown(head));
  }
  if (head.size() > limits::kAnswerHeadBytes) {
    return FailTooLarge("head", limits::kAnswerHeadBytes);
  }
  return end == std::string_view::npos ? State::kMore
                                       : ReadHead(bytes.substr(bytes.size() - behind));
}

AnswerReader::State AnswerReader::ReadHead(std::string_view rest) {
  const std::string& head = answer_->head;
  const llhttp_errno_t result = llhttp_execute(parser_.get(), head.data(), head.size());
  answer_->fields.resize(fields_);
  if (in_head_ || (result != HPE_OK && !complete_)) {
    return FailGarbage(head);
  }
  for (message::Field& field : answer_->fields) {
    field.value.resize(field.value.find_last_not_of(" \t") + 1);
  }
  if (complete_) {
    return AfterMessage(rest);
  }
  return rest.empty() ? State::kMore : FeedBody(rest);
}

AnswerReader::State AnswerReader::FeedBody(std::string_view bytes) {
  while (true) {
    const bool in_trailers = in_trailers_;
    const llhttp_errno_t result = llhttp_execute(parser_.get(), bytes.data(), bytes.size());
    const bool stopped = result == HPE_PAUSED;
    if (result != HPE_OK && !stopped) {
      return FailGarbage(bytes);
    }
    const size_t used =
        stopped ? static_cast<size_t>(llhttp_get_error_pos(parser_.get()) - bytes.data())
                : bytes.size();
    if (in_trailers) {
      answer_->trailers.append(bytes.substr(0, used));
      if (answer_->trailers.size() > limits::kTrailerBytes) {
        return FailTooLarge("trailer section", limits::kTrailerBytes);
      }
    }
    if (!stopped) {
      return State::kMore;
    }
    bytes.remove_prefix(used);
    if (complete_) {
      if (in_trailers) {
        DropEmptyLine(answer_->trailers);
      }
      return AfterMessage(bytes);
    }
    llhttp_resume(parser_.get());
  }
}

AnswerReader::State AnswerReader::AfterMessage(std::string_view rest) {
  if (!IsInterim(answer_->status)) {
    surplus_ = rest.size();
    return State::kDone;
  }
  if (interim_->size() == limits::kInterimAnswers) {
    return Fail(Failure::kGarbage,
                fmt::format("more than {} interim answers", limits::kInterimAnswers));
  }
  interim_->push_back(*answer_);
  BeginMessage();
  return rest.empty() ? State::kMore : Feed(rest);
}

AnswerReader::State AnswerReader::End() {
  if (in_head_) {
    return Fail(Failure::kCut,
                answer_->head.empty() ? "before the answer" : "in the answer's head");
  }
  const llhttp_errno_t result = llhttp_finish(parser_.get());
  if (complete_ && (result == HPE_OK || result == HPE_PAUSED)) {
    keep_alive_ = false;
    return State::kDone;
  }
  return Fail(Failure::kCut,
              fmt::format("in the answer's body, after {} bytes", answer_->body.size()));
}

}  // namespace trafrec::send
