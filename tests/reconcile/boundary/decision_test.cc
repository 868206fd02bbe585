#include "reconcile/boundary/decision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>

namespace trafrec::reconcile {
namespace {

using testing::ElementsAre;
using Kind = CopyDocument::Kind;

constexpr Share kHeld = Share::kHeld;
constexpr Share kSent = Share::kSent;

SpanWrite Whole(int64_t n) { return {.seq_no = n, .version = n, .form = Form::kWhole}; }
SpanWrite Merged(int64_t n) { return {.seq_no = n, .version = n, .form = Form::kMerged}; }
SpanWrite Script(int64_t n) { return {.seq_no = n, .version = n}; }
SpanWrite Removed(int64_t n) {
  return {.seq_no = n, .version = n, .form = Form::kWhole, .removes = true};
}
CopyDocument At(int64_t seq_no) { return {.kind = Kind::kPresent, .seq_no = seq_no}; }
CopyDocument Version(int64_t version) { return {.kind = Kind::kPresent, .version = version}; }
constexpr CopyDocument kAbsent{.kind = Kind::kAbsent};

std::vector<Share> Decide(std::vector<SpanWrite> writes, const CopyDocument& copy,
                          bool later_whole = false) {
  return DecideDocument(writes, copy, later_whole);
}

TEST(Decision, ADocumentHoldsItsWritesUpToTheNumberThatItHas) {
  EXPECT_THAT(Decide({Script(3), Script(5), Script(9)}, At(5)), ElementsAre(kHeld, kHeld, kSent));
}

TEST(Decision, ANumberThatNoRecordedWriteHasDividesThem) {
  EXPECT_THAT(Decide({Script(3), Script(9)}, At(6)), ElementsAre(kHeld, kSent));
}

TEST(Decision, ADocumentOfBeforeTheSpanHoldsNoneOfIt) {
  EXPECT_THAT(Decide({Script(3), Script(9)}, At(1)), ElementsAre(kSent, kSent));
}

TEST(Decision, AMissingDocumentHoldsItsWritesUpToTheLastRemoval) {
  EXPECT_THAT(Decide({Script(1), Removed(2), Whole(3), Removed(4), Whole(5)}, kAbsent),
              ElementsAre(kHeld, kHeld, kHeld, kHeld, kSent));
}

TEST(Decision, AMissingDocumentThatNothingRemovedWasNotMadeYet) {
  EXPECT_THAT(Decide({Whole(1), Script(2)}, kAbsent), ElementsAre(kSent, kSent));
}

TEST(Decision, AVersionDividesWritesWhoseVersionsGrow) {
  EXPECT_THAT(Decide({Script(1), Script(2)}, Version(1)), ElementsAre(kHeld, kSent));
}

TEST(Decision, AVersionSaysNothingWhereTheyBeganAgain) {
  std::vector<SpanWrite> writes{Removed(7), Script(8)};
  writes[1].version = 1;
  writes[0].form = Form::kOther;
  EXPECT_THAT(Decide(writes, Version(1)), ElementsAre(Share::kUndecided, Share::kUndecided));
}

TEST(Decision, AnUnknownCopyIsRightFromTheLastWholeDocumentOn) {
  EXPECT_THAT(Decide({Whole(1), Script(2), Whole(3), Script(4)}, {}),
              ElementsAre(Share::kOverwritten, Share::kOverwritten, Share::kEither, kSent));
}

TEST(Decision, FieldsPutOverAnUnknownCopyAreRightTwice) {
  EXPECT_THAT(Decide({Merged(1), Merged(2)}, {}), ElementsAre(Share::kEither, Share::kEither));
}

TEST(Decision, AScriptOnAnUnknownCopyIsUndecided) {
  EXPECT_THAT(Decide({Merged(1), Script(2)}, {}),
              ElementsAre(Share::kUndecided, Share::kUndecided));
}

TEST(Decision, WhatALaterDocumentReplacesIsLeftOut) {
  EXPECT_THAT(Decide({Script(1)}, {}, true), ElementsAre(Share::kOverwritten));
}

// A document of two fields under random writes. A copy of it as of any instant, whatever it shows
// of that instant, and the writes that are sent, must lead to the source's document.
class Simulated {
 public:
  explicit Simulated(uint32_t seed) : random_(seed) {}

  bool Fits() {
    Begin();
    const size_t writes = Number(7);
    std::vector<Document> states{document_};
    for (size_t i = 0; i < writes; ++i) {
      Write();
      states.push_back(document_);
    }
    const size_t as_of = Number(writes + 1);
    const bool unknown = Number(2) == 0;
    const std::vector<Share> shares =
        DecideDocument(writes_, unknown ? CopyDocument{} : Shown(states[as_of], as_of), false);
    Document replayed = states[as_of];
    for (size_t i = 0; i < writes; ++i) {
      undecided_ += shares[i] == Share::kUndecided ? 1 : 0;
      if (shares[i] == Share::kUndecided) {
        return true;
      }
      if (!IsLeftOut(shares[i])) {
        Do(steps_[i], replayed);
      }
    }
    return replayed == document_;
  }
  size_t undecided() const { return undecided_; }

 private:
  using Document = std::map<std::string, int>;  // empty: not there
  struct Step {
    enum class What : uint8_t { kPut, kRemove, kMerge, kAdd, kAddAndRemove } what;
    std::string field;
    int value = 0;
  };

  size_t Number(size_t below) { return random_() % below; }

  void Begin() {
    document_ = Number(2) == 0 ? Document{} : Document{{"a", 1}};
    writes_.clear();
    steps_.clear();
  }

  void Write() {
    Step step{static_cast<Step::What>(Number(5)), Number(2) == 0 ? "a" : "b",
              static_cast<int>(Number(90))};
    const bool there = !document_.empty();
    if (!there && step.what != Step::What::kRemove) {
      step.what = Step::What::kPut;
    }
    Do(step, document_);
    const Form form = step.what == Step::What::kPut || step.what == Step::What::kRemove
                          ? Form::kWhole
                      : step.what == Step::What::kMerge ? Form::kMerged
                                                        : Form::kOther;
    writes_.push_back({.seq_no = static_cast<int64_t>(10 + 3 * writes_.size()),
                       .form = form,
                       .removes = document_.empty()});
    steps_.push_back(step);
  }

  static void Do(const Step& step, Document& document) {
    switch (step.what) {
      case Step::What::kPut:
        document = {{step.field, step.value}};
        break;
      case Step::What::kRemove:
      case Step::What::kAddAndRemove:
        document.clear();
        break;
      case Step::What::kMerge:
        document[step.field] = step.value;
        break;
      case Step::What::kAdd:
        document[step.field] += step.value;
        break;
    }
  }

  CopyDocument Shown(const Document& state, size_t as_of) const {
    if (state.empty()) {
      return kAbsent;
    }
    return At(as_of == 0 ? 4 : writes_[as_of - 1].seq_no);
  }

  std::mt19937 random_;
  Document document_;
  std::vector<SpanWrite> writes_;
  std::vector<Step> steps_;
  size_t undecided_ = 0;
};

TEST(Decision, WhatIsSentLeadsFromAnyCopyToTheSourcesDocument) {
  Simulated simulated(7);
  int wrong = 0;
  for (int i = 0; i < 100'000; ++i) {
    wrong += simulated.Fits() ? 0 : 1;
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(simulated.undecided(), 0U) << "else no copy was unknown";
}

}  // namespace
}  // namespace trafrec::reconcile
