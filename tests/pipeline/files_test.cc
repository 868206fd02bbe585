#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "capture/packet_source.h"
#include "tests/pipeline/trial.h"
#include "tests/support/capture_files.h"
#include "tests/support/temporary_folder.h"

namespace trafrec::pipeline {
namespace {

constexpr size_t kParts = 3;

/// The packets in the order of time, cut into parts as a rotating capture does, a file a link type.
std::vector<std::string> WriteParts(const Trial& trial, const std::filesystem::path& folder) {
  std::map<std::pair<size_t, uint16_t>, std::vector<test_support::RawPacket>> files;
  for (size_t i = 0; i < trial.packets.size(); ++i) {
    const WirePacket& packet = trial.packets[i];
    files[{i * kParts / trial.packets.size(), packet.link_type}].push_back(
        {packet.at, packet.bytes});
  }
  std::vector<std::string> paths;
  for (const auto& [key, packets] : files) {
    paths.push_back(folder / (std::to_string(key.first) + "-" + std::to_string(key.second)));
    test_support::PcapWriter(paths.back(), {.link_type = key.second}).Write(packets);
  }
  return paths;
}

TEST(Lossless, SplitOverSeveralFilesChangesNoExchange) {
  const test_support::TemporaryFolder folder;
  const Trial trial = MakeTrial(6);
  ASSERT_FALSE(trial.loss);
  auto source = capture::OpenFiles(WriteParts(trial, folder.path()), {});
  ASSERT_TRUE(source);
  const Verdict verdict = RunTrial(trial, [&](reassembly::Reassembler& reassembler) {
    capture::PacketBatch batch;
    while ((*source)->Next(batch).value_or(false)) {
      for (const reassembly::Packet& packet : batch.packets) {
        reassembler.OnPacket(packet);
      }
    }
  });
  EXPECT_EQ(verdict.Text(), "");
}

}  // namespace
}  // namespace trafrec::pipeline
