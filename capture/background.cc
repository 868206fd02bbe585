#include "capture/background.h"

#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <string_view>
#include <utility>

#include "base/file_descriptor.h"
#include "capture/limits.h"

namespace trafrec::capture {
namespace {

constexpr auto kStandstill = std::chrono::milliseconds(limits::kBackgroundStandstillMs);
constexpr auto kCalm = std::chrono::milliseconds(limits::kBackgroundCalmMs);

}  // namespace

Background::Background(std::function<void(bool low)> set_low)
    : set_low_(std::move(set_low)), late_at_(Clock::now()) {}

Background::~Background() { SetLow(false); }

void Background::Look(std::span<const Stage> stages, std::chrono::nanoseconds lag,
                      Clock::time_point now) {
  if (IsLate(stages, lag, now)) {
    late_at_ = now;
    SetLow(false);
  } else if (now - late_at_ >= kCalm) {
    SetLow(true);
  }
}

bool Background::IsLate(std::span<const Stage> stages, std::chrono::nanoseconds lag,
                        Clock::time_point now) {
  watched_.resize(stages.size(), {.turns = 0, .moved_at = now});
  bool late = lag >= kStandstill;
  for (size_t i = 0; i < stages.size(); ++i) {
    if (stages[i].fill <= 0 || stages[i].turns != watched_[i].turns) {
      watched_[i] = {.turns = stages[i].turns, .moved_at = now};
    }
    late = late || stages[i].fill > limits::kBackgroundFill ||
           now - watched_[i].moved_at >= kStandstill;
  }
  return late;
}

void Background::SetLow(bool low) {
  if (set_low_ && std::exchange(low_, low) != low) {
    set_low_(low);
  }
}

std::function<void(bool low)> Background::OfSession() {
  if (getsid(0) != getpid()) {
    return {};
  }
  // Kept open: a process that gave up its rights may not open it any more.
  auto niceness =
      std::make_shared<FileDescriptor>(open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC));
  if (niceness->get() < 0) {
    return {};
  }
  return [niceness = std::move(niceness)](bool low) {
    const std::string_view text = low ? "19" : "0";
    // A kernel that does not group sessions refuses; then there is nothing to lower.
    static_cast<void>(!write(niceness->get(), text.data(), text.size()));
  };
}

}  // namespace trafrec::capture
