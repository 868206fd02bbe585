#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "base/file_descriptor.h"
#include "tests/capture/capture_bytes.h"

namespace trafrec::capture {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string ManyPackets() {
  std::vector<Written> packets;
  for (uint64_t i = 0; i < 20'000; ++i) {
    packets.push_back({i, "packet " + std::to_string(i) + std::string(i % 300, '.')});
  }
  return Pcap({}, packets);
}

TEST(FileSource, MergesFilesByTime) {
  const TemporaryFolder folder;
  const std::string a = folder.Write("a", Pcap({}, {{1, "a1"}, {4, "a4"}, {5, "a5"}}));
  const std::string b = folder.Write("b", Pcap({}, {{2, "b2"}, {3, "b3"}, {6, "b6"}}));
  EXPECT_EQ(Read({a, b}).Order(), "a1 b2 b3 a4 a5 b6");
}

TEST(FileSource, EqualTimesFollowTheOrderOfTheFiles) {
  const TemporaryFolder folder;
  const std::string a = folder.Write("a", Pcap({}, {{1, "a1"}, {2, "a2"}}));
  const std::string b = folder.Write("b", Pcap({}, {{1, "b1"}, {2, "b2"}}));
  EXPECT_EQ(Read({b, a}).Order(), "b1 a1 b2 a2");
}

TEST(FileSource, EachFileKeepsItsOwnOrderThoughItsTimesGoBack) {
  const TemporaryFolder folder;
  const std::string a = folder.Write("a", Pcap({}, {{5, "a5"}, {1, "a1"}, {7, "a7"}}));
  const std::string b = folder.Write("b", Pcap({}, {{6, "b6"}}));
  EXPECT_EQ(Read({a, b}).Order(), "a5 a1 b6 a7");
}

TEST(FileSource, MergesPcapWithPcapng) {
  const TemporaryFolder folder;
  const std::string a = folder.Write("a", Pcap({}, {{1, "a1"}, {3, "a3"}}));
  const std::string b = folder.Write("b", Pcapng().AddInterface({}).Enhanced(0, {2, "b2"}).bytes());
  EXPECT_EQ(Read({a, b}).Order(), "a1 b2 a3");
}

TEST(FileSource, OneInterfaceNameIsOneNumberInAllFiles) {
  const TemporaryFolder folder;
  const auto file = [&](const std::string& name, uint64_t at) {
    return folder.Write(name, Pcapng()
                                  .AddInterface({.name = name})
                                  .AddInterface({.name = "eth0"})
                                  .Enhanced(1, {at, "x"})
                                  .bytes());
  };
  auto source = OpenFiles({file("a", 1), file("b", 2)}, {});
  ASSERT_TRUE(source);
  PacketBatch batch;
  ASSERT_TRUE((*source)->Next(batch).value());
  ASSERT_EQ(batch.packets.size(), 2U);
  EXPECT_EQ(batch.packets[0].interface, batch.packets[1].interface);
}

TEST(FileSource, PacketsOutliveTheSourceInTheirBatch) {
  const TemporaryFolder folder;
  auto source = OpenFiles({folder.Write("a", Pcap({}, {{1, "kept"}}))}, {});
  ASSERT_TRUE(source);
  PacketBatch batch;
  ASSERT_TRUE((*source)->Next(batch).value());
  source->reset();
  EXPECT_EQ(AsText(batch.packets.at(0).bytes), "kept");
}

TEST(FileSource, FileThatIsEmptiedUnderAPacketEndsTheProcessWithASentence) {
  const TemporaryFolder folder;
  const std::string path = folder.Write("a", Pcap({}, {{1, "there"}}));
  auto source = OpenFiles({path}, {});
  ASSERT_TRUE(source);
  PacketBatch batch;
  ASSERT_TRUE((*source)->Next(batch).value());
  const uint8_t* const byte = batch.packets.at(0).bytes.data();
  ASSERT_EQ(truncate(path.c_str(), 0), 0);
  EXPECT_EXIT(static_cast<void>(*static_cast<const volatile uint8_t*>(byte)),
              testing::ExitedWithCode(1), "became shorter while it was read");
}

TEST(FileSource, FileThatBecomesShorterWithinItsLastPageIsAnError) {
  const TemporaryFolder folder;
  const std::string path = folder.Write("a", ManyPackets());
  auto source = OpenFiles({path}, {});
  ASSERT_TRUE(source);
  PacketBatch batch;
  ASSERT_TRUE((*source)->Next(batch).value());
  ASSERT_EQ(truncate(path.c_str(), static_cast<off_t>(ManyPackets().size() - 1)), 0);
  Result<bool> more = true;
  while (more && *more) {
    batch = {};
    more = (*source)->Next(batch);
  }
  ASSERT_FALSE(more);
  EXPECT_THAT(more.error().what, HasSubstr("became shorter while it was read"));
}

struct Compressor {
  const char* name;
  std::string (*run)(const std::string&);

