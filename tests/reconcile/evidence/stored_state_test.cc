#include "reconcile/evidence/stored_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "reconcile/verdict/judge.h"
#include "tests/reconcile/translog/lucene_samples.h"
#include "tests/reconcile/translog/translog_samples.h"
#include "tests/support/temporary_folder.h"

namespace trafrec::reconcile {
namespace {

using namespace test_support;
using dialect::Kind;
using store::Grade;
using store::Verdict;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr TimeNs kMs = kNsPerMs;
constexpr const char* kUuid = "Lm6Qet_FTHykT2xQTXzivw";
constexpr TimeNs kMade = 1'795'794'169'733 * kMs;

/// A copy of a node's data: an index "a", and the state of Elasticsearch 7 that has three
/// templates.
class StoredState : public testing::Test {
 protected:
  StoredState() {
    const std::string index = std::string("nodes/0/indices/") + kUuid;
    std::filesystem::create_directories(folder_ / (index + "/0/translog"));
    std::filesystem::create_directories(folder_ / (index + "/_state"));
    folder_.Write(index + "/_state/state-1.st", IndexStateOf7());
    folders_ = {{kUuid, 0, folder_ / (index + "/0/translog")}};
  }

  void WithStateOfTheCluster() {
    std::filesystem::create_directories(folder_ / "nodes/0/_state");
    folder_.Write("nodes/0/_state/segments_9", CommitOf7());
    folder_.Write("nodes/0/_state/_6.cfe", CompoundEntriesOf7());
    folder_.Write("nodes/0/_state/_6.cfs", CompoundOf7());
  }

