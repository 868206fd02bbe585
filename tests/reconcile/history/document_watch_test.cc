#include "reconcile/history/document_watch.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace trafrec::reconcile {
namespace {

Write Written(const std::string& id, int64_t version, int64_t seq_no) {
  return {.document = {"orders", id}, .version = version, .seq_no = seq_no};
}

TEST(DocumentWatch, DoubtsOfADocumentWhoseVersionsHaveAGap) {
  DocumentWatch watch;
  watch.Note(Written("whole", 4, 1), false);
  watch.Note(Written("whole", 5, 2), false);
  watch.Note(Written("gap", 4, 3), false);
  watch.Note(Written("gap", 6, 4), false);
  EXPECT_FALSE(watch.IsInDoubt(DocumentKey("orders", "whole")));
  EXPECT_TRUE(watch.IsInDoubt(DocumentKey("orders", "gap")));
}

TEST(DocumentWatch, DoubtsOfAFirstVersionThatIsNotOneWhereTheLogHasAll) {
  DocumentWatch watch;
  watch.Note(Written("a", 2, 1), true);
  watch.Note(Written("b", 1, 2), true);
  EXPECT_TRUE(watch.IsInDoubt(DocumentKey("orders", "a")));
  EXPECT_FALSE(watch.IsInDoubt(DocumentKey("orders", "b")));
}

TEST(DocumentWatch, DoubtsOfADocumentThatIsSeenUnderANumberOfNoAnswer) {
  DocumentWatch watch;
  watch.Note(Written("a", 1, 1), true);
  Sight sight{.document = {"orders", "a"}, .present = true, .current = true};
  sight.seq_no = 1;
  watch.Note(sight, true);
  EXPECT_FALSE(watch.IsInDoubt(DocumentKey("orders", "a")));
  sight.seq_no = 9;
  watch.Note(sight, true);
  EXPECT_TRUE(watch.IsInDoubt(DocumentKey("orders", "a")));
}

TEST(DocumentWatch, DoubtsOfADocumentThatWasThereAndIsGone) {
  DocumentWatch watch;
  watch.Note(Written("a", 1, 1), true);
  watch.Note(Sight{.document = {"orders", "a"}, .current = true}, true);
  EXPECT_TRUE(watch.IsInDoubt(DocumentKey("orders", "a")));
}

TEST(DocumentWatch, RemembersDocumentsWhileItsTableGrows) {
  DocumentWatch watch;
  constexpr int kDocuments = 20'000;
  for (int64_t version : {1, 2}) {
    for (int i = 0; i < kDocuments; ++i) {
      watch.Note(Written(fmt::format("d{}", i), version, version * kDocuments + i), true);
    }
  }
  for (int i = 0; i < kDocuments; ++i) {
    ASSERT_FALSE(watch.IsInDoubt(DocumentKey("orders", fmt::format("d{}", i)))) << i;
  }
}

}  // namespace
}  // namespace trafrec::reconcile
