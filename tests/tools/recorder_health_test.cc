#include "tools/recorder_health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/health_report.h"

namespace trafrec::tools {
namespace {

using capture::RecorderProgress;
using std::chrono::seconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A live recorder that is well, and what becomes of it from second to second.
class Health : public testing::Test {
 protected:
  Health() {
    look_.live = look_.capturing = true;
    look_.at = 1'795'243'680 * kNsPerSecond;
    Second();
  }

  /// A second later; the marks have moved on with it.
  std::vector<std::string> Second() {
    now_ += seconds(1);
    look_.at += kNsPerSecond;
    if (marks_move_) {
      look_.written.requests_through = look_.written.answers_through = look_.at - kNsPerSecond;
    }
    if (disk_syncs_) {
      look_.durable = look_.written;
    }
    troubles_ = health_.Judge(look_, now_);
    std::vector<std::string> kinds;
    for (const Trouble& trouble : troubles_) {
      kinds.emplace_back(trouble.kind);
    }
    return kinds;
  }

  std::vector<std::string> Seconds(int count) {
    for (int n = 1; n < count; ++n) {
      Second();
    }
    return Second();
  }

  RecorderHealth health_;
  RecorderHealth::Clock::time_point now_{seconds(1'000)};
  RecorderProgress look_;
  std::vector<Trouble> troubles_;
  bool marks_move_ = true;
  bool disk_syncs_ = true;
};

TEST_F(Health, AQuietRecorderIsWell) { EXPECT_THAT(Seconds(100), IsEmpty()); }

TEST_F(Health, KernelDropsAreTroubleForAMinute) {
  look_.counters = {{"packets.received", "", 980}};
  look_.kernel_drops = 20;
  EXPECT_THAT(Second(), ElementsAre("kernel_drops"));
  EXPECT_THAT(troubles_[0].what, HasSubstr("the kernel dropped 20 packets (2.0% of all)"));
  EXPECT_THAT(troubles_[0].remedy, HasSubstr("--ring"));
  EXPECT_THAT(Seconds(55), ElementsAre("kernel_drops"));
  EXPECT_THAT(Seconds(10), IsEmpty());
}

TEST_F(Health, DropsBeforeTheFirstLookCountToo) {
  RecorderHealth health;
  look_.ring_drops = 5;
  const auto troubles = health.Judge(look_, now_);
  ASSERT_EQ(troubles.size(), 1U);
  EXPECT_EQ(troubles[0].kind, "ring_drops");
}

TEST_F(Health, ThreeKindsOfDropsAreThreeTroubles) {
  look_.kernel_drops = look_.interface_drops = look_.ring_drops = 1;
  EXPECT_THAT(Second(), ElementsAre("kernel_drops", "interface_drops", "ring_drops"));
}

TEST_F(Health, WhatIsGivenUpUnderLoadIsTrouble) {
  look_.counters = {{"messages.bodies_shed", "", 3}};
  EXPECT_THAT(Second(), ElementsAre("shedding"));
  EXPECT_THAT(troubles_[0].what, HasSubstr("3 bodies were given up"));
}

TEST_F(Health, WhatIsGivenUpForWantOfSpaceIsOneTroubleOnly) {
  look_.saving_space = true;
  look_.counters = {{"messages.bodies_shed", "", 3}};
  EXPECT_THAT(Second(), ElementsAre("disk_nearly_full"));
  look_.saving_space = false;
  EXPECT_THAT(Second(), IsEmpty());
}

TEST_F(Health, AFullDiskIsTroubleUntilItStoresAgain) {
  look_.trouble = Error{ErrorCode::kNoSpace, "cannot store: the disk is full", "free some space"};
  EXPECT_THAT(Second(), ElementsAre("disk_full"));
  EXPECT_EQ(troubles_[0].remedy, "free some space");
  look_.trouble.reset();
  EXPECT_THAT(Second(), IsEmpty());
}

TEST_F(Health, MarksThatStandAreTroubleAndSayWhatHoldsThem) {
  marks_move_ = false;
  look_.written.requests_hold = {store::HoldCause::kUndelivered, 0};
  EXPECT_THAT(Seconds(20), IsEmpty());
  EXPECT_THAT(Seconds(20), ElementsAre("marks_stand"));
  EXPECT_THAT(troubles_[0].what, AllOf(HasSubstr("complete only up to"), HasSubstr("undelivered")));
}

TEST_F(Health, MarksNeedNotMoveOnceTheSourceHasEnded) {
  marks_move_ = look_.capturing = false;
  EXPECT_THAT(Seconds(100), IsEmpty());
}

TEST_F(Health, AFailedSyncIsTroubleUntilAllIsDurable) {
  disk_syncs_ = false;
  look_.unsynced = Error{ErrorCode::kIo, "cannot sync the segment", "look after the disk"};
  look_.store.failed_syncs = 1;
  EXPECT_THAT(Second(), ElementsAre("sync_failed"));
  EXPECT_THAT(Seconds(90), ElementsAre("sync_failed"));
  disk_syncs_ = true;
  EXPECT_THAT(Second(), IsEmpty());
}

TEST_F(Health, StagesThatAreBehindAreTrouble) {
  look_.reassembly_lag_ns = 20 * kNsPerSecond;
  look_.store.queue_fill = 0.95;
  EXPECT_THAT(Second(), ElementsAre("reassembly_behind", "store_behind"));
}

TEST_F(Health, ASegmentThatNobodySealsIsTrouble) {
  look_.store.oldest_unsealed_ns = 61 * kNsPerSecond;
  EXPECT_THAT(Second(), ElementsAre("keeping_failed"));
}

TEST_F(Health, AJobThatReadsFilesIsNeverBehind) {
  RecorderProgress job;
  job.capturing = true;
  job.store.queue_fill = 1;
  EXPECT_THAT(health_.Judge(job, now_), IsEmpty());
}

TEST_F(Health, EveryKindIsOneOfTheNamesThatAlertsKnow) {
  look_.kernel_drops = look_.interface_drops = look_.ring_drops = 1;
  look_.saving_space = true;
  look_.trouble = Error{ErrorCode::kIo, "no", ""};
  look_.reassembly_lag_ns = look_.store.oldest_unsealed_ns = 100 * kNsPerSecond;
  look_.store.queue_fill = 1;
  look_.unsynced = Error{ErrorCode::kIo, "no", ""};
  look_.store.failed_syncs = 1;
  for (const std::string& kind : Second()) {
    EXPECT_THAT(kTroubleKinds, testing::Contains(kind));
  }
  EXPECT_EQ(troubles_.size(), 9U);
}

TEST(HealthReport, SaysInOneSentenceThatAllIsWell) {
  RecorderProgress look;
  look.live = look.capturing = true;
  look.exchanges = 1'204;
  look.written.requests_through = 1'795'243'680 * kNsPerSecond;
  EXPECT_EQ(HealthInWords(look, {}, {"LOG", "vm", "interface eth0"},
                          look.written.requests_through + 400 * kNsPerMs),
            "well: recording interface eth0 into LOG as vm: 1,204 exchanges; every request that "
            "began before 2026-11-21T06:48:00.000000000Z (400 ms ago) is written\n");
}

TEST(HealthReport, SaysOfEachTroubleWhatToDo) {
  EXPECT_EQ(HealthInWords({}, {{"disk_full", "the disk is full", "free some space"}},
                          {"LOG", "vm", "files"}, 0),
            "disk_full: the disk is full\n  try: free some space\n");
}

}  // namespace
}  // namespace trafrec::tools
