// Any bytes as a request and its answer: "METHOD target\n", the request's body, a NUL, the answer's
// body. Whatever they are, they mean something: each operation has one outcome, a bulk's lines lie
// in its body in order, and two keys meet in both directions.

#include <algorithm>

#include "base/check.h"
#include "replay/dialect/dialect.h"
#include "replay/dialect/recognizer.h"
#include "replay/dialect/target.h"

namespace trafrec::dialect {
namespace {

void CheckLines(const Meaning& meaning, std::string_view body) {
  size_t end = 0;
  for (const Operation& operation : meaning.operations) {
    for (const ByteRange& range : {operation.action, operation.source}) {
      if (range.length > 0) {
        CHECK(range.offset >= end);
        end = range.offset + range.length;
        CHECK(end <= body.size());
      }
    }
  }
}

void CheckKeys(const Meaning& meaning) {
  for (size_t i = 1; i < std::min<size_t>(meaning.operations.size(), 16); ++i) {
    for (const Key& a : meaning.operations[i - 1].keys) {
      for (const Key& b : meaning.operations[i].keys) {
        CHECK(Meet(a, b) == Meet(b, a));
      }
    }
  }
}

void Check(const Dialect& dialect, const RequestView& request, std::string_view answer_body) {
  const Meaning meaning = dialect.Understand(request);
  CheckLines(meaning, request.body);
  CheckKeys(meaning);
  for (const int status : {0, 200, 404}) {
    const Answer answer = dialect.ReadAnswer(meaning, {status, {}, answer_body});
    CHECK(answer.outcomes.size() == meaning.operations.size());
  }
}

}  // namespace
}  // namespace trafrec::dialect

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trafrec::dialect;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t line = std::min(input.find('\n'), input.size());
  const std::string_view rest = input.substr(std::min(line + 1, size));
  const size_t body = std::min(rest.find('\0'), rest.size());
  const std::string_view first = input.substr(0, line);
  const size_t blank = std::min(first.find(' '), first.size());
  const RequestView request{first.substr(0, blank),
                            first.substr(std::min(blank + 1, first.size())),
                            {},
                            rest.substr(0, body)};
  const std::string_view answer_body = rest.substr(std::min(body + 1, rest.size()));
  Check(SearchDialect(), request, answer_body);
  Check(HttpDialect(), request, answer_body);
  const std::string normal = NormalTarget(request.target);
  CHECK(!normal.starts_with('/') || NormalTarget(normal) == normal);
  const AnswerView answer{200, {}, answer_body};
  Recognizer recognizer;
  recognizer.Look(request, &answer);
  CHECK(FindDialect(recognizer.Best().name()) == &recognizer.Best());
  return 0;
}
