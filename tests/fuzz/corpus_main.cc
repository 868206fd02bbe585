// Runs a fuzz target without a fuzzer, and with any compiler: each file below the folders given,
// then the same with ends cut off and bytes changed, always in the same way.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/support/random.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

namespace fs = std::filesystem;

constexpr int kCuts = 8;
constexpr int kChanges = 8;

/// In memory of exactly that size, so that a sanitizer sees a read beyond it.
void Run(const std::string& bytes) {
  const std::vector<uint8_t> copy(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(copy.data(), copy.size());
}

void RunVariants(const std::string& bytes) {
  Run(bytes);
  trafrec::test_support::Random random(bytes.size());
  for (int i = 0; i < kCuts && !bytes.empty(); ++i) {
    Run(bytes.substr(0, random.Below(static_cast<uint32_t>(bytes.size()))));
  }
  for (int i = 0; i < kChanges && !bytes.empty(); ++i) {
    std::string changed = bytes;
    changed[random.Below(static_cast<uint32_t>(bytes.size()))] =
        static_cast<char>(random.Below(256));
    Run(changed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<fs::path> inputs;
  for (int i = 1; i < argc; ++i) {
    if (!fs::is_directory(argv[i])) {
      continue;  // a target without findings has no folder
    }
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(argv[i])) {
      if (entry.is_regular_file()) {
        inputs.push_back(entry.path());
      }
    }
  }
  std::sort(inputs.begin(), inputs.end());
  for (const fs::path& input : inputs) {
    std::printf("%s\n", input.c_str());
    std::fflush(stdout);  // the last line names the one that ends us
    std::ifstream file(input, std::ios::binary);
    RunVariants({std::istreambuf_iterator<char>(file), {}});
  }
  return inputs.empty() ? 1 : 0;
}
