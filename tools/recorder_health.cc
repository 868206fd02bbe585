#include "tools/recorder_health.h"

#include <fmt/format.h>

#include "tools/accounting.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

/// So long a loss counts as trouble: two scrapes of a slow monitoring system see it.
constexpr auto kMinute = std::chrono::seconds(60);
/// Marks move at least each second, in silence too; so many seconds are no busy moment any more.
constexpr int64_t kMarksStandNs = 30 * kNsPerSecond;
/// What the ring holds at a rate at which it will not empty by itself.
constexpr int64_t kReassemblyBehindNs = 10 * kNsPerSecond;
/// Syncs are a second apart; a disk may take some more for one.
constexpr int64_t kDurableBehindNs = 10 * kNsPerSecond;
constexpr double kQueueFull = 0.9;
/// Readers of ours hold a segment for a tenth of a second, and a sync of a GiB takes some ten.
constexpr int64_t kUnsealedNs = 60 * kNsPerSecond;

std::string Joined(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += (text.empty() ? "" : "; ") + finding.what;
  }
  return text;
}

/// The words of `stats`, for a minute's share of these counters.
void AddFindings(std::string_view kind, const Counters& counters, std::vector<Trouble>& troubles) {
  const std::vector<Finding> findings = LossFindings(counters, {});
  if (!findings.empty()) {
    troubles.push_back({kind, "in the last minute " + Joined(findings), findings.front().remedy});
  }
}

}  // namespace

std::string_view OverSentence(std::string_view kind) {
  if (kind == "disk_full" || kind == "cannot_store") {
    return "storing again";
  }
  if (kind == "disk_nearly_full") {
    return "there is room on the disk: storing everything again";
  }
  if (kind == "kernel_drops" || kind == "interface_drops" || kind == "ring_drops") {
    return "no packet was dropped for a minute";
  }
  if (kind == "shedding") {
    return "nothing was given up for a minute";
  }
  if (kind == "sync_failed") {
    return "what is written survives a power loss again";
  }
  if (kind == "keeping_failed") {
    return "segments are sealed and kept again";
  }
  return "it keeps up again";
}

std::vector<Trouble> RecorderHealth::Judge(const capture::RecorderProgress& progress,
                                           Clock::time_point now) {
  std::vector<Trouble> troubles;
  if (!progress.live) {
    return troubles;  // a job that cannot go on ends, and says why
  }
  first_look_at_ = first_look_at_ == 0 ? progress.at : first_look_at_;
  Remember(progress, now);
  AddStoring(progress, troubles);
  AddLosses(troubles);
  AddStages(progress, troubles);
  AddKeeping(progress, troubles);
  return troubles;
}

void RecorderHealth::Remember(const capture::RecorderProgress& progress, Clock::time_point now) {
  if (minute_.empty()) {
    minute_.push_back({.at = now});
  }
  const auto value = [&](const char* name) { return ValueOf(progress.counters, name); };
  const Losses latest{
      .at = now,
      .received = value("packets.received"),
      .kernel_drops = progress.kernel_drops,
      .interface_drops = progress.interface_drops,
      .ring_drops = progress.ring_drops,
      .shed_messages = value("messages.shed.reads") + value("messages.shed.mutations"),
      .shed_bodies = value("messages.bodies_shed"),
      .unstored_messages = value("store.messages.shed.load"),
      .failed_syncs = progress.store.failed_syncs};
  if (progress.saving_space) {
    // Given up for want of room: that is told already, and has another remedy.
    for (Losses& before : minute_) {
      before.shed_messages = latest.shed_messages;
      before.shed_bodies = latest.shed_bodies;
    }
  }
  minute_.push_back(latest);
  while (minute_.size() > 2 && minute_[1].at <= now - kMinute) {
    minute_.pop_front();
  }
}

