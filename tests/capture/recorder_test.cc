#include "capture/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <optional>
#include <semaphore>

#include "tests/capture/capture_bytes.h"
#include "tests/capture/fake_source.h"
#include "tests/capture/recording.h"
#include "tests/support/capture_files.h"

namespace trafrec::capture {
namespace {

using store::LossCause;
using test_support::RawPacket;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::unique_ptr<PacketSource> Files(const std::vector<std::string>& paths) {
  auto source = OpenFiles(paths, {});
  EXPECT_TRUE(source) << source.error().what;
  return std::move(*source);
}

std::string WriteCapture(const TemporaryFolder& folder, const std::string& name,
                         const std::vector<RawPacket>& packets) {
  const std::string path = (folder / name).string();
  test_support::PcapWriter(path).Write(packets);
  return path;
}

/// A step of a fake source that gives these packets.
FakeSource::Step Give(std::vector<RawPacket> raw) {
  return [raw = std::move(raw)](FakeSource&, PacketBatch& batch) -> Result<bool> {
    for (const RawPacket& packet : raw) {
      batch.packets.push_back(test_support::AsPacket(packet));
      batch.bytes += packet.bytes.size();
    }
    return true;
  };
}

TEST(Recorder, StoresEveryExchangeOfAFile) {
  const TemporaryFolder folder;
  const std::string file = WriteCapture(folder, "a.pcap", Conversations(10, 20));
  const RecorderSummary summary = Record(folder / "log", Files({file}));
  EXPECT_EQ(summary.log.exchanges, 200U);
}

TEST(Recorder, SumsHold) {
  const TemporaryFolder folder;
  const std::string file = WriteCapture(folder, "a.pcap", Conversations(10, 20));
  const RecorderSummary summary = Record(folder / "log", Files({file}));
  EXPECT_THAT(summary.broken_sums, ElementsAre());
}

class Determinism : public testing::TestWithParam<RecordingOptions> {};

TEST_P(Determinism, RecordsDoNotDependOnQueuesAndThreads) {
  const TemporaryFolder folder;
  const std::string file = WriteCapture(folder, "a.pcap", Conversations(20, 50));
  Record(folder / "expected", Files({file}));
  Record(folder / "log", Files({file}), GetParam());
  EXPECT_EQ(Listing(folder / "log"), Listing(folder / "expected"));
}

INSTANTIATE_TEST_SUITE_P(
    Options, Determinism,
    testing::Values(RecordingOptions{}, RecordingOptions{.ring_batches_max = 1},
                    RecordingOptions{.ring_bytes_max = 1},
                    RecordingOptions{.compression_threads = 1},
                    RecordingOptions{.compression_threads = 4},
                    RecordingOptions{.ring_batches_max = 1, .queue_bytes_max = 1}));

TEST(Recorder, FilesMergedGiveWhatOneFileGives) {
  const TemporaryFolder folder;
  const std::vector<RawPacket> all = Conversations(20, 20);
  std::vector<RawPacket> odd;
  std::vector<RawPacket> even;
  for (size_t i = 0; i < all.size(); ++i) {
    (i % 2 == 0 ? even : odd).push_back(all[i]);
  }
  Record(folder / "expected", Files({WriteCapture(folder, "all", all)}));
  Record(folder / "log",
         Files({WriteCapture(folder, "even", even), WriteCapture(folder, "odd", odd)}));
  EXPECT_EQ(Listing(folder / "log"), Listing(folder / "expected"));
}

TEST(Recorder, CompressedFileGivesWhatThePlainOneGives) {
  const TemporaryFolder folder;
  const std::string file = WriteCapture(folder, "a.pcap", Conversations(5, 20));
  std::ifstream plain(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(plain), {}};
  Record(folder / "expected", Files({file}));
  Record(folder / "log", Files({folder.Write("a.zst", Zstd(bytes))}));
  EXPECT_EQ(Listing(folder / "log"), Listing(folder / "expected"));
}

TEST(Recorder, EmptyCaptureMakesASealedLog) {
  const TemporaryFolder folder;
  const RecorderSummary summary =
      Record(folder / "log", Files({WriteCapture(folder, "a.pcap", {})}));
  EXPECT_EQ(summary.first_packet_at, 0);
  const std::vector<store::AttemptInfo> attempts = Attempts(folder / "log");
  ASSERT_THAT(attempts, SizeIs(1));
  EXPECT_TRUE(attempts[0].finished);
}

TEST(Recorder, CutFileIsAWarningAndALoss) {
  const TemporaryFolder folder;
  const std::string file = WriteCapture(folder, "a.pcap", Conversations(1, 3));
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
  const RecorderSummary summary = Record(folder / "log", Files({file}));
  EXPECT_THAT(summary.warnings, ElementsAre(HasSubstr("is cut")));
  EXPECT_THAT(Losses(folder / "log", LossCause::kCutFile), SizeIs(1));
}

TEST(Recorder, LiveStopDrainsWhatWasCaptured) {
  const TemporaryFolder folder;
  auto source = std::make_unique<FakeSource>(
      true, std::vector<FakeSource::Step>{Give(Conversations(10, 20)),
                                          FakeSource::Do([](FakeSource& self) { self.Stop(); })});
  const RecorderSummary summary = Record(folder / "log", std::move(source));
  EXPECT_EQ(summary.log.exchanges, 200U);
}

TEST(Recorder, LiveRingDropsAreCountedAndInTheLog) {
  const TemporaryFolder folder;
  const std::vector<RawPacket> packets = Conversations(1, 3);
  std::binary_semaphore all_given(0);
  auto source = std::make_unique<FakeSource>(
      true,
      std::vector<FakeSource::Step>{Give(packets), Give(packets), Give(packets),
                                    FakeSource::Do([&](FakeSource&) { all_given.release(); })});
  // Reassembly begins only when the source has given everything: two of the batches find no room.
  const RecorderSummary summary = Record(folder / "log", std::move(source), {.ring_batches_max = 1},
                                         [&] { all_given.acquire(); });
  EXPECT_EQ(Value(summary.counters, "capture.ring_dropped_packets"), 2 * packets.size());
  EXPECT_EQ(Value(summary.counters, "packets.received"), packets.size());
  const auto losses = Losses(folder / "log", LossCause::kRingDrop);
  ASSERT_THAT(losses, SizeIs(1));
  EXPECT_EQ(losses[0].packets, 2 * packets.size());
}

TEST(Recorder, KernelDropsAreALossRow) {
  const TemporaryFolder folder;
  auto source = std::make_unique<FakeSource>(
      true,
      std::vector<FakeSource::Step>{Give(Conversations(1, 1)), FakeSource::Do([](FakeSource& self) {
                                      self.dropped = {.kernel = 7, .interface = 0};
                                    })});
  Record(folder / "log", std::move(source));
  const auto losses = Losses(folder / "log", LossCause::kKernelDrop);
  ASSERT_THAT(losses, SizeIs(1));
  EXPECT_EQ(losses[0].packets, 7U);
}

TEST(Recorder, FailingSourceLeavesASealedLogAndItsError) {
  const TemporaryFolder folder;
  auto source = std::make_unique<FakeSource>(
      true, std::vector<FakeSource::Step>{Give(Conversations(2, 5)), FakeSource::FailWith("gone")});
  const RecorderSummary summary = Record(folder / "log", std::move(source));
  ASSERT_TRUE(summary.source_error);
  EXPECT_EQ(summary.source_error->what, "gone");
  EXPECT_EQ(summary.log.exchanges, 10U);
}

uint64_t Total(const LagCounts& lags) {
  return std::accumulate(lags.counts.begin(), lags.counts.end(), uint64_t{0});
}

TEST(Recorder, TheLastLookHasTheWholeAccount) {
  const TemporaryFolder folder;
  const auto packets = Conversations(2, 5);
  Recorder recorder(OptionsFor(folder / "log"),
                    std::make_unique<FakeSource>(
                        true, std::vector<FakeSource::Step>{Give(packets), Give(packets)}));
  RecorderProgress last;
  const auto summary = recorder.Run([&](const RecorderProgress& progress) { last = progress; }, {});
  ASSERT_TRUE(summary);
  EXPECT_FALSE(last.capturing);
  ASSERT_EQ(last.counters.size(), summary->counters.size());
  for (size_t i = 0; i < last.counters.size(); ++i) {
    EXPECT_EQ(last.counters[i].value, summary->counters[i].value) << last.counters[i].name;
  }
  EXPECT_EQ(Total(last.capture_lag), 2U);
  EXPECT_EQ(Total(last.reassembly_lag), 2U);
  EXPECT_GE(Total(last.store.commit_lag), 1U);
  EXPECT_EQ(last.store.commit_lag.counts.back(), 0U) << "that is five minutes";
  EXPECT_EQ(Total(last.store.seal_lag), summary->log.segments);
  EXPECT_EQ(last.store.sealed_segments, summary->log.segments);
  EXPECT_EQ(last.store.unsealed_segments, 0U);
}

TEST(Recorder, SumsHoldWhileItRuns) {
  const TemporaryFolder folder;
  std::binary_semaphore looked(0);
  const auto packets = Conversations(2, 5);
  Recorder recorder(
      OptionsFor(folder / "log"),
      std::make_unique<FakeSource>(
          true, std::vector<FakeSource::Step>{
                    Give(packets), FakeSource::Do([&](FakeSource&) { looked.acquire(); })}));
  std::optional<RecorderProgress> first;
  const auto summary = recorder.Run(
      [&](const RecorderProgress& progress) {
        if (!first && !progress.counters.empty()) {
          first = progress;
          looked.release();
        }
      },
      {});
  ASSERT_TRUE(summary);
  EXPECT_TRUE(first->capturing);
  EXPECT_EQ(Value(first->counters, "capture.packets"), packets.size());
  EXPECT_THAT(BrokenSums(first->counters), IsEmpty());
}

TEST(Recorder, InterfaceNamesReachTheLog) {
  const TemporaryFolder folder;
  const std::string path = (folder / "a.pcapng").string();
  {
    test_support::PcapngWriter writer(path, {{.name = "eth7"}});
    writer.Write(Conversations(1, 1));
  }
  Record(folder / "log", Files({path}));
  auto reader = store::LogReader::Open(folder / "log");
  ASSERT_TRUE(reader);
  std::string interface;
  ASSERT_TRUE((*reader)->Visit({}, [&](const store::ExchangeRow& row) {
    interface = (*reader)->Load(row).value().connection.interface;
    return true;
  }));
  EXPECT_EQ(interface, "eth7");
}

}  // namespace
}  // namespace trafrec::capture
