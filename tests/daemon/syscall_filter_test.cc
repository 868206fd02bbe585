#include "daemon/syscall_filter.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <ostream>
#include <string>
#include <thread>

namespace trafrec::daemon {
namespace {

/// What became of a process that installed the filter and then did that: "exit 0", "SIGSYS".
/// `before` runs ahead of the filter.
std::string EndOf(
    const std::function<bool()>& action, const std::function<void()>& before = [] {}) {
  const pid_t child = fork();
  if (child == 0) {
    before();
    if (const Status installed = InstallSyscallFilter(); !installed) {
      _exit(2);
    }
    _exit(action() ? 0 : 1);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFSIGNALED(status) ? std::string("SIG") + sigabbrev_np(WTERMSIG(status))
                             : "exit " + std::to_string(WEXITSTATUS(status));
}

struct Call {
  const char* name;
  void (*make)();

  friend void PrintTo(const Call& call, std::ostream* out) { *out << call.name; }
};

class ForbiddenCall : public testing::TestWithParam<Call> {};

TEST_P(ForbiddenCall, EndsTheProcess) {
  EXPECT_EQ(EndOf([] {
              GetParam().make();
              return true;
            }),
            "SIGSYS");
}

// Raw where the C library might answer by itself.
INSTANTIATE_TEST_SUITE_P(
    SyscallFilter, ForbiddenCall,
    testing::Values(
        Call{"execve", [] { execl("/bin/true", "true", nullptr); }},
        Call{"execveat", [] { syscall(SYS_execveat, AT_FDCWD, "/bin/true", nullptr, nullptr, 0); }},
        Call{"fork", [] { fork(); }}, Call{"ptrace", [] { ptrace(PTRACE_TRACEME, 0, 0, 0); }},
        Call{"process_vm_readv", [] { syscall(SYS_process_vm_readv, 1, 0, 0, 0, 0, 0); }},
        Call{"kill", [] { kill(getppid(), 0); }},
        Call{"tgkill", [] { syscall(SYS_tgkill, getppid(), getppid(), 0); }},
        Call{"mount", [] { mount("none", "/mnt", "tmpfs", 0, nullptr); }},
        Call{"chroot", [] { static_cast<void>(!chroot("/")); }},
        Call{"unshare", [] { unshare(CLONE_NEWUSER); }}, Call{"setns", [] { setns(0, 0); }},
        Call{"setuid", [] { syscall(SYS_setuid, 0); }},
        Call{"setresgid", [] { syscall(SYS_setresgid, 0, 0, 0); }},
        Call{"chown", [] { static_cast<void>(!chown("/", 0, 0)); }},
        Call{"symlink", [] { static_cast<void>(!symlink("/", "/tmp")); }},
        Call{"mknod", [] { syscall(SYS_mknodat, AT_FDCWD, "/tmp", 0, 0); }},
        Call{"bpf", [] { syscall(SYS_bpf, 0, nullptr, 0); }},
        Call{"io_uring_setup", [] { syscall(SYS_io_uring_setup, 1, nullptr); }},
        Call{"userfaultfd", [] { syscall(SYS_userfaultfd, 0); }},
        Call{"perf_event_open", [] { syscall(SYS_perf_event_open, nullptr, 0, 0, 0, 0); }},
        Call{"keyctl", [] { syscall(SYS_keyctl, 0, 0, 0, 0, 0); }},
        Call{"init_module", [] { syscall(SYS_init_module, nullptr, 0, ""); }},
        Call{"reboot", [] { syscall(SYS_reboot, 0, 0, 0, nullptr); }},
        Call{"socket_tcp", [] { socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }},
        Call{"socket_raw", [] { socket(AF_INET, SOCK_RAW, IPPROTO_TCP); }},
        Call{"socket_packet", [] { socket(AF_PACKET, SOCK_RAW, 0); }},
        Call{"connect", [] { connect(0, nullptr, 0); }}, Call{"bind", [] { bind(0, nullptr, 0); }},
        Call{"listen", [] { listen(0, 1); }}, Call{"typing", [] { ioctl(0, TIOCSTI, "x"); }}),
    [](const auto& call) { return std::string(call.param.name); });

TEST(SyscallFilter, LetsThreadsFilesAndMemoryBe) {
  EXPECT_EQ(EndOf([] {
              std::string text;
              std::thread([&] { std::getline(std::ifstream("/proc/self/stat"), text); }).join();
              return !text.empty();
            }),
            "exit 0");
}

TEST(SyscallFilter, LetsTheProcessAbort) {
  EXPECT_EQ(EndOf([] {
              std::signal(SIGABRT, SIG_DFL);
              std::abort();
              return true;
            }),
            "SIGABRT");
}

TEST(SyscallFilter, HoldsForThreadsThatRanBefore) {
  std::promise<void> end;
  std::thread other;
  const auto filtered = [&] {
    size_t threads = 0;
    bool all = true;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
      std::ifstream status(task.path() / "status");
      const std::string text{std::istreambuf_iterator<char>(status), {}};
      all = all && text.find("Seccomp:\t2\n") != std::string::npos;
      ++threads;
    }
    end.set_value();
    other.join();
    return all && threads >= 2;
  };
  EXPECT_EQ(EndOf(filtered, [&] { other = std::thread([&] { end.get_future().wait(); }); }),
            "exit 0");
}

TEST(SyscallFilter, RefusesNewCode) {
  EXPECT_EQ(EndOf([] {
              void* const code = mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              const bool refused = code == MAP_FAILED && errno == EACCES;
              void* const data =
                  mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              return refused && mprotect(data, 4096, PROT_READ | PROT_EXEC) != 0;
            }),
            "exit 0");
}

/// A mistyped host in a config file that is read again must not end a recording.
TEST(SyscallFilter, LetsALookUpOfANameFail) {
  EXPECT_EQ(EndOf([] {
              addrinfo* found = nullptr;
              return getaddrinfo("host.invalid", nullptr, nullptr, &found) != 0;
            }),
            "exit 0");
}

}  // namespace
}  // namespace trafrec::daemon
