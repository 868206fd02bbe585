// Any bytes as a request that is edited: "METHOD target\n" and its body. Rules for the move between
// products make JSON of JSON, and jq gives back each byte of what it passes on.

#include <algorithm>

#include "base/check.h"
#include "replay/edit/transform/transforms.h"
#include "replay/jq/jq_program.h"
#include "replay/json/json_tree.h"

namespace {

using trafrec::json::Tree;

void CheckTransform(std::string_view method, std::string_view target, std::string_view body) {
  trafrec::message::Request request{.method = std::string(method),
                                    .target = std::string(target),
                                    .fields = {},
                                    .body = {},
                                    .trailers = {}};
  const auto outcome = trafrec::transform::FindTransform("es-to-opensearch")->Apply(request, body);
  CHECK(outcome.target == (request.target != target));
  if (outcome.body && Tree::Parse(body)) {
    CHECK(Tree::Parse(*outcome.body).has_value());
  }
}

void CheckJq(std::string_view text) {
  using trafrec::jq::Outcome;
  static auto program = trafrec::jq::Program::Compile("[.]").value();
  const Outcome outcome = program.Run(text);
  if (outcome.kind == Outcome::Kind::kFailed) {
    return;
  }
  const Tree tree = Tree::Parse(text).value();
  CHECK(outcome.kind == Outcome::Kind::kChanged);
  CHECK(outcome.text == "[" + std::string(tree.TextOf(Tree::kRoot)) + "]");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t line = std::min(input.find('\n'), input.size());
  const std::string_view body = input.substr(std::min(line + 1, size));
  const std::string_view first = input.substr(0, line);
  const size_t blank = std::min(first.find(' '), first.size());
  CheckTransform(first.substr(0, blank), first.substr(std::min(blank + 1, first.size())), body);
  CheckJq(body);
  return 0;
}