  /// Nobody saw its answer. It ran for 3 s at most.
  void Asked(TimeNs from = kMade) {
    history_.requests.push_back({.runs = {from, from + 3'000 * kMs}, .questions = {0}});
    history_.questions.push_back({.kind = Kind::kAdmin});
    history_.until = from + 10'000 * kMs;
    history_.lost.push_back({.ran = {history_.until}, .answered = true, .after_log = true});
  }

  Finding OfTemplate(const std::string& name, bool early = false) {
    Asked();
    history_.metadata.Add(MetadataChange{
        .what = {MetadataKind::kTemplate, "", name}, .value = name + "-*", .question = 0});
    return Judged(early);
  }

  Finding OfIndex(const std::string& name, bool makes, TimeNs from = kMade) {
    Asked(from);
    history_.index_lives.changes.push_back({name, makes, !makes, {from, from}, 0});
    return Judged(false);
  }

  Finding Judged(bool early) {
    notes_ = AddStoredState(folders_, early, history_);
    return Judge(history_).findings.front();
  }

  static auto Assumes(const std::string& name) {
    return Field(&Finding::evidence, Contains(Field(&Evidence::words, StartsWith(name + ":"))));
  }

  TemporaryFolder folder_;
  std::vector<ShardFolder> folders_;
  History history_;
  std::vector<Note> notes_;
};

TEST_F(StoredState, ATemplateThatIsThereMayBeOlderThanTheLog) {
  WithStateOfTheCluster();
  EXPECT_EQ(OfTemplate("template-t9-178").verdict, Verdict::kUnknown);
}

TEST_F(StoredState, ATemplateThatWasNotThereAndIsThenWasPut) {
  WithStateOfTheCluster();
  history_.metadata.Add(
      MetadataSight{.kind = MetadataKind::kTemplate,
                    .there = std::make_shared<const std::map<std::string, std::string>>(),
                    .at = {kMade - 2'000 * kMs, kMade - 1'000 * kMs}});
  const Finding finding = OfTemplate("template-t9-178");
  EXPECT_EQ(finding.verdict, Verdict::kCommitted);
  EXPECT_EQ(finding.grade, Grade::kPresumed);
  EXPECT_THAT(finding, Assumes("late"));
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(StoredState, ATemplateThatIsNotThereWasNotPut) {
  WithStateOfTheCluster();
  EXPECT_EQ(OfTemplate("template-t9-200").verdict, Verdict::kNotCommitted);
}

TEST_F(StoredState, WhatWasThereWhenTheLogHadNotEndedSaysNothingOfWhatCameLater) {
  WithStateOfTheCluster();
  const auto before = std::filesystem::file_time_type::clock::from_sys(
      std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::nanoseconds(kMade - kMs)));
  for (const char* path : {"", "/_state", "/indices/Lm6Qet_FTHykT2xQTXzivw/_state"}) {
    std::filesystem::last_write_time(folder_ / (std::string("nodes/0") + path), before);
  }
  EXPECT_EQ(OfTemplate("template-t9-200", true).verdict, Verdict::kUnknown);
}

TEST_F(StoredState, AnIndexThatTheClusterDoesNotHaveWasNotMade) {
  WithStateOfTheCluster();
  const Finding finding = OfIndex("made", true);
  EXPECT_EQ(finding.verdict, Verdict::kNotCommitted);
  EXPECT_THAT(finding, testing::Not(Assumes("whole")));
}

TEST_F(StoredState, WithoutTheStateOfTheClusterACopyIsPresumedToHaveAllIndices) {
  const Finding gone = OfIndex("made", true);
  EXPECT_EQ(gone.verdict, Verdict::kNotCommitted);
  EXPECT_THAT(gone, Assumes("whole"));
}

TEST_F(StoredState, ACopyThatLacksAnIndexWhichWasWrittenIsNotPresumedToHaveAll) {
  history_.writes.push_back({.document = {"other", "1"}});
  EXPECT_EQ(OfIndex("made", true).verdict, Verdict::kUnknown);
}

TEST_F(StoredState, ACopyWithAnIndexWhoseNameCannotBeReadIsNotPresumedToHaveAll) {
  std::filesystem::create_directories(folder_ / "nodes/0/indices/AAAAAAAAAAAAAAAAAAAAAA/_state");
  const std::string state = IndexStateOf7();
  folder_.Write("nodes/0/indices/AAAAAAAAAAAAAAAAAAAAAA/_state/state-2.st",
                state.substr(0, state.size() - 9));
  EXPECT_EQ(OfIndex("made", true).verdict, Verdict::kUnknown);
  ASSERT_EQ(notes_.size(), 1U);
  EXPECT_THAT(notes_[0].words, HasSubstr("state-2.st cannot be read"));
}

TEST_F(StoredState, AnIndexThatIsOlderThanTheRequestWasNotRemoved) {
  EXPECT_EQ(OfIndex("a", false, kMade + 60'000 * kMs).verdict, Verdict::kNotCommitted);
}

TEST_F(StoredState, AnIndexWhoseCreationWasAnsweredTellsTheClockUnlessItMayHaveBeenRemoved) {
  const TimeNs asked = kMade + 5'000 * kMs;  // clocks may be 10 s apart, if nothing tells
  const auto verdict_beside = [&](bool removes) {
    history_ = {};
    const auto made = [&](const std::string& name, TimeNs at) {
      history_.index_lives.changes.push_back({name, true, false, {at, at + kMs}, {}});
    };
    history_.index_lives.made_at["other"] = kMade - 60'000 * kMs;
    made("other", kMade - 60'000 * kMs);
    history_.index_lives.changes.push_back({"*", true, removes, {kMade, kMade + kMs}, {}});
    return OfIndex("a", true, asked).verdict;
  };
  EXPECT_EQ(verdict_beside(false), Verdict::kNotCommitted);
  EXPECT_EQ(verdict_beside(true), Verdict::kUnknown);
}

TEST_F(StoredState, OneThatCannotBeReadIsNamed) {
  std::filesystem::create_directories(folder_ / "nodes/0/_state");
  folder_.Write("nodes/0/_state/segments_9", "damaged");
  Asked();
  Judged(false);
  ASSERT_EQ(notes_.size(), 1U);
  EXPECT_EQ(notes_[0].about, Note::About::kJournal);
  EXPECT_THAT(notes_[0].words, HasSubstr("nodes/0/_state"));
}

}  // namespace
}  // namespace trafrec::reconcile