void RecorderHealth::AddStoring(const capture::RecorderProgress& progress,
                                std::vector<Trouble>& troubles) const {
  if (progress.trouble) {
    troubles.push_back(
        {progress.trouble->code == ErrorCode::kNoSpace ? "disk_full" : "cannot_store",
         progress.trouble->what + "; still counting what is lost, and going on when there is room",
         progress.trouble->remedy});
  }
  if (progress.saving_space) {
    troubles.push_back({"disk_nearly_full",
                        "the disk is nearly full: storing no bodies of answers to reads, and less "
                        "and less of the reads the fuller it gets",
                        "free some space, or let --retain-bytes or --retain-age delete old "
                        "segments"});
  }
}

void RecorderHealth::AddLosses(std::vector<Trouble>& troubles) const {
  const Losses& before = minute_.front();
  const Losses& now = minute_.back();
  const Counter received{"packets.received", "", now.received - before.received};
  AddFindings("kernel_drops",
              {received, {"capture.kernel_drops", "", now.kernel_drops - before.kernel_drops}},
              troubles);
  AddFindings(
      "interface_drops",
      {received, {"capture.interface_drops", "", now.interface_drops - before.interface_drops}},
      troubles);
  AddFindings("ring_drops",
              {received, {"capture.ring_dropped_packets", "", now.ring_drops - before.ring_drops}},
              troubles);
  AddFindings("shedding",
              {{"messages.shed.reads", "", now.shed_messages - before.shed_messages},
               {"messages.bodies_shed", "", now.shed_bodies - before.shed_bodies},
               {"store.messages.shed.load", "", now.unstored_messages - before.unstored_messages}},
              troubles);
}

void RecorderHealth::AddStages(const capture::RecorderProgress& progress,
                               std::vector<Trouble>& troubles) const {
  if (!progress.capturing) {
    return;  // what waits is being stored, and nothing new comes
  }
  constexpr const char* kFaster = "more CPU for it, --compress none, or a narrower --filter";
  if (progress.reassembly_lag_ns > kReassemblyBehindNs) {
    troubles.push_back({"reassembly_behind",
                        fmt::format("reassembly is {} behind the packets",
                                    HumanDuration(progress.reassembly_lag_ns)),
                        kFaster});
  }
  if (progress.store.queue_fill > kQueueFull) {
    troubles.push_back({"store_behind",
                        "the queue to the disk is full: the disk, or compression, is too slow",
                        "a faster disk, --level 1 or --compress none"});
  }
  const TimeNs moved_to = std::max(progress.written.requests_through, first_look_at_);
  if (!progress.trouble && progress.at - moved_to > kMarksStandNs) {
    const std::string hold = store::HoldText(progress.written.requests_hold);
    troubles.push_back(
        {"marks_stand",
         fmt::format("the log is complete only up to {}, {} ago{}", FormatTime(moved_to),
                     HumanDuration(progress.at - moved_to),
                     hold.empty() ? "" : ": held by " + hold),
         "look at the disk and the load of this machine; trafrec stats LOG says what holds the "
         "marks"});
  }
}

void RecorderHealth::AddKeeping(const capture::RecorderProgress& progress,
                                std::vector<Trouble>& troubles) const {
  const bool behind =
      progress.written.requests_through - progress.durable.requests_through > kDurableBehindNs;
  if (progress.unsynced && (behind || minute_.back().failed_syncs > minute_.front().failed_syncs)) {
    troubles.push_back({"sync_failed", progress.unsynced->what, progress.unsynced->remedy});
  }
  if (progress.store.keeping_failure) {
    troubles.push_back({"keeping_failed", progress.store.keeping_failure->what,
                        progress.store.keeping_failure->remedy});
  } else if (progress.store.oldest_unsealed_ns > kUnsealedNs) {
    troubles.push_back({"keeping_failed",
                        fmt::format("a segment that ended {} ago is not sealed: a reader holds it, "
                                    "or the disk is slow",
                                    HumanDuration(progress.store.oldest_unsealed_ns)),
                        "end what keeps the log's segments open (fuser -v shows it)"});
  }
}

}  // namespace trafrec::tools
