#include "reconcile/translog/node_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "reconcile/translog/lucene_commit.h"
#include "reconcile/translog/stored_fields.h"
#include "tests/reconcile/translog/lucene_samples.h"
#include "tests/reconcile/translog/translog_samples.h"
#include "tests/support/temporary_folder.h"

namespace trafrec::reconcile {
namespace {

using namespace test_support;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// {NAME: "v"} as SMILE.
std::string State(const std::string& name) {
  return std::string(":)\n\x05\xfa") + static_cast<char>(0x80 + name.size() - 1) + name +
         "\x40v\xfb";
}

/// A node's folder whose state Elasticsearch 7.10.2 wrote.
void WriteStateOf7(const TemporaryFolder& folder) {
  std::filesystem::create_directory(folder / "_state");
  folder.Write("_state/segments_9", CommitOf7());
  folder.Write("_state/_6.cfe", CompoundEntriesOf7());
  folder.Write("_state/_6.cfs", CompoundOf7());
}

TEST(NodeState, OfElasticsearch7IsReadOutOfItsIndex) {
  const TemporaryFolder folder;
  WriteStateOf7(folder);
  const auto state = ReadNodeState(folder.path());
  ASSERT_TRUE(state) << state.error();
  EXPECT_THAT(state->global, HasSubstr(R"("template-t9-178":{"order":0,"index_patterns":)"
                                       R"(["template-t9-178-*"])"));
  EXPECT_THAT(state->indices, IsEmpty());
  EXPECT_TRUE(state->whole);
}

TEST(NodeState, FilesOfIndicesAloneAreNotAllThatThereMayBe) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "indices/Lm6Qet_FTHykT2xQTXzivw/_state");
  folder.Write("indices/Lm6Qet_FTHykT2xQTXzivw/_state/state-1.st", IndexStateOf7());
  const auto state = ReadNodeState(folder.path());
  ASSERT_TRUE(state) << state.error();
  EXPECT_THAT(state->indices, ElementsAre(HasSubstr(R"({"a":{)")));
  EXPECT_EQ(state->global, "");
  EXPECT_FALSE(state->whole);
}

TEST(NodeState, DamageIsNamed) {
  const TemporaryFolder folder;
  WriteStateOf7(folder);
  std::string damaged = CompoundOf7();
  damaged[damaged.size() / 2] ^= 1;
  folder.Write("_state/_6.cfs", damaged);
  EXPECT_THAT(ReadNodeState(folder.path()).error(), HasSubstr("checksum"));
  std::filesystem::remove(folder / "_state/_6.cfs");
  EXPECT_THAT(ReadNodeState(folder.path()).error(), HasSubstr("_6.cfs"));
}

TEST(LuceneIndex, HasTheDocumentsThatWereNotDeletedInEitherVersion) {
  for (const bool low_first : {false, true}) {
    const TemporaryFolder folder;
    folder.Write("segments_1", CommitFile({}));
    folder.Write("segments_a", CommitFile({{.low_first = low_first, .deletions = 36},
                                           {.name = "_1", .low_first = low_first}}));
    folder.Write("_0.fdt", StoredFieldsFile({"a", "b", std::string(300, 'c')}, low_first));
    folder.Write("_0_10.liv", LiveDocumentsFile(0b101, low_first));
    folder.Write("_1.fdt", StoredFieldsFile({"d"}, low_first));
    const auto documents = ReadLuceneIndex(folder.path());
    ASSERT_TRUE(documents) << documents.error();
    EXPECT_THAT(*documents, ElementsAre("a", std::string(300, 'c'), "d"));
  }
}

TEST(LuceneIndex, OfAnotherVersionIsNotRead) {
  const TemporaryFolder folder;
  folder.Write("segments_1", CommitFile({{.low_first = true}}));
  folder.Write("_0.fdt", StoredFieldsFile({"a"}, false));
  EXPECT_THAT(ReadLuceneIndex(folder.path()).error(), HasSubstr("is not known"));
}

TEST(StoredFields, WithAnyBitChangedAreRefused) {
  const std::string file = StoredFieldsFile({"a", "b"}, true);
  for (size_t bit = 0; bit < file.size() * 8; ++bit) {
    std::string damaged = file;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(ReadStoredFields(damaged, true)) << bit;
  }
}

TEST(NodeState, EachIndexIsADocument) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "_state");
  folder.Write("_state/segments_1", CommitFile({{.low_first = true}}));
  folder.Write("_state/_0.fdt", StoredFieldsFile({State("orders"), State("meta-data")}, true));
  const auto state = ReadNodeState(folder.path());
  ASSERT_TRUE(state) << state.error();
  EXPECT_THAT(state->indices, ElementsAre(R"({"orders":"v"})"));
  EXPECT_EQ(state->global, R"({"meta-data":"v"})");
}

}  // namespace
}  // namespace trafrec::reconcile
