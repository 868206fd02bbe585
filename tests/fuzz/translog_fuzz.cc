// Any bytes as a file of a translog, as its checkpoint, as an operation without its checksum, and
// as an index's state with and without its frame. A file is read to an end, from front to back, and
// what is read lies in it; SMILE becomes JSON or nothing.

#include <sstream>

#include "base/check.h"
#include "reconcile/translog/checkpoint.h"
#include "reconcile/translog/generation.h"
#include "reconcile/translog/index_state.h"
#include "reconcile/translog/lz4_block.h"
#include "reconcile/translog/record.h"
#include "reconcile/translog/smile.h"
#include "reconcile/translog/stored_fields.h"
#include "reconcile/translog/stream_input.h"
#include "replay/json/json_tree.h"

namespace trafrec::reconcile {
namespace {

void CheckGeneration(const std::string& input) {
  std::istringstream file(input);
  GenerationReader reader(file, input.size());
  if (!reader.ReadHeader()) {
    return;
  }
  using Step = GenerationReader::Step;
  for (uint64_t before = reader.end();;) {
    const Step step = reader.Next();
    CHECK(reader.begin() == before && reader.end() <= input.size());
    if (step == Step::kEnd || step == Step::kCut) {
      return;
    }
    CHECK(reader.end() > before);
    before = reader.end();
  }
}

void CheckRecord(std::string_view input) {
  RecordTexts texts;
  if (const auto read = ReadRecord(input, texts)) {
    CHECK(read->id.size() + read->source.size() <= input.size());
  }
}

void CheckSmile(std::string_view input) {
  if (const auto json = JsonOfSmile(input)) {
    CHECK(json::Tree::Parse(*json).has_value());
  }
}

/// What is no block is refused; it gives no more than was asked for.
void CheckBlock(std::string_view input) {
  StreamInput bytes(input);
  std::string out;
  if (AppendLz4Block(bytes, input.size(), out)) {
    CHECK(out.size() == input.size());
  }
}

}  // namespace
}  // namespace trafrec::reconcile

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  trafrec::reconcile::CheckGeneration(input);
  trafrec::reconcile::CheckRecord(input);
  trafrec::reconcile::CheckSmile(input);
  static_cast<void>(trafrec::reconcile::ReadCheckpoint(input));
  static_cast<void>(trafrec::reconcile::ReadIndexState(input));
  static_cast<void>(trafrec::reconcile::ReadStoredFields(input, input.size() % 2 == 0));
  trafrec::reconcile::CheckBlock(input);
  return 0;
}
