// Any bytes as a .gor file, with both kinds of responses.

#include "tests/fuzz/import_run.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace trafrec;
  fuzz::Import(data, size, import::Format::kGor);
  fuzz::Import(data, size, import::Format::kGor, import::GorResponses::kReplayed);
  return 0;
}
