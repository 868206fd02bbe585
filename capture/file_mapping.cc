#include "capture/file_mapping.h"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <utility>

#include "capture/limits.h"

namespace trafrec::capture {
namespace {

/// What the signal handler knows of a mapping. Whoever reads a mapping keeps it, and by that its
/// slot, alive.
struct Slot {
  std::atomic<const char*> begin = nullptr;
  std::atomic<const char*> end = nullptr;
  std::atomic<const std::string*> text = nullptr;
};

std::array<Slot, limits::kGuardedMappings> slots;

std::function<std::string(const Error&)>& LossText() {
  static std::function<std::string(const Error&)> text = [](const Error& error) {
    return "trafrec: " + error.what + "\ntry: " + error.remedy + "\n";
  };
  return text;
}

/// Only calls that are safe in a signal handler.
void OnBusError(int signal, siginfo_t* info, void* /*context*/) {
  const auto* const address = static_cast<const char*>(info->si_addr);
  for (const Slot& slot : slots) {
    const char* const begin = slot.begin.load(std::memory_order_acquire);
    if (begin != nullptr && address >= begin && address < slot.end.load()) {
      const std::string& text = *slot.text.load();
      [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
      _exit(1);
    }
  }
  // Not ours: the instruction runs again, and faults as it would have without us.
  std::signal(signal, SIG_DFL);
}

void InstallHandler() {
  struct sigaction action{};
  action.sa_sigaction = OnBusError;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGBUS, &action, nullptr);
}

size_t TakeSlot(const char* begin, size_t bytes, const std::string& text) {
  static std::mutex taking;
  const std::lock_guard lock(taking);
  static size_t next = 0;
  for (size_t tried = 0; tried < slots.size(); ++tried) {
    const size_t slot = next++ % slots.size();
    if (slots[slot].begin.load() == nullptr) {
      slots[slot].text = &text;
      slots[slot].end = begin + bytes;
      slots[slot].begin.store(begin, std::memory_order_release);
      return slot;
    }
  }
  return slots.size();
}

}  // namespace

Result<std::shared_ptr<const FileMapping>> FileMapping::Map(int fd, uint64_t offset, size_t bytes,
                                                            const std::string& name) {
  static std::once_flag installed;
  std::call_once(installed, InstallHandler);
  void* const address =
      mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, fd, static_cast<off_t>(offset));
  if (address == MAP_FAILED) {
    return FailErrno(errno, "cannot read " + name);
  }
  madvise(address, bytes, MADV_SEQUENTIAL);
  return std::shared_ptr<const FileMapping>(new FileMapping(address, bytes, name));
}

FileMapping::FileMapping(void* address, size_t bytes, const std::string& name)
    : address_(address),
      bytes_(bytes),
      loss_text_(LossText()(LossOf(name))),
      slot_(TakeSlot(static_cast<const char*>(address), bytes, loss_text_)) {}

Error FileMapping::LossOf(const std::string& name) {
  return {ErrorCode::kIo,
          name + " became shorter while it was read: nothing of this recording can be relied on",
          "read it again when nobody writes to it, or a copy of it"};
}

FileMapping::~FileMapping() {
  if (slot_ < slots.size()) {
    slots[slot_].begin = nullptr;
  }
  munmap(address_, bytes_);
}

void FileMapping::SetLossText(std::function<std::string(const Error&)> text) {
  LossText() = std::move(text);
}

}  // namespace trafrec::capture
