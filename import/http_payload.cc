#include "import/http_payload.h"

#include <algorithm>

#include "reassembly/http/chunk_decoder.h"

namespace trafrec::import {
namespace {

using reassembly::ChunkDecoder;

/// Chunks one behind the other; what is no chunk any more is where the body was cut.
FramedBody Unchunk(ImportedMessage& message) {
  std::string body;
  ChunkDecoder decoder;
  std::string_view rest = message.body;
  FramedBody result;
  while (!rest.empty() && !decoder.done()) {
    const ChunkDecoder::Run run = decoder.Next(rest);
    const std::string_view bytes = rest.substr(0, run.size);
    if (run.kind == ChunkDecoder::Kind::kBroken) {
      result.cut = true;
      break;
    }
    if (run.kind == ChunkDecoder::Kind::kData) {
      body += bytes;
    } else if (run.kind == ChunkDecoder::Kind::kTrailer) {
      message.trailers += bytes;
    }
    rest.remove_prefix(run.size);
  }
  result.cut |= !decoder.done();
  result.surplus_bytes = decoder.done() ? rest.size() : 0;
  if (decoder.lenient()) {
    message.facts.flags |= FlagBit(store::Flag::kLenient);
  }
  message.body = std::move(body);
  return result;
}

}  // namespace

std::optional<PayloadHead> ReadPayloadHead(std::string_view payload, store::Side side) {
  const size_t line_end = payload.find('\n');
  const std::optional<reassembly::StartLine> line = reassembly::ParseStartLine(
      payload.substr(0, line_end == std::string_view::npos ? payload.size() : line_end + 1));
  if (!line || line->side != side || line->odd) {
    return std::nullopt;
  }
  PayloadHead head;
  head.line = *line;
  bool folded = false;
  const size_t end = line->simple && line_end != std::string_view::npos
                         ? line_end + 1
                         : reassembly::FindHeadEnd(payload, 0, folded);
  head.complete = end != std::string_view::npos;
  ImportedMessage& message = head.message;
  message.head = payload.substr(0, end);
  message.body = head.complete ? payload.substr(end) : std::string_view();
  if (head.complete && !line->simple) {
    const auto strict =
        folded ? std::nullopt : reassembly::ParseFieldsStrictly(*line, message.head);
    head.fields = strict ? *strict : reassembly::ParseFieldsLeniently(*line, message.head);
    head.fields.lenient |= !strict;
  }
  if (line->lenient || head.fields.lenient) {
    message.facts.flags |= FlagBit(store::Flag::kLenient);
  }
  message.facts.version_major = line->version_major;
  message.facts.version_minor = line->version_minor;
  message.facts.status = line->status;
  message.facts.wire_bytes = payload.size();
  return head;
}

FramedBody TakeFraming(PayloadHead& head, store::Side side, bool may_have_body) {
  ImportedMessage& message = head.message;
  store::MessageFacts& facts = message.facts;
  FramedBody result{.cut = !head.complete};
  const bool until_close = side == store::Side::kServer && may_have_body && !head.fields.chunked &&
                           !head.fields.content_length;
  if (may_have_body && head.fields.chunked) {
    facts.framing = store::Framing::kChunked;
    result = Unchunk(message);
  } else if (may_have_body && head.fields.content_length) {
    facts.framing = store::Framing::kContentLength;
    facts.declared_bytes = head.fields.content_length;
    const uint64_t declared = *head.fields.content_length;
    result.cut |= message.body.size() < declared;
    result.surplus_bytes = message.body.size() - std::min<uint64_t>(message.body.size(), declared);
  } else if (until_close) {
    facts.framing = store::Framing::kUntilClose;
  } else {
    result.surplus_bytes = message.body.size();
  }
  if (!head.fields.chunked || !may_have_body) {
    message.body.resize(message.body.size() - result.surplus_bytes);
  }
  facts.wire_bytes -= result.surplus_bytes;
  facts.body_bytes = facts.body_stored_bytes = message.body.size();
  return result;
}

}  // namespace trafrec::import
