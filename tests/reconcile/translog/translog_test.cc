#include "reconcile/translog/translog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/reconcile/translog/translog_samples.h"
#include "tests/support/temporary_folder.h"

namespace trafrec::reconcile {
namespace {

using namespace test_support;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Product kProduct = Product::kElasticsearch7;

std::string Index(const std::string& id, int64_t seq_no) {
  return Framed(IndexBody(kProduct, {.id = id, .seq_no = seq_no}));
}

struct Read {
  std::vector<std::string> ids;
  std::vector<std::string> unsynced;
  std::vector<std::string> damages;
  TranslogReport report;
};

Read ReadAll(const TemporaryFolder& folder) {
  Read read;
  auto report = ReadTranslog(folder.path(), [&](const TranslogOperation& operation) -> Status {
    read.ids.emplace_back(operation.id);
    if (!operation.synced) {
      read.unsynced.emplace_back(operation.id);
    }
    return {};
  });
  EXPECT_TRUE(report) << report.error().what;
  read.report = std::move(*report);
  for (const TranslogDamage& damage : read.report.damages) {
    read.damages.push_back(InWords(damage));
  }
  return read;
}

/// A file of these operations, and the checkpoint of what it writes now, that covers all of them.
void WriteCurrent(const TemporaryFolder& folder, uint64_t generation, uint64_t min_generation,
                  const std::string& operations) {
  const std::string file = TranslogHeader() + operations;
  folder.Write("translog-" + std::to_string(generation) + ".tlog", file);
  folder.Write("translog.ckp", CheckpointFile(kProduct, {.offset = file.size(),
                                                         .generation = generation,
                                                         .min_generation = min_generation}));
}

void WriteOlder(const TemporaryFolder& folder, uint64_t generation, const std::string& operations,
                int64_t trimmed_above = -2) {
  const std::string file = TranslogHeader() + operations;
  const std::string name = "translog-" + std::to_string(generation);
  folder.Write(name + ".tlog", file);
  folder.Write(name + ".ckp", CheckpointFile(kProduct, {.offset = file.size(),
                                                        .generation = generation,
                                                        .min_generation = 1,
                                                        .trimmed_above_seq_no = trimmed_above}));
}

TEST(Translog, GenerationsAreReadInTheirOrder) {
  const TemporaryFolder folder;
  WriteOlder(folder, 9, Index("a", 0));
  WriteCurrent(folder, 10, 9, Index("b", 1));
  const Read read = ReadAll(folder);
  EXPECT_THAT(read.ids, ElementsAre("a", "b"));
  EXPECT_THAT(read.unsynced, IsEmpty());
  EXPECT_TRUE(read.report.whole());
  EXPECT_EQ(read.report.uuid, "6fWfKH5gSXK2okl60so61Q");
}

TEST(Translog, GenerationsThatAreNotNeededAreNotRead) {
  const TemporaryFolder folder;
  WriteOlder(folder, 1, Index("old", 0));
  WriteCurrent(folder, 2, 2, Index("b", 1));
  const Read read = ReadAll(folder);
  EXPECT_THAT(read.ids, ElementsAre("b"));
  EXPECT_EQ(read.report.retired, 1U);
  EXPECT_TRUE(read.report.whole());
}

TEST(Translog, OperationsThatAnotherPrimaryRolledBackAreLeftOut) {
  const TemporaryFolder folder;
  WriteOlder(folder, 1, Index("a", 0) + Index("rolled-back", 1), 0);
  WriteCurrent(folder, 2, 1, Index("b", 1));
  const Read read = ReadAll(folder);
  EXPECT_THAT(read.ids, ElementsAre("a", "b"));
  EXPECT_EQ(read.report.trimmed, 1U);
}

TEST(Translog, WhatNoCheckpointCoversIsMarked) {
  const TemporaryFolder folder;
  WriteCurrent(folder, 2, 2, Index("a", 0));
  folder.Write("translog-2.tlog", TranslogHeader() + Index("a", 0) + Index("later", 1));
  const Read read = ReadAll(folder);
  EXPECT_THAT(read.unsynced, ElementsAre("later"));
  EXPECT_EQ(read.report.unsynced, 1U);
  EXPECT_TRUE(read.report.whole());
}

TEST(Translog, ATornTailIsToldAndNoDamage) {
  const TemporaryFolder folder;
  WriteCurrent(folder, 2, 2, Index("a", 0));
  folder.Write("translog-2.tlog",
               TranslogHeader() + Index("a", 0) + Index("torn", 1).substr(0, 20));
  const Read read = ReadAll(folder);
  EXPECT_THAT(read.ids, ElementsAre("a"));
  ASSERT_TRUE(read.report.torn_tail);
  EXPECT_EQ(InWords(*read.report.torn_tail),
            "translog-2.tlog, byte 108: an operation of 52 bytes has only 16");
  EXPECT_TRUE(read.report.whole());
}

TEST(Translog, AFileThatEndsBeforeItsCheckpointIsADamage) {
  const TemporaryFolder folder;
  WriteCurrent(folder, 2, 2, Index("a", 0) + Index("lost", 1));
  folder.Write("translog-2.tlog", TranslogHeader() + Index("a", 0));
  EXPECT_THAT(
      ReadAll(folder).damages,
      ElementsAre("translog-2.tlog, byte 108: it ends here, 56 bytes before its checkpoint"));
}

TEST(Translog, ADamagedOperationIsToldWithItsPlaceAndTheOthersAreRead) {
  const TemporaryFolder folder;
  std::string damaged = Index("a", 0);
  damaged[20] ^= 1;
  WriteCurrent(folder, 2, 2, damaged + Index("b", 1));
  const Read read = ReadAll(folder);
  EXPECT_THAT(read.ids, ElementsAre("b"));
  EXPECT_THAT(read.damages,
              ElementsAre("translog-2.tlog, byte 55: the checksum of an operation is wrong"));
  EXPECT_FALSE(read.report.whole());
}

TEST(Translog, WithoutItsCheckpointNothingIsSynced) {
  const TemporaryFolder folder;
  folder.Write("translog-2.tlog", TranslogHeader() + Index("a", 0));
  const Read read = ReadAll(folder);
  EXPECT_THAT(read.unsynced, ElementsAre("a"));
  EXPECT_THAT(read.damages, ElementsAre("translog.ckp, byte 0: it is missing, or cannot be read"));
  EXPECT_FALSE(read.report.whole());
}

TEST(Translog, AMissingGenerationIsADamage) {
  const TemporaryFolder folder;
  WriteOlder(folder, 3, Index("a", 0));
  WriteCurrent(folder, 6, 2, Index("b", 1));
  const Read read = ReadAll(folder);
  EXPECT_THAT(read.ids, ElementsAre("a", "b"));
  EXPECT_THAT(read.damages, ElementsAre("translog-2.tlog, byte 0: it is missing",
                                        "translog-4.tlog, byte 0: it and 1 after it are missing"));
}

TEST(Translog, AGenerationOfAnotherTranslogIsNotRead) {
  const TemporaryFolder folder;
  WriteOlder(folder, 1, Index("a", 0));
  WriteCurrent(folder, 2, 1, "");
  folder.Write("translog-2.tlog", TranslogHeader("another") + Index("foreign", 1));
  EXPECT_THAT(ReadAll(folder).ids, ElementsAre("a"));
}

TEST(Translog, AFolderWithoutOneIsAnError) {
  const TemporaryFolder folder;
  folder.Write("translog-x.tlog", "");
  const auto report =
      ReadTranslog(folder.path(), [](const TranslogOperation&) -> Status { return {}; });
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kNotFound);
}

TEST(Translog, AnErrorOfTheVisitorEndsTheReading) {
  const TemporaryFolder folder;
  WriteCurrent(folder, 2, 2, Index("a", 0) + Index("b", 1));
  int visited = 0;
  const auto report = ReadTranslog(folder.path(), [&](const TranslogOperation&) -> Status {
    ++visited;
    return Fail(ErrorCode::kInterrupted, "enough");
  });
  EXPECT_EQ(report.error().what, "enough");
  EXPECT_EQ(visited, 1);
}

TEST(Translog, DamagesBeyondTheLimitAreCounted) {
  const TemporaryFolder folder;
  std::string operations;
  for (int i = 0; i < 150; ++i) {
    operations += Index("a", i);
    operations.back() ^= 1;
  }
  WriteCurrent(folder, 2, 2, operations);
  const Read read = ReadAll(folder);
  EXPECT_EQ(read.damages.size(), 100U);
  EXPECT_EQ(read.report.more_damages, 50U);
}

}  // namespace
}  // namespace trafrec::reconcile
