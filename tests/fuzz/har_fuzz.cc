// Any text as a HAR file.

#include "tests/fuzz/import_run.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  trafrec::fuzz::Import(data, size, trafrec::import::Format::kHar);
  return 0;
}
