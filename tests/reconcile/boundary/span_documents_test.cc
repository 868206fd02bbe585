#include "reconcile/boundary/span_documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace trafrec::reconcile {
namespace {

using testing::ElementsAre;
using testing::Pair;

const DocumentName kName{.index = "orders", .id = "d1"};

/// Whatever it is asked for, it says this of it.
class OneAnswer final : public Copy {
 public:
  explicit OneAnswer(CopyDocument answer) : answer_(answer) {}
  Result<std::vector<CopyDocument>> Documents(std::span<const DocumentName> names) override {
    return std::vector<CopyDocument>(names.size(), answer_);
  }

 private:
  CopyDocument answer_;
};

class SpanDocumentsTest : public testing::Test {
 protected:
  void Writes(int64_t seq_no, bool removes = false, bool told = true) {
    ASSERT_TRUE(
        documents_.Add({.document = kName, .seq_no = seq_no}, 0,
                       {.seq_no = seq_no, .form = Form::kWhole, .removes = removes, .told = told}));
  }

  /// What becomes of each number if the copy says so.
  std::map<int64_t, Share> Shares(CopyDocument copy) {
    OneAnswer answer(copy);
    std::map<int64_t, Share> shares;
    const Status decided = documents_.Decide(&answer, [&](const SpanMutation& each) {
      shares[*each.seq_no] = each.share;
      return Status();
    });
    EXPECT_TRUE(decided) << decided.error().what;
    return shares;
  }

  SpanDocuments documents_;
};

TEST_F(SpanDocumentsTest, WhatCameBeforeAHeldDeletionIsHeldThoughTheCopyLacksTheDocument) {
  documents_.Expect(kName);
  documents_.AddHeld(kName, 20);
  Writes(10);
  EXPECT_THAT(Shares({.kind = CopyDocument::Kind::kAbsent}), ElementsAre(Pair(10, Share::kHeld)));
}

TEST_F(SpanDocumentsTest, ADeletionAfterAWriteThatIsNotHeldIsNotHeldEither) {
  documents_.Expect(kName);
  documents_.AddLater(kName, 20, Form::kWhole);
  Writes(30, true);
  EXPECT_THAT(Shares({.kind = CopyDocument::Kind::kAbsent}), ElementsAre(Pair(30, Share::kSent)));
}

TEST_F(SpanDocumentsTest, TheCopyDecidesWhatIsBetween) {
  documents_.Expect(kName);
  documents_.AddHeld(kName, 10);
  documents_.AddLater(kName, 40, Form::kWhole);
  for (const int64_t seq_no : {5, 20, 30, 50}) {
    Writes(seq_no);
  }
  EXPECT_THAT(Shares({.kind = CopyDocument::Kind::kPresent, .seq_no = 20}),
              ElementsAre(Pair(5, Share::kHeld), Pair(20, Share::kHeld), Pair(30, Share::kSent),
                          Pair(50, Share::kSent)));
}

TEST_F(SpanDocumentsTest, ANumberThatAnAnswerGaveToAnotherDocumentIsAnotherCopy) {
  Writes(20);
  ASSERT_TRUE(documents_.Add({.document = {.index = "orders", .id = "d2"}, .seq_no = 21}, 0,
                             {.seq_no = 21, .form = Form::kWhole}));
  OneAnswer answer({.kind = CopyDocument::Kind::kPresent, .seq_no = 21});
  const Status decided = documents_.Decide(&answer, [](const SpanMutation&) { return Status(); });
  ASSERT_FALSE(decided);
  EXPECT_THAT(decided.error().what, testing::HasSubstr("not the copy"));
}

TEST_F(SpanDocumentsTest, ANumberThatOnlyFitsAnotherDocumentProvesNothing) {
  Writes(20, false, false);
  ASSERT_TRUE(documents_.Add({.document = {.index = "orders", .id = "d2"}, .seq_no = 21}, 0,
                             {.seq_no = 21, .form = Form::kWhole, .told = false}));
  EXPECT_THAT(Shares({.kind = CopyDocument::Kind::kPresent, .seq_no = 21}),
              ElementsAre(Pair(20, Share::kHeld), Pair(21, Share::kHeld)));
}

}  // namespace
}  // namespace trafrec::reconcile
