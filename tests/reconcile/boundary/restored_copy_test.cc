#include "reconcile/boundary/restored_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/reconcile/source/fake_source.h"

namespace trafrec::reconcile {
namespace {

using testing::HasSubstr;

std::string Recovery(const std::string& type, const std::string& stage = "DONE",
                     const std::string& index = "a") {
  return R"({"a":{"shards":[{"id":0,"type":")" + type + R"(","stage":")" + stage +
         R"(","primary":true,"source":{"snapshot":"s","index":")" + index + R"("}}]}})";
}

std::string Stats(int writes) {
  return R"({"indices":{"a":{"uuid":"U","shards":{"0":[{"routing":{"primary":true},"indexing":{"index_total":)" +
         std::to_string(writes) +
         R"(,"delete_total":0},"seq_no":{"max_seq_no":9,"local_checkpoint":9,"global_checkpoint":9}}]}}}})";
}

std::string RefusalOf(std::vector<std::string> answers) {
  answers.insert(answers.begin(), FakeSource::kIdentity);
  FakeSource target(std::move(answers));
  auto copy = RestoredCopy::Open(target.target(), target.pace());
  if (!copy) {
    return copy.error().what;
  }
  const Status kept = (*copy)->Keep("s");
  return kept ? "" : kept.error().what;
}

TEST(RestoredCopy, ATargetThatWasNotRestoredIsRefused) {
  EXPECT_THAT(RefusalOf({Recovery("EMPTY_STORE")}), HasSubstr("no index that was restored"));
  EXPECT_THAT(RefusalOf({"{}"}), HasSubstr("it has no index at all"));
}

TEST(RestoredCopy, ARestoreThatIsNotOverIsRefused) {
  EXPECT_THAT(RefusalOf({Recovery("SNAPSHOT", "INDEX")}), HasSubstr("still restores shard 0 of a"));
}

TEST(RestoredCopy, AnIndexUnderAnotherNameIsRefused) {
  EXPECT_THAT(RefusalOf({Recovery("SNAPSHOT", "DONE", "b")}), HasSubstr("under the name a"));
}

TEST(RestoredCopy, ATargetThatWasWrittenToIsRefused) {
  EXPECT_THAT(RefusalOf({Recovery("SNAPSHOT"), Stats(3)}), HasSubstr("has been written to"));
}

TEST(RestoredCopy, ARefusalOfTheTargetNamesIt) {
  EXPECT_THAT(RefusalOf({"403 {}"}), HasSubstr("answers 403 to GET /_recovery"));
}

TEST(RestoredCopy, ItsGreatestNumbersAreTheLimits) {
  FakeSource target({FakeSource::kIdentity, Recovery("SNAPSHOT"), Stats(0)});
  const auto copy = RestoredCopy::Open(target.target(), target.pace());
  ASSERT_TRUE(copy) << copy.error().what;
  ASSERT_TRUE((*copy)->Keep("s"));
  EXPECT_EQ((*copy)->limits(), (ShardLimits{{{"a", 0}, 9}}));
}

TEST(RestoredCopy, ADocumentSaysAsOfWhichWriteItIs) {
  FakeSource target(
      {FakeSource::kIdentity, Recovery("SNAPSHOT"),
       R"({"docs":[{"_id":"1","found":true,"_seq_no":4,"_version":2,"_primary_term":1},)"
       R"({"_id":"2","found":false}]})"});
  const auto copy = RestoredCopy::Open(target.target(), target.pace());
  ASSERT_TRUE(copy) << copy.error().what;
  const auto found = (*copy)->Documents(std::vector<DocumentName>{{"a", "1", ""}, {"a", "2", ""}});
  ASSERT_TRUE(found) << found.error().what;
  EXPECT_EQ((*found)[0].seq_no, 4);
  EXPECT_EQ((*found)[1].kind, CopyDocument::Kind::kAbsent);
}

}  // namespace
}  // namespace trafrec::reconcile