  std::string operator()(const std::string& bytes) const { return run(bytes); }
  friend void PrintTo(const Compressor& compressor, std::ostream* out) { *out << compressor.name; }
};

class Compressed : public testing::TestWithParam<Compressor> {};

TEST_P(Compressed, CaptureIsToldByItsBytesAndNotByItsName) {
  const TemporaryFolder folder;
  const std::string plain = ManyPackets();
  const Reading expected = Read({folder.Write("plain", plain)});
  const Reading reading = Read({folder.Write("capture.pcap", GetParam()(plain))});
  EXPECT_EQ(reading.packets.size(), 20'000U);
  EXPECT_EQ(reading.Order(), expected.Order());
}

TEST_P(Compressed, PiecesOneAfterTheOtherAreOneCapture) {
  const TemporaryFolder folder;
  const std::string plain = Pcap({}, {{1, "one"}, {2, "two"}});
  const std::string pieces = GetParam()(plain.substr(0, 30)) + GetParam()(plain.substr(30));
  EXPECT_EQ(Read({folder.Write("a", pieces)}).Order(), "one two");
}

TEST_P(Compressed, CutFileIsReadUpToTheCut) {
  const TemporaryFolder folder;
  const std::string whole = GetParam()(ManyPackets());
  const Reading reading = Read({folder.Write("a", whole.substr(0, whole.size() / 2))});
  EXPECT_TRUE(reading.IsCut());
}

TEST_P(Compressed, DamagedFileIsReadUpToTheDamage) {
  const TemporaryFolder folder;
  const std::string good = GetParam()(Pcap({}, {{1, "good"}}));
  std::string damaged = GetParam()(std::string(100, 'x'));
  damaged.replace(4, 20, std::string(20, '\xff'));
  const Reading reading = Read({folder.Write("a", good + damaged)});
  EXPECT_EQ(reading.Order(), "good");
  EXPECT_TRUE(reading.IsCut());
}

TEST(FileSource, GzipWithAWrongChecksumIsReadToItsEnd) {
  const TemporaryFolder folder;
  std::string compressed = Gzip(Pcap({}, {{1, "one"}, {2, "two"}}));
  compressed[compressed.size() - 8] ^= 1;
  const Reading reading = Read({folder.Write("a", compressed)});
  EXPECT_EQ(reading.Order(), "one two");
  EXPECT_TRUE(reading.IsCut());
}

TEST(FileSource, ZstdWithAWrongChecksumIsReadToItsEnd) {
  const TemporaryFolder folder;
  std::string compressed = Zstd(Pcap({}, {{1, "one"}, {2, "two"}}));
  compressed.back() ^= 1;
  const Reading reading = Read({folder.Write("a", compressed)});
  EXPECT_EQ(reading.Order(), "one two");
  EXPECT_TRUE(reading.IsCut());
}

INSTANTIATE_TEST_SUITE_P(Formats, Compressed,
                         testing::Values(Compressor{"gzip", &Gzip}, Compressor{"zstd", &Zstd}));

TEST(FileSource, PipeGivesWhatTheFileGives) {
  const TemporaryFolder folder;
  const std::string bytes = ManyPackets();
  const std::string pipe = (folder / "pipe").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] { folder.Write("pipe", bytes); });
  const Reading reading = Read({pipe});
  writer.join();
  EXPECT_EQ(reading.Order(), Read({folder.Write("file", bytes)}).Order());
}

