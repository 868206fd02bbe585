#include "store/files/process_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>

#include "store/files/file_calls.h"

namespace trafrec::store {
namespace {

// A reader's look at the lock takes microseconds; a real holder keeps it for minutes.
constexpr int kTakeTries = 20;
constexpr std::chrono::milliseconds kTakePause{5};

std::string ReadSmallFile(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

uint64_t StartTimeOfThisProcess() {
  // The second field, the program's name in parentheses, may itself hold spaces and parentheses.
  const std::string stat = ReadSmallFile("/proc/self/stat");
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) {
    return 0;
  }
  std::istringstream fields(stat.substr(name_end + 1));
  std::string field;
  for (int i = 3; i <= 22; ++i) {
    fields >> field;
  }
  return std::strtoull(field.c_str(), nullptr, 10);
}

std::string DescribeThisProcess() {
  std::string boot_id = ReadSmallFile("/proc/sys/kernel/random/boot_id");
  while (!boot_id.empty() && boot_id.back() == '\n') {
    boot_id.pop_back();
  }
  const nlohmann::ordered_json lock = {
      {"boot_id", boot_id}, {"pid", getpid()}, {"start_time", StartTimeOfThisProcess()}};
  return lock.dump() + "\n";
}

LockHolder ParseHolder(const std::string& text) {
  const nlohmann::json lock = nlohmann::json::parse(text, nullptr, false);
  LockHolder holder;
  if (lock.is_object()) {
    holder.boot_id = lock.value("boot_id", std::string());
    holder.pid = lock.value("pid", int64_t{0});
    holder.start_time = lock.value("start_time", uint64_t{0});
  }
  return holder;
}

}  // namespace

Result<ProcessLock> ProcessLock::Take(const std::filesystem::path& path, const std::string& remedy,
                                      const Refusal& refusal) {
  const std::string name = path.string();
  const int fd = Files().Open(name.c_str(), O_RDWR | O_CREAT, 0644);
  if (fd < 0) {
    return FailErrno(errno, "cannot open " + name, remedy);
  }
  ProcessLock lock(fd);
  for (int tries = 1; Files().Lock(fd, LOCK_EX | LOCK_NB) != 0; ++tries) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return FailErrno(errno, "cannot lock " + name);
    }
    if (tries == kTakeTries) {
      return std::unexpected(refusal(ParseHolder(ReadSmallFile(name))));
    }
    std::this_thread::sleep_for(kTakePause);
  }
  const std::string text = DescribeThisProcess();
  if (Files().Truncate(fd, 0) != 0) {
    return FailErrno(errno, "cannot empty " + name);
  }
  // Whoever holds the lock is what counts; a text that is cut short only says less to people.
  if (Files().Write(fd, text.data(), text.size()) < 0) {
    return FailErrno(errno, "cannot write " + name);
  }
  return lock;
}

std::optional<LockHolder> HolderOfLockFile(const std::filesystem::path& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    return std::nullopt;
  }
  if (flock(file.get(), LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK) {
    return std::nullopt;
  }
  return ParseHolder(ReadSmallFile(path.string()));
}

}  // namespace trafrec::store
