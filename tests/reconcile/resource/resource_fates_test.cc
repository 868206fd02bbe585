#include "reconcile/resource/resource_fates.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace trafrec::reconcile {
namespace {

using store::Grade;
using store::Verdict;
using How = ResourceWrite::How;

const ResourceName kName{.host = "service", .target = "/a"};
constexpr Print kOld = 1;
constexpr Print kNew = 2;

/// One PUT of kNew from 100 to 200 that nobody answered, and what was seen of its resource.
class ResourceFates : public testing::Test {
 protected:
  ResourceFates() {
    const store::ExchangeId id{.recorder = "vm", .attempt = 1, .number = 50};
    history_.questions.push_back(Question{});
    history_.questions.back().at.exchange = id;
    resources_.asked.emplace_back(kName);
    resource().writes.push_back(
        {.id = id, .how = How::kReplaces, .content = kNew, .ran = {100, 200}, .own = true});
    resources_.mutations[kName.host] = {.from = {100}, .until = {200}};
  }

  Resource& resource() { return resources_.resources[kName]; }

  ResourceSight& Sees(TimeNs from, ResourceState state) {
    state.present = true;
    const auto number = static_cast<uint64_t>(from);
    resource().sights.push_back({.by = {.recorder = "vm", .attempt = 1, .number = number},
                                 .at = {from, from + 10},
                                 .state = std::move(state)});
    return resource().sights.back();
  }

  Finding Judged() {
    Judgement judgement;
    judgement.findings.push_back({.question = 0});
    JudgeResources(resources_, history_, judgement);
    return judgement.findings.front();
  }

  History history_;
  ResourceHistory resources_;
};

TEST_F(ResourceFates, TheSameStrongEtagShowsThatNothingWasChangedWithoutTheContent) {
  Sees(10, {.etag = "\"1\""});
  Sees(300, {.etag = "\"1\""});
  EXPECT_EQ(Judged().verdict, Verdict::kNotCommitted);
}

TEST_F(ResourceFates, AnotherEtagOfTheSameContentIsAChange) {
  Sees(10, {.content = kOld, .etag = "\"1\""});
  Sees(300, {.content = kOld, .etag = "\"2\""});
  EXPECT_EQ(Judged().verdict, Verdict::kUnknown);
}

TEST_F(ResourceFates, AnotherModificationTimeOfTheSameContentIsAChange) {
  Sees(10, {.content = kOld, .modified = "Mon"});
  Sees(300, {.content = kOld, .modified = "Tue"});
  EXPECT_EQ(Judged().verdict, Verdict::kUnknown);
}

TEST_F(ResourceFates, WhatAnotherClientSeesIsNotCompared) {
  Sees(10, {.content = kOld, .who = "alice"});
  Sees(300, {.content = kOld, .who = "bob"});
  EXPECT_EQ(Judged().verdict, Verdict::kUnknown);
}

TEST_F(ResourceFates, AnotherVariantIsNotCompared) {
  Sees(10, {.content = kOld, .variant = "text/xml"});
  Sees(300, {.content = kNew, .variant = "text/json"});
  EXPECT_EQ(Judged().verdict, Verdict::kUnknown);
}

TEST_F(ResourceFates, WhatAnotherPutLeftMayLookAsThisOneWouldHaveIt) {
  Sees(10, {.content = kOld}).left = true;
  Sees(300, {.content = kNew});
  EXPECT_EQ(Judged().verdict, Verdict::kUnknown);
}

TEST_F(ResourceFates, WhatAnotherPutLeftAndALookShowsIsUnchanged) {
  Sees(10, {.content = kOld}).left = true;
  resource().writes.push_back({.id = resource().sights.back().by,
                               .how = How::kReplaces,
                               .content = kOld,
                               .ran = {10, 20},
                               .own = true,
                               .done = true});
  resources_.mutations[kName.host] = {.from = {10, 100}, .until = {20, 200}};
  Sees(300, {.content = kOld});
  const Finding finding = Judged();
  EXPECT_EQ(finding.verdict, Verdict::kNotCommitted);
  EXPECT_EQ(finding.grade, Grade::kProven);
}

TEST_F(ResourceFates, ChangesToAndFroAreNotRuledOutWhileAnotherWriteRan) {
  Sees(10, {.content = kOld});
  resource().writes.push_back({.how = How::kReplaces, .content = 3, .ran = {150, 250}});
  resources_.mutations[kName.host] = {.from = {100, 150}, .until = {200, 250}};
  Sees(300, {.content = kOld});
  EXPECT_EQ(Judged().verdict, Verdict::kUnknown);
}

TEST_F(ResourceFates, APutOfOtherBytesMayLookAlikeWhichIsAnAssumption) {
  Sees(10, {.content = kOld});
  resource().writes.push_back({.how = How::kReplaces, .content = 3, .ran = {50, 60}});
  resources_.mutations[kName.host] = {.from = {50, 100}, .until = {60, 200}};
  Sees(300, {.content = kNew});
  const Finding finding = Judged();
  EXPECT_EQ(finding.verdict, Verdict::kCommitted);
  EXPECT_EQ(finding.grade, Grade::kPresumed);
}

TEST_F(ResourceFates, ALaterLookThatProvesGoesBeforeAnEarlierThatPresumes) {
  Sees(10, {.content = kOld});
  Sees(300, {.content = kNew});
  Sees(210, {.content = kNew}).live = true;
  std::ranges::reverse(resource().sights);
  EXPECT_EQ(Judged().grade, Grade::kProven);
}

TEST_F(ResourceFates, WhatWasLostInFlowsIsAnAssumption) {
  Sees(10, {.content = kOld});
  Sees(300, {.content = kNew});
  history_.lost.push_back({.ran = {150, 160}, .in_flow = true});
  EXPECT_EQ(Judged().grade, Grade::kPresumed);
}

TEST_F(ResourceFates, ATimeInWhichNothingWasRecordedLeavesItOpen) {
  Sees(10, {.content = kOld});
  Sees(300, {.content = kNew});
  history_.lost.push_back({.ran = {150, 160}});
  EXPECT_EQ(Judged().verdict, Verdict::kUnknown);
}

TEST_F(ResourceFates, WhatWasDecidedStays) {
  Sees(10, {.content = kOld});
  Sees(300, {.content = kNew});
  Judgement judgement;
  judgement.findings.push_back({.question = 0, .verdict = Verdict::kNotCommitted});
  JudgeResources(resources_, history_, judgement);
  EXPECT_EQ(judgement.findings.front().verdict, Verdict::kNotCommitted);
}

}  // namespace
}  // namespace trafrec::reconcile
