// Any bytes as what comes for a request: a byte of choices, then the bytes. However they are cut
// into pieces, the answer, or what is wrong, is the same.

#include <algorithm>

#include "base/check.h"
#include "replay/send/answer_reader.h"

namespace trafrec::send {
namespace {

struct Read {
  AnswerReader::State state = AnswerReader::State::kMore;
  message::Answer answer;
  std::vector<message::Answer> interim;
  Failure kind = Failure::kNone;
  bool keep_alive = false;
};

Read ReadInPieces(std::string_view bytes, bool head_only, bool ends, size_t piece) {
  Read read;
  AnswerReader reader;
  reader.Begin(head_only, read.answer, read.interim);
  while (!bytes.empty() && read.state == AnswerReader::State::kMore) {
    const size_t size = std::min(piece, bytes.size());
    read.state = reader.Feed(bytes.substr(0, size));
    bytes.remove_prefix(size);
    CHECK(reader.surplus() <= size);
  }
  if (ends && read.state == AnswerReader::State::kMore) {
    read.state = reader.End();
    CHECK(read.state != AnswerReader::State::kMore);
  }
  read.kind = reader.ending().kind;
  read.keep_alive = reader.keep_alive();
  CHECK((read.state == AnswerReader::State::kFailed) == (read.kind != Failure::kNone));
  return read;
}

void CheckSame(const message::Answer& a, const message::Answer& b) {
  CHECK(a.status == b.status && a.head == b.head && a.fields == b.fields && a.body == b.body &&
        a.trailers == b.trailers && a.chunked == b.chunked && a.version_minor == b.version_minor);
}

}  // namespace
}  // namespace trafrec::send

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trafrec::send;
  if (size == 0) {
    return 0;
  }
  const bool head_only = (data[0] & 1) != 0;
  const bool ends = (data[0] & 2) != 0;
  const size_t piece = size_t{1} + (data[0] >> 2);
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const Read whole = ReadInPieces(bytes, head_only, ends, size);
  const Read cut = ReadInPieces(bytes, head_only, ends, piece);
  CHECK(whole.state == cut.state && whole.kind == cut.kind);
  if (whole.state == AnswerReader::State::kDone) {
    CHECK(whole.keep_alive == cut.keep_alive && whole.interim.size() == cut.interim.size());
    CheckSame(whole.answer, cut.answer);
    for (size_t i = 0; i < whole.interim.size(); ++i) {
      CheckSame(whole.interim[i], cut.interim[i]);
    }
  }
  return 0;
}
