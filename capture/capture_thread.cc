#include "capture/capture_thread.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "capture/limits.h"
#include "store/limits.h"

namespace trafrec::capture {
namespace {

constexpr auto kDropsInterval = std::chrono::milliseconds(store::limits::kDropsIntervalMs);
constexpr auto kSilenceInterval = std::chrono::milliseconds(100);

uint64_t WireBytes(const PacketBatch& batch) {
  uint64_t bytes = 0;
  for (const reassembly::Packet& packet : batch.packets) {
    bytes += packet.wire_bytes;
  }
  return bytes;
}

}  // namespace

CaptureThread::CaptureThread(PacketSource& source, PacketRing& ring, Gauges& gauges,
                             std::function<void(std::chrono::nanoseconds)> each_turn)
    : source_(source),
      ring_(ring),
      gauges_(gauges),
      each_turn_(std::move(each_turn)),
      live_(source.live()),
      last_packet_seen_(Clock::now()),
      silence_noted_(last_packet_seen_),
      drops_noted_(last_packet_seen_),
      drops_noted_at_(WallClockNow()),
      thread_([this] { Run(); }) {}

CaptureThread::~CaptureThread() { Join(); }

void CaptureThread::Join() {
  if (thread_.joinable()) {
    thread_.join();
  }
}

void CaptureThread::Run() {
  pthread_setname_np(pthread_self(), "capture");
  bool more = true;
  while (more) {
    gauges_.capture_turns.fetch_add(1, std::memory_order_relaxed);
    if (each_turn_) {
      each_turn_(std::exchange(lag_, {}));
    }
    PacketBatch batch = ring_.TakeSpare();
    asked_ = Clock::now();
    asked_at_ = WallClockNow();
    const Result<bool> next = source_.Next(batch);
    if (!next) {
      error_ = next.error();
    }
    more = next && *next;
    NoteWarnings();
    if (live_ && Clock::now() - drops_noted_ >= kDropsInterval) {
      NoteDrops(false);
    }
    more = HandOver(std::move(batch)) && more;
  }
  NoteDrops(true);
  if (ring_losses_) {
    losses_.push_back(*ring_losses_);
  }
  if (!losses_.empty()) {
    ring_.Push({.batch = {}, .losses = std::move(losses_), .silent_until = {}, .ready_at = {}});
  }
  ring_.Close();
}

bool CaptureThread::HandOver(PacketBatch batch) {
  if (batch.packets.empty()) {
    ring_.GiveBack(std::move(batch));
    if (live_) {
      NoteSilence();
    }
    return true;
  }
  if (packets_ == 0) {
    first_packet_at_ = batch.packets.front().at;
  }
  last_packet_at_ = batch.packets.back().at;
  packets_ += batch.packets.size();
  bytes_ += batch.bytes;
  gauges_.captured_packets.store(packets_, std::memory_order_relaxed);
  RingItem item{.batch = std::move(batch), .losses = {}, .silent_until = {}, .ready_at = {}};
  if (live_) {
    lag_ = std::chrono::nanoseconds(WallClockNow() - last_packet_at_);
    gauges_.capture_lag.Add(lag_.count());
    item.ready_at = last_packet_seen_ = Clock::now();
    wire_bytes_ += WireBytes(item.batch);
    HandOverLive(std::move(item));
    return true;
  }
  item.losses = std::exchange(losses_, {});
  return ring_.Push(std::move(item));
}

void CaptureThread::HandOverLive(RingItem item) {
  item.losses = std::exchange(losses_, {});
  if (ring_losses_) {
    item.losses.push_back(*ring_losses_);
  }
  if (ring_.TryPush(item)) {
    ring_losses_.reset();
    return;
  }
  if (ring_losses_) {
    item.losses.pop_back();
  }
  losses_ = std::move(item.losses);
  const auto& packets = item.batch.packets;
  if (!packets.empty()) {
    if (!ring_losses_) {
      ring_losses_ = {.cause = store::LossCause::kRingDrop,
                      .from = packets.front().at,
                      .until = packets.back().at,
                      .connection = {},
                      .packets = 0,
                      .bytes = 0,
                      .exact = true};
    }
    const uint64_t bytes = WireBytes(item.batch);
    ring_losses_->until = packets.back().at;
    ring_losses_->packets += packets.size();
    ring_losses_->bytes += bytes;
    gauges_.ring_dropped_bytes.fetch_add(bytes, std::memory_order_relaxed);
    gauges_.ring_drops.fetch_add(packets.size(), std::memory_order_release);
  }
  ring_.GiveBack(std::move(item.batch));
}

/// The source had nothing, so all packets before it was asked, less what the kernel may hold back,
/// are in the ring already, ahead of this note. Not those before now: this thread may have been
/// kept waiting since. Packet time goes on from the last packet, as the wall clock may be another
/// one.
void CaptureThread::NoteSilence() {
  if (asked_ - silence_noted_ < kSilenceInterval) {
    return;
  }
  silence_noted_ = asked_;
  const int64_t since =
      std::chrono::duration_cast<std::chrono::nanoseconds>(asked_ - last_packet_seen_).count();
  const TimeNs until =
      (packets_ > 0 ? last_packet_at_ + since : asked_at_) - limits::kLiveLatenessNs;
  if (until > last_packet_at_) {
    HandOverLive({.batch = {}, .losses = {}, .silent_until = until, .ready_at = {}});
  }
}

TimeNs CaptureThread::Now() const { return live_ ? WallClockNow() : last_packet_at_; }

void CaptureThread::NoteDrops(bool at_end) {
  const SourceDrops drops = source_.drops();
  const TimeNs from = live_ ? drops_noted_at_ : first_packet_at_;
  const TimeNs until = Now();
  AddLoss(store::LossCause::kKernelDrop, from, until, drops.kernel - drops_.kernel);
  AddLoss(store::LossCause::kInterfaceDrop, from, until, drops.interface - drops_.interface);
  drops_ = drops;
  drops_noted_ = Clock::now();
  drops_noted_at_ = until;
  gauges_.kernel_drops.store(drops.kernel, std::memory_order_relaxed);
  gauges_.interface_drops.store(drops.interface, std::memory_order_relaxed);
  if (at_end) {
    NoteWarnings();
  }
}

/// Their number is known, their size is not: it is taken to be that of the packets that came.
void CaptureThread::AddLoss(store::LossCause cause, TimeNs from, TimeNs until, uint64_t packets) {
  if (packets == 0) {
    return;
  }
  const uint64_t mean_bytes = packets_ == 0 ? 0 : (live_ ? wire_bytes_ : bytes_) / packets_;
  losses_.push_back({.cause = cause,
                     .from = from,
                     .until = until,
                     .connection = {},
                     .packets = packets,
                     .bytes = packets * mean_bytes,
                     .exact = false});
}

void CaptureThread::NoteWarnings() {
  for (SourceWarning& warning : source_.TakeWarnings()) {
    warnings_.push_back(std::move(warning.what));
    if (warning.cut) {
      gauges_.cut_files.fetch_add(1, std::memory_order_relaxed);
      losses_.push_back({.cause = store::LossCause::kCutFile,
                         .from = last_packet_at_,
                         .until = last_packet_at_,
                         .connection = {},
                         .packets = 0,
                         .bytes = 0,
                         .exact = false});
    }
  }
}

}  // namespace trafrec::capture
