#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/store/chain_fixture.h"
#include "tests/store/merge_fixture.h"
#include "tests/store/reader_fixture.h"

namespace trafrec::store {
namespace {

using testing::ElementsAre;

class Sightings : public testing::Test {
 protected:
  const TemporaryFolder folder_;
  const std::filesystem::path log_ = folder_ / "log";
};

TEST_F(Sightings, AnExchangeThatTwoRecordersSawIsShownOnce) {
  Witness(log_, "b").SawAll(1, 2).End();
  Witness(log_, "a").SawAll(2, 3).End();
  EXPECT_THAT(Shown(log_), ElementsAre("b-0001-11 /index/_doc/1", "a-0001-11 /index/_doc/2 x2",
                                       "a-0001-12 /index/_doc/3"));
}

TEST_F(Sightings, IdsAndOrderDoNotDependOnWhoWasFirst) {
  const TemporaryFolder other;
  Witness(log_, "b").SawAll(1, 50).End();
  Witness(log_, "a").SawAll(20, 70).End();
  Witness(other / "log", "a").SawAll(20, 70).End();
  Witness(other / "log", "b").SawAll(1, 50).End();
  EXPECT_EQ(Shown(log_).size(), 70U);
  EXPECT_EQ(Shown(log_), Shown(other / "log"));
}

TEST_F(Sightings, WholeMessageBeatsACutOne) {
  Witness(log_, "a").Saw({.holes = {{100, 50}}}).End();
  Witness(log_, "b").Saw({}).End();
  EXPECT_THAT(Shown(log_), ElementsAre("a-0001-11 /index/_doc/1 x2"));
  EXPECT_EQ(FirstOf(log_).response->body, BodyOf(1, 1'000));
}

TEST_F(Sightings, AnAnswerThatOneSawIsSeen) {
  Witness(log_, "a").Saw({.response = false}).End();
  Witness(log_, "b").Saw({}).End();
  EXPECT_THAT(Shown(log_), ElementsAre("a-0001-11 /index/_doc/1 x2"));
  EXPECT_EQ(FirstOf(log_).row.status, 200);
}

TEST_F(Sightings, PiecesOfABodyCompleteEachOther) {
  Witness(log_, "a").Saw({.holes = {{100, 50}}}).End();
  Witness(log_, "b").Saw({.holes = {{500, 50}, {900, 100}}}).End();
  EXPECT_THAT(Shown(log_), ElementsAre("a-0001-11 /index/_doc/1 x2"));
  EXPECT_EQ(FirstOf(log_).response->body, BodyOf(1, 1'000));
}

TEST_F(Sightings, WhatAllMissedIsMissing) {
  Witness(log_, "a").Saw({.holes = {{100, 100}}}).End();
  Witness(log_, "b").Saw({.holes = {{150, 100}}}).End();
  EXPECT_THAT(Shown(log_), ElementsAre("a-0001-11 /index/_doc/1 x2 gap_in_response"));
  const StoredMessage response = *FirstOf(log_).response;
  ASSERT_EQ(response.facts.gaps.size(), 1U);
  EXPECT_EQ(response.facts.gaps[0].body_offset, 150U);
  EXPECT_EQ(response.facts.gaps[0].length, 50U);
  EXPECT_EQ(response.body, BodyOf(1, 1'000).erase(150, 50));
}

TEST_F(Sightings, AnAnswerAloneBelongsToTheRequestThatAnotherSaw) {
  const int64_t late = 10 * kNsPerSecond;
  Witness(log_, "a").Saw({.holes = {{1, 2}}, .latency_ns = late}).SawAll(2, 9).End();
  Witness(log_, "b").Saw({.request = false, .latency_ns = late}).End();
  EXPECT_THAT(Shown(log_).front(), "a-0001-11 /index/_doc/1 x2");
  EXPECT_EQ(Shown(log_).size(), 9U);
}

TEST_F(Sightings, AnAnswerAnHourLateIsNotShownTwice) {
  const int64_t late = 3'600 * kNsPerSecond;
  Witness(log_, "a").Saw({.latency_ns = late}).SawAll(2, 9).End();
  Witness(log_, "b").Saw({.request = false, .latency_ns = late}).End();
  EXPECT_EQ(Shown(log_).size(), 9U);
}

TEST_F(Sightings, HalvesThatNobodyPairedStayApart) {
  Witness(log_, "a").Saw({.response = false}).End();
  Witness(log_, "b").Saw({.request = false}).End();
  EXPECT_THAT(Shown(log_), ElementsAre("a-0001-11 /index/_doc/1 response_missing",
                                       "b-0001-11 (no request) request_missing"));
}

TEST_F(Sightings, RecordersThatDisagreeAboutTheAnswerAreDoubted) {
  Witness(log_, "a").Saw({}).End();
  Witness(log_, "b").Saw({.response_seq = 77}).End();
  EXPECT_THAT(Shown(log_), ElementsAre("a-0001-11 /index/_doc/1 x2 pairing_ambiguous"));
}

TEST_F(Sightings, EqualContentElsewhereInTheFlowIsAnotherExchange) {
  Witness(log_, "a").Saw({.n = 1}).End();
  Witness(log_, "b").Saw({.n = 2}).End();
  EXPECT_EQ(Shown(log_).size(), 2U);
}

TEST_F(Sightings, ConnectionsOnBothSidesOfANatAreTwo) {
  Witness(log_, "a").Saw({.client_port = 40'000}).End();
  Witness(log_, "b").Saw({.client_port = 50'000}).End();
  EXPECT_EQ(Shown(log_).size(), 2U);
}

TEST_F(Sightings, AHandshakeThatOneMissedContradictsNothing) {
  Witness(log_, "a").Saw({.client_isn = std::nullopt}).End();
  Witness(log_, "b").Saw({.client_isn = 7}).End();
  EXPECT_THAT(Shown(log_), ElementsAre("a-0001-11 /index/_doc/1 x2"));
  EXPECT_EQ(FirstOf(log_).connection.client_isn, 7U);
}

TEST_F(Sightings, ConnectionsOnBothSidesOfASynProxyAreTwo) {
  Witness(log_, "a").Saw({.client_isn = 7, .server_isn = 8}).End();
  Witness(log_, "b").Saw({.client_isn = 7, .server_isn = 9}).End();
  EXPECT_EQ(Shown(log_).size(), 2U);
}

TEST_F(Sightings, AHandshakeThatOneTookFromTheConnectionBeforeProvesNothing) {
  Witness(log_, "a").Saw({.client_isn = 2, .server_isn = 3}).End();
  Witness(log_, "b").Saw({.client_isn = 7, .server_isn = 8}).End();
  EXPECT_THAT(Shown(log_), ElementsAre("a-0001-11 /index/_doc/1 x2"));
}

TEST_F(Sightings, ARequestWhoseStartOneCannotProveIsThatOfTheOther) {
  Witness(log_, "a").Saw({}).End();
  Witness(log_, "b").Saw({.found_late = 1}).End();
  EXPECT_THAT(Shown(log_), ElementsAre("a-0001-11 /index/_doc/1 x2"));
}

TEST_F(Sightings, AnAnswerToHeadThatOneTookForAnotherCountsNothing) {
  Witness(log_, "a").Saw({.holes = {{100, 50}}, .method = "HEAD"}).End();
  Witness(log_, "b").Saw({.request = false}).End();
  EXPECT_THAT(Shown(log_), ElementsAre("a-0001-11 /index/_doc/1 x2 gap_in_response"));
}

TEST_F(Sightings, FiltersJudgeTheWhole) {
  Witness(log_, "a").Saw({.response = false}).Saw({.n = 2, .response = false}).End();
  Witness(log_, "b").Saw({}).End();
  const auto reader = OpenReader(log_);
  EXPECT_THAT(Shown(*reader, {.complete_only = true}), ElementsAre("a-0001-11 /index/_doc/1 x2"));
  EXPECT_THAT(Shown(*reader, {.incomplete_only = true}),
              ElementsAre("a-0001-12 /index/_doc/2 response_missing"));
  EXPECT_THAT(Shown(*reader, {.statuses = {"200"}}), ElementsAre("a-0001-11 /index/_doc/1 x2"));
  EXPECT_THAT(Shown(*reader, {.where = "sightings = 1"}),
              ElementsAre("a-0001-12 /index/_doc/2 response_missing"));
  EXPECT_THAT(Shown(*reader, {.since = TimeOf(2)}),
              ElementsAre("a-0001-12 /index/_doc/2 response_missing"));
}

TEST_F(Sightings, EveryIdOfAnExchangeFindsTheWhole) {
  Witness(log_, "a").Saw({.response = false}).End();
  Witness(log_, "b").Saw({.n = 7}).Saw({}).End();
  const auto reader = OpenReader(log_);
  for (const char* id : {"a-0001-11", "b-0001-12"}) {
    const ExchangeRow row = reader->Find(id).value();
    EXPECT_EQ(row.sighting_count(), 2U) << id;
    EXPECT_TRUE(reader->Load(row)->response) << id;
  }
}

TEST_F(Sightings, ADamagedOneCostsNothingIfAnotherIsWhole) {
  Witness(log_, "a").Saw({}).End();
  Witness(log_, "b").Saw({}).End();
  Spoil(log_ / "a/0001/000001.sqlite", "UPDATE frame SET data=zeroblob(100)");
  EXPECT_EQ(FirstOf(log_).response->body, BodyOf(1, 1'000));
}

TEST_F(Sightings, SegmentsWithoutTheColumnOfSequenceNumbersAreRead) {
  Witness(log_, "a").SawAll(1, 3).End();
  Spoil(log_ / "a/0001/000001.sqlite", "ALTER TABLE message DROP COLUMN first_seq");
  RemoveManifests(log_);
  EXPECT_EQ(Shown(log_).size(), 3U);
  EXPECT_EQ(DamagesOf(log_), "");
}

TEST_F(Sightings, TheReportCountsEachExchangeOnce) {
  Witness(log_, "a").SawAll(1, 30).End();
  Witness(log_, "b").SawAll(21, 50).End();
  const MergeReport report = OpenReader(log_)->Merged().value().value();
  EXPECT_EQ(report.exchanges, 50U);
  EXPECT_EQ(report.seen_by_several, 10U);
}

TEST_F(Sightings, OfOneRecorderNothingIsReported) {
  Witness(log_, "a").SawAll(1, 3).End();
  EXPECT_FALSE(OpenReader(log_)->Merged().value().has_value());
}

}  // namespace
}  // namespace trafrec::store
