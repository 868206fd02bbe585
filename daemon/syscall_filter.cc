#include "daemon/syscall_filter.h"

#include <linux/sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <type_traits>

#include "daemon/syscalls.h"

namespace trafrec::daemon {
namespace {

constexpr const char* kWithout =
    "--no-sandbox records without the filter of system calls; its other limits stay";

/// The argument of that number, from 0, has that value.
constexpr scmp_arg_cmp Is(unsigned argument, scmp_datum_t value) {
  return {.arg = argument, .op = SCMP_CMP_EQ, .datum_a = value, .datum_b = 0};
}

/// Its bits under the mask have that value.
constexpr scmp_arg_cmp Masked(unsigned argument, scmp_datum_t mask, scmp_datum_t value) {
  return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

struct ReleaseFilter {
  void operator()(void* filter) const { seccomp_release(filter); }
};

/// Collects rules; the first that libseccomp refuses is kept.
class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_KILL_PROCESS)) {
    if (context_ == nullptr) {
      failure_ = ENOMEM;
      return;
    }
    Set(SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    Set(SCMP_FLTATR_CTL_TSYNC, 1);
    // A tree of comparisons instead of a row of them: a hundred calls are told apart in seven.
    Set(SCMP_FLTATR_CTL_OPTIMIZE, 2);
    // Older kernels slow down all memory of a filtered process, for those that run others' code
    // (speculative store bypass). This one runs its own.
    Set(SCMP_FLTATR_CTL_SSB, 1);
  }

  void Allow(int call) { Add(SCMP_ACT_ALLOW, call); }
  void Allow(int call, scmp_arg_cmp one) { Add(SCMP_ACT_ALLOW, call, one); }
  void Allow(int call, scmp_arg_cmp one, scmp_arg_cmp other) {
    Add(SCMP_ACT_ALLOW, call, one, other);
  }
  void Refuse(int call, int error) { Add(SCMP_ACT_ERRNO(error), call); }
  void Refuse(int call, int error, scmp_arg_cmp one) { Add(SCMP_ACT_ERRNO(error), call, one); }
  void Refuse(int call, int error, scmp_arg_cmp one, scmp_arg_cmp other) {
    Add(SCMP_ACT_ERRNO(error), call, one, other);
  }

  int Load() { return failure_ != 0 ? failure_ : -seccomp_load(context_.get()); }

 private:
  void Set(scmp_filter_attr attribute, uint32_t value) {
    Keep(seccomp_attr_set(context_.get(), attribute, value));
  }
  template <typename... Conditions>
  void Add(uint32_t action, int call, Conditions... conditions) {
    // Negative: a call that this architecture does not have.
    if (call >= 0 && failure_ == 0) {
      Keep(seccomp_rule_add(context_.get(), action, call, sizeof...(conditions), conditions...));
    }
  }
  void Keep(int status) { failure_ = failure_ == 0 ? -status : failure_; }

  std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, ReleaseFilter> context_;
  int failure_ = 0;
};

/// Threads may be made, processes may not; and nobody but this process gets its signals.
void AddThreads(Filter& filter) {
  filter.Allow(SCMP_SYS(clone), Masked(0, CLONE_THREAD, CLONE_THREAD));
  // Its flags lie in memory, where no filter can see them; the C library then takes clone.
  filter.Refuse(SCMP_SYS(clone3), ENOSYS);
  filter.Allow(SCMP_SYS(tgkill), Is(0, static_cast<scmp_datum_t>(getpid())));
  filter.Allow(SCMP_SYS(prctl), Is(0, PR_SET_NAME));
  filter.Allow(SCMP_SYS(prctl), Is(0, PR_GET_NAME));
  filter.Allow(SCMP_SYS(prctl), Is(0, PR_SET_VMA));
  // Limits may be read: of this process, with no new ones given.
  filter.Allow(SCMP_SYS(prlimit64), Is(0, 0), Is(2, 0));
}

/// Memory is data or code, and the code is all there. A library that would be loaded now (a name
/// service's) is refused, and its caller goes on without.
void AddMemory(Filter& filter) {
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
    filter.Allow(call, Masked(2, PROT_EXEC, 0));
    filter.Refuse(call, EACCES, Masked(2, PROT_EXEC, PROT_EXEC));
  }
}

/// A terminal may be asked for its size, a socket made non-blocking. Typing into a terminal
/// (TIOCSTI) is not among them.
void AddControls(Filter& filter) {
  for (const unsigned long request : {TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO}) {
    filter.Allow(SCMP_SYS(ioctl), Is(1, request));
  }
}

/// No new socket. Those that look up a name are refused in a way that the C library can bear: an
/// unknown host in a reloaded config is a mistake, not an attack.
void AddSockets(Filter& filter) {
  constexpr scmp_datum_t kTypeMask = 0xf;  // without SOCK_CLOEXEC and SOCK_NONBLOCK
  for (const int family : {AF_UNIX, AF_NETLINK}) {
    filter.Refuse(SCMP_SYS(socket), EACCES, Is(0, static_cast<scmp_datum_t>(family)));
  }
  for (const int family : {AF_INET, AF_INET6}) {
    filter.Refuse(SCMP_SYS(socket), EACCES, Is(0, static_cast<scmp_datum_t>(family)),
                  Masked(1, kTypeMask, SOCK_DGRAM));
  }
}

/// Only in builds with a sanitizer. LeakSanitizer looks on from a process that shares our memory.
void AddSanitizer(Filter& filter) {
  if (SanitizerCalls().empty()) {
    return;
  }
  for (const int call : SanitizerCalls()) {
    filter.Allow(call);
  }
  filter.Allow(SCMP_SYS(clone), Masked(0, CLONE_VM | CLONE_UNTRACED, CLONE_VM | CLONE_UNTRACED));
  for (const auto request : {PTRACE_ATTACH, PTRACE_CONT, PTRACE_DETACH, PTRACE_GETREGSET,
                             PTRACE_GETREGS, PTRACE_GETSIGINFO, PTRACE_KILL}) {
    filter.Allow(SCMP_SYS(ptrace), Is(0, static_cast<scmp_datum_t>(request)));
  }
}

}  // namespace

Status CheckSyscallFilter() {
  // Level 3 has the action that ends the process, and 2 has filters for all threads at once.
  constexpr unsigned kNeededLevel = 3;
  if (seccomp_api_get() < kNeededLevel) {
    return Fail(ErrorCode::kUnsupported,
                "this kernel cannot filter system calls (it lacks seccomp, or is older than 4.14)",
                kWithout);
  }
  return {};
}

Status InstallSyscallFilter() {
  TRY(CheckSyscallFilter());
  Filter filter;
  for (const int call : AllowedCalls()) {
    filter.Allow(call);
  }
  AddThreads(filter);
  AddMemory(filter);
  AddControls(filter);
  AddSockets(filter);
  AddSanitizer(filter);
  if (const int failure = filter.Load(); failure != 0) {
    return FailErrno(failure, "cannot filter this process's system calls", kWithout);
  }
  return {};
}

}  // namespace trafrec::daemon
