#include "store/writer/writer_status.h"

#include <utility>

namespace trafrec::store {

void WriterStatus::SetCounters(Counters counters) {
  const std::lock_guard lock(mutex_);
  counters_ = std::move(counters);
  counters_changed_ = true;
}

std::optional<Counters> WriterStatus::TakeNewCounters() {
  const std::lock_guard lock(mutex_);
  return std::exchange(counters_changed_, false) ? std::optional(counters_) : std::nullopt;
}

void WriterStatus::WantCommit(uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  commit_wanted_ = sequence;
}

bool WriterStatus::commit_wanted(uint64_t taken) const {
  const std::lock_guard lock(mutex_);
  return commit_wanted_ > settled_ && commit_wanted_ <= taken;
}

void WriterStatus::WaitSettled(uint64_t sequence) {
  std::unique_lock lock(mutex_);
  settled_changed_.wait(lock, [&] { return settled_ >= sequence; });
}

void WriterStatus::Settle(uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  settled_ = sequence;
  settled_changed_.notify_all();
}

void WriterStatus::SetSource(std::string source) {
  const std::lock_guard lock(mutex_);
  new_source_ = std::move(source);
}

std::optional<std::string> WriterStatus::TakeNewSource() {
  const std::lock_guard lock(mutex_);
  return std::exchange(new_source_, std::nullopt);
}

void WriterStatus::CountSegment() {
  const std::lock_guard lock(mutex_);
  ++summary_.segments;
}

void WriterStatus::OnCommit(const Marks& written, const LogWriterSummary& counted) {
  const std::lock_guard lock(mutex_);
  trouble_.reset();
  written_ = written;
  const uint64_t segments = summary_.segments;
  summary_ = counted;
  summary_.segments = segments;
}

void WriterStatus::OnSync(const Marks& durable) {
  const std::lock_guard lock(mutex_);
  durable_ = durable;
}

void WriterStatus::NoteTrouble(const Error& error) {
  const std::lock_guard lock(mutex_);
  trouble_ = past_trouble_ = error;
}

void WriterStatus::NoteUnsynced(const Error& error) {
  const std::lock_guard lock(mutex_);
  unsynced_ = error;
}

}  // namespace trafrec::store
