// Which of the writes that bring a field makes its mapping.

#include "replay/plan/mapping_memory.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trafrec::plan {
namespace {

using testing::ElementsAreArray;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::SizeIs;

using Fate = MappingWrite::Fate;

/// A write that began and was answered at these times; `seq_no` nothing: it was refused.
struct Write {
  std::string document;
  TimeNs began_at;
  TimeNs answered_at;
  std::optional<int64_t> seq_no;
};

dialect::Operation Does(dialect::Kind kind) {
  dialect::Operation operation;
  operation.kind = kind;
  return operation;
}

class Mapping : public testing::Test {
 protected:
  MappingPlace Find(const Write& write) {
    const MappingWrite made{.times = {write.began_at, write.answered_at, 0},
                            .fate = write.seq_no ? Fate::kTaken : Fate::kRefused,
                            .seq_no = write.seq_no};
    return memory_.Find("i", Does(dialect::Kind::kIndex), write.document, &made);
  }

  /// Of one that began when all before had been answered.
  bool Adds(const std::string& source, dialect::Kind kind = dialect::Kind::kIndex,
            const std::string& index = "i") {
    now_ += 10;
    const MappingWrite made{.times = {now_, now_ + 5, 0}, .fate = Fate::kTaken, .seq_no = now_};
    return memory_.Find(index, Does(kind), source, &made).adds;
  }

