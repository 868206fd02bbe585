// Any text as the NDJSON of an export.

#include "tests/fuzz/import_run.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  trafrec::fuzz::Import(data, size, trafrec::import::Format::kNdjson);
  return 0;
}