TEST(FileSource, SlowPipeHandsOverWhatItHas) {
  const TemporaryFolder folder;
  const std::string pipe = (folder / "pipe").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const FileDescriptor writer(open(pipe.c_str(), O_RDWR | O_CLOEXEC));
  const std::string bytes = Pcap({}, {{1, "first"}, {2, "second"}});
  const std::string begun = bytes.substr(0, bytes.size() - 3);
  ASSERT_EQ(write(writer.get(), begun.data(), begun.size()), std::ssize(begun));
  auto source = OpenFiles({pipe}, {});
  ASSERT_TRUE(source);
  PacketBatch batch;
  ASSERT_TRUE((*source)->Next(batch).value());
  ASSERT_EQ(batch.packets.size(), 1U);
  EXPECT_EQ(AsText(batch.packets[0].bytes), "first");
}

TEST(FileSource, StopEndsTheWaitForASilentPipe) {
  const TemporaryFolder folder;
  const std::string pipe = (folder / "pipe").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const FileDescriptor writer(open(pipe.c_str(), O_RDWR | O_CLOEXEC));
  const std::string header = Pcap({}, {});
  ASSERT_EQ(write(writer.get(), header.data(), header.size()), std::ssize(header));
  auto source = OpenFiles({pipe}, {});
  ASSERT_TRUE(source);
  std::thread stopper([&] { (*source)->Stop(); });
  PacketBatch batch;
  EXPECT_FALSE((*source)->Next(batch).value());
  stopper.join();
  EXPECT_TRUE((*source)->TakeWarnings().empty());
}

TEST(FileSource, ProgressReachesTheSizeOfTheFiles) {
  const TemporaryFolder folder;
  const std::string a = folder.Write("a", ManyPackets());
  const std::string b = folder.Write("b", Gzip(ManyPackets()));
  const Reading reading = Read({a, b});
  EXPECT_EQ(reading.bytes_total, std::filesystem::file_size(a) + std::filesystem::file_size(b));
  EXPECT_EQ(reading.bytes_read, reading.bytes_total);
}

TEST(FileSource, WhatIsNoCaptureIsNamed) {
  const TemporaryFolder folder;
  const std::string zip("PK\x03\x04....", 8);
  EXPECT_THAT(OpenError({folder.Write("a", "GET / HTTP/1.1\r\n")}).what,
              HasSubstr("is not a capture: it looks like text (\"GET / HTTP/1.1"));
  EXPECT_THAT(OpenError({folder.Write("b", zip)}).what, HasSubstr("a zip archive"));
  EXPECT_THAT(OpenError({folder.Write("c", Gzip("hello, hello"))}).what, HasSubstr("text"));
}

TEST(FileSource, EmptyFileIsRefused) {
  const TemporaryFolder folder;
  const Error error = OpenError({folder.Write("a", "")});
  EXPECT_THAT(error.what, HasSubstr("is empty, not a capture"));
  EXPECT_THAT(error.remedy, HasSubstr("look at what should have written it"));
}

TEST(FileSource, DirectoryIsRefused) {
  const TemporaryFolder folder;
  EXPECT_THAT(OpenError({folder.path().string()}).what, HasSubstr("is a directory"));
}

TEST(FileSource, MissingFileIsNamed) {
  const Error error = OpenError({"/no/such/file.pcap"});
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_THAT(error.what, StartsWith("cannot read /no/such/file.pcap"));
}

TEST(FileSource, OneBadFileAmongGoodOnesIsRefusedBeforeAnythingIsRead) {
  const TemporaryFolder folder;
  const std::string good = folder.Write("good", Pcap({}, {{1, "x"}}));
  EXPECT_THAT(OpenError({good, folder.Write("bad", "nonsense")}).what, HasSubstr("/bad"));
}

}  // namespace
}  // namespace trafrec::capture