  MappingMemory memory_{0};
  TimeNs now_ = 1'000;
};

TEST_F(Mapping, TheFirstWriteOfAnIndexAddsToIt) {
  EXPECT_TRUE(Adds("{}"));
  EXPECT_FALSE(Adds("{}"));
}

TEST_F(Mapping, AFieldIsNewOnceInEachIndex) {
  Adds(R"({"x":1})");
  EXPECT_TRUE(Adds(R"({"x":1,"y":{"z":[{"w":true}]}})"));
  EXPECT_FALSE(Adds(R"({"y":{"z":[{"w":false}]}})"));
  EXPECT_TRUE(Adds(R"({"y":{"w":false}})"));
}

TEST_F(Mapping, NullAndEmptyListsMakeNoMapping) {
  Adds("{}");
  EXPECT_FALSE(Adds(R"({"x":null,"y":[]})"));
}

TEST_F(Mapping, AnUpdateAddsWhatItsPartialDocumentBrings) {
  Adds(R"({"x":1})");
  EXPECT_FALSE(Adds(R"({"doc":{"x":2}})", dialect::Kind::kUpdate));
  EXPECT_TRUE(Adds(R"({"doc":{"y":2}})", dialect::Kind::kUpdate));
}

TEST_F(Mapping, AScriptAddsOnceWhateverItsParameters) {
  Adds("{}");
  EXPECT_TRUE(Adds(R"({"script":{"source":"s","params":{"n":1}}})", dialect::Kind::kUpdate));
  EXPECT_FALSE(Adds(R"({"script":{"source":"s","params":{"n":2}}})", dialect::Kind::kUpdate));
  EXPECT_TRUE(Adds(R"({"script":{"source":"t","params":{"n":1}}})", dialect::Kind::kUpdate));
}

TEST_F(Mapping, WhatIsForgottenIsNewAgain) {
  Adds(R"({"x":1})", dialect::Kind::kIndex, "logs-1");
  memory_.Forget("logs-*");
  EXPECT_TRUE(Adds(R"({"x":1})", dialect::Kind::kIndex, "logs-1"));
}

TEST_F(Mapping, AFieldIsMadeWhenAWriteWasAnsweredOfWhichNobodyKnowsMore) {
  const MappingWrite answered{.times = {10, 15, 0}, .fate = Fate::kUnknown};
  memory_.Find("i", Does(dialect::Kind::kIndex), R"({"n":1})", &answered);
  EXPECT_FALSE(Adds(R"({"n":1})"));
}

TEST_F(Mapping, TheFirstWriteOfAnIndexAddsAndNobodyHasToGoBefore) {
  const MappingPlace first = Find({R"({"n":1})", 10, 20, 0});
  EXPECT_TRUE(first.adds);
  EXPECT_THAT(first.labels, SizeIs(1));
  EXPECT_THAT(first.after, IsEmpty());
  EXPECT_THAT(first.before, IsEmpty());
}

TEST_F(Mapping, AFieldThatSomebodyWasToldOfIsMade) {
  Find({R"({"n":1})", 10, 20, 0});
  const MappingPlace later = Find({R"({"n":"text"})", 20, 30, 1});
  EXPECT_FALSE(later.adds);
  EXPECT_THAT(later.labels, IsEmpty());
  EXPECT_THAT(later.after, IsEmpty());
}

TEST_F(Mapping, ThoseOfOneTypeGoSideBySide) {
  const MappingPlace first = Find({R"({"n":1})", 10, 50, 1});
  const MappingPlace second = Find({R"({"n":2})", 20, 60, 0});
  EXPECT_TRUE(second.adds);
  EXPECT_EQ(second.labels, first.labels);
  EXPECT_THAT(second.after, IsEmpty());
  EXPECT_THAT(second.before, IsEmpty());
}

TEST_F(Mapping, AFieldOfOneTypeDoesNotHoldUpWhoGoesFirstByAnother) {
  const MappingPlace number = Find({R"({"by":1,"n":1})", 10, 50, 0});
  const MappingPlace text = Find({R"({"by":2,"n":"not a number"})", 20, 60, 1});
  EXPECT_THAT(text.after, IsEmpty());
  EXPECT_THAT(text.before, SizeIs(1));
  EXPECT_THAT(number.labels, IsSupersetOf(text.before));
}

TEST_F(Mapping, TextGoesBeforeANumberThatTheSourceTookWithALowerSequenceNumber) {
  const MappingPlace number = Find({R"({"n":1})", 10, 50, 0});
  const MappingPlace text = Find({R"({"n":"not a number"})", 20, 60, 1});
  EXPECT_THAT(text.before, ElementsAreArray(number.labels));
  EXPECT_THAT(text.after, IsEmpty());
}

TEST_F(Mapping, ANumberThatBeganLaterComesAfterText) {
  const MappingPlace text = Find({R"({"n":"not a number"})", 10, 50, 1});
  const MappingPlace number = Find({R"({"n":1})", 20, 60, 0});
  EXPECT_THAT(number.after, ElementsAreArray(text.labels));
  EXPECT_THAT(number.before, IsEmpty());
}

TEST_F(Mapping, TextThatIsADateComesAfterOtherText) {
  const MappingPlace date = Find({R"({"n":"2026-11-29T10:00:00Z"})", 10, 50, 0});
  const MappingPlace text = Find({R"({"n":"2026-11-29 in words"})", 20, 60, 1});
  EXPECT_THAT(text.before, ElementsAreArray(date.labels));
}

TEST_F(Mapping, ADateGoesBeforeANumberWhichItTakesForATime) {
  const MappingPlace number = Find({R"({"n":1})", 10, 50, 0});
  const MappingPlace date = Find({R"({"n":"2026/11/29"})", 20, 60, 1});
  EXPECT_THAT(date.before, ElementsAreArray(number.labels));
}

TEST_F(Mapping, OfAWholeNumberAndAFractionTheLowerSequenceNumberGoesFirst) {
  const MappingPlace fraction = Find({R"({"n":1.5})", 10, 50, 8});
  const MappingPlace whole = Find({R"({"n":1})", 20, 60, 7});
  EXPECT_THAT(whole.before, ElementsAreArray(fraction.labels));
}

TEST_F(Mapping, WhatWasRefusedComesAfterWhatWasTaken) {
  const MappingPlace refused = Find({R"({"n":"text"})", 10, 50, std::nullopt});
  const MappingPlace taken = Find({R"({"n":1})", 20, 60, 0});
  EXPECT_THAT(taken.before, ElementsAreArray(refused.labels));
}

TEST_F(Mapping, WhatWasRefusedTellsNobodyOfAField) {
  Find({R"({"n":"text"})", 10, 15, std::nullopt});
  EXPECT_TRUE(Find({R"({"n":1})", 20, 60, 0}).adds);
}

TEST_F(Mapping, AnObjectIsOfAnotherTypeThanAValueOfItsName) {
  const MappingPlace object = Find({R"({"a":{"b":1}})", 10, 50, 0});
  const MappingPlace refused = Find({R"({"a":1})", 20, 60, std::nullopt});
  EXPECT_THAT(refused.after, SizeIs(1));
  EXPECT_THAT(object.labels, IsSupersetOf(refused.after));
}

TEST_F(Mapping, FieldsOfOneDocumentEachAreMadeTooOnceTheyAreLookedThrough) {
  const size_t count = 2 * limits::kOpenFields;
  for (size_t i = 0; i < count; ++i) {
    EXPECT_TRUE(Adds(fmt::format(R"({{"f{}":1}})", i)));
  }
  for (size_t i = 0; i < count; ++i) {
    EXPECT_FALSE(Adds(fmt::format(R"({{"f{}":1}})", i)));
  }
}

}  // namespace
}  // namespace trafrec::plan
