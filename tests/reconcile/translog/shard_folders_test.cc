#include "reconcile/translog/shard_folders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace trafrec::reconcile {
namespace {

namespace fs = std::filesystem;

/// A folder that would hold the files of a shard's translog, with the first of them.
void MakeShard(const test_support::TemporaryFolder& folder, const std::string& path) {
  fs::create_directories(folder / path);
  std::ofstream(folder / path / "translog-1.tlog") << "x";
}

std::vector<std::string> Found(const fs::path& path) {
  std::vector<std::string> names;
  const auto found = FindShards(path);
  for (const ShardFolder& shard : found.value()) {
    names.push_back(shard.index_uuid + "/" + std::to_string(shard.shard));
  }
  return names;
}

TEST(FindShards, GivesIndexAndShardInOrder) {
  const test_support::TemporaryFolder folder;
  MakeShard(folder, "nodes/0/indices/uuid-b/10/translog");
  MakeShard(folder, "nodes/0/indices/uuid-b/2/translog");
  MakeShard(folder, "nodes/0/indices/uuid-a/0/translog");
  MakeShard(folder, "nodes/0/indices/uuid-a/0/index");
  MakeShard(folder, "nodes/0/indices/uuid-a/_state");
  EXPECT_THAT(Found(folder.path()), testing::ElementsAre("uuid-a/0", "uuid-b/2", "uuid-b/10"));
}

TEST(FindShards, TakesTheFolderOfOneShardAndOneAboveIt) {
  const test_support::TemporaryFolder folder;
  MakeShard(folder, "indices/uuid/3/translog");
  EXPECT_THAT(Found(folder / "indices/uuid/3/translog"), testing::ElementsAre("uuid/3"));
  EXPECT_THAT(Found(folder / "indices/uuid/3"), testing::ElementsAre("uuid/3"));
  EXPECT_THAT(Found(folder / "indices/uuid/3/translog/.."), testing::ElementsAre("uuid/3"));
}

TEST(FindShards, APersonsOwnFolderOfThatNameIsNoShards) {
  const test_support::TemporaryFolder folder;
  MakeShard(folder, "2026/translog/nodes/0/indices/uuid/3/translog");
  EXPECT_THAT(Found(folder / "2026/translog"), testing::ElementsAre("uuid/3"));
  EXPECT_THAT(Found(folder.path()), testing::ElementsAre("uuid/3"));
}

TEST(FindShards, WhereThereIsNoneIsAnErrorWithARemedy) {
  const test_support::TemporaryFolder folder;
  MakeShard(folder, "nodes/0/indices/uuid/x/translog");
  const auto found = FindShards(folder.path());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(found.error().remedy, testing::HasSubstr("path.data"));
}

TEST(FindShards, AFolderThatIsNotThereIsAnError) {
  EXPECT_EQ(FindShards("/nowhere/at/all").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace trafrec::reconcile
