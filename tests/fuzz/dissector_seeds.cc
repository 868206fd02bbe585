#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/fuzz/dissector_input.h"
#include "tests/reassembly/dissection/packet_samples.h"

// Writes the first inputs of dissector_fuzz into a folder: a packet of each wrapping.

int main(int argc, char** argv) {
  using trafrec::reassembly::kFuzzedLinkTypes;
  if (argc != 2) {
    return 2;
  }
  std::filesystem::create_directories(argv[1]);
  int number = 0;
  for (const auto& sample : trafrec::reassembly::PacketSamples()) {
    const auto* link_type =
        std::find(std::begin(kFuzzedLinkTypes), std::end(kFuzzedLinkTypes), sample.link_type);
    const size_t size = std::min<size_t>(sample.bytes.size(), 255);
    const std::string header = {static_cast<char>(link_type - std::begin(kFuzzedLinkTypes)), 1,
                                static_cast<char>((size + 3) / 4), 0};
    std::ofstream file(std::filesystem::path(argv[1]) / ("wrapping-" + std::to_string(number++)),
                       std::ios::binary);
    file << header << std::string(sample.bytes.begin(), sample.bytes.end());
    file << std::string((4 - size % 4) % 4, '\0');
    if (!file) {
      return 1;
    }
  }
  return 0;
}
