// The list is by purpose, so that whoever adds a feature sees where its calls belong. Found by
// reading and by strace over the tests; what a newer C library may call in their place is here too.
// What is absent is the point: no exec, no fork, no ptrace, no mount, no change of user or
// namespace, no module, no BPF, no io_uring (which would pass by this filter), no new socket.

#include "daemon/syscalls.h"

#include <seccomp.h>

namespace trafrec::daemon {
namespace {

#if defined(__has_feature)
#define TRAFREC_HAS_FEATURE(feature) __has_feature(feature)
#else
#define TRAFREC_HAS_FEATURE(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    TRAFREC_HAS_FEATURE(address_sanitizer) || TRAFREC_HAS_FEATURE(thread_sanitizer)
#define TRAFREC_SANITIZED 1
#endif

constexpr int kAllowed[] = {
    // The log: making, writing, locking, renaming, deleting and listing files.
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(openat2),
    SCMP_SYS(close),
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(lseek),
    SCMP_SYS(ftruncate),
    SCMP_SYS(truncate),
    SCMP_SYS(fallocate),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(flock),
    SCMP_SYS(fcntl),
    SCMP_SYS(rename),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(link),
    SCMP_SYS(linkat),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat),
    SCMP_SYS(rmdir),
    SCMP_SYS(getdents64),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd),
    SCMP_SYS(chmod),
    SCMP_SYS(fchmod),
    SCMP_SYS(fchmodat),
    SCMP_SYS(fchown),
    SCMP_SYS(umask),
    SCMP_SYS(fadvise64),
    SCMP_SYS(dup),
    SCMP_SYS(dup3),
    SCMP_SYS(utimensat),
    SCMP_SYS(copy_file_range),
    SCMP_SYS(sendfile),
    SCMP_SYS(memfd_create),
    // Looking at files and disks.
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(statx),
    SCMP_SYS(statfs),
    SCMP_SYS(fstatfs),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    // The capture, control and metrics: sockets that are open, and those that they accept.
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(select),
    SCMP_SYS(pselect6),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(eventfd2),
    SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),
    SCMP_SYS(getsockname),
    SCMP_SYS(getpeername),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),
    SCMP_SYS(shutdown),
    // Memory. Executable memory is refused in syscall_filter.cc.
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(msync),
    SCMP_SYS(mlock),
    SCMP_SYS(mlock2),
    SCMP_SYS(munlock),
    SCMP_SYS(mincore),
    SCMP_SYS(membarrier),
    // Threads and their end. Making one is in syscall_filter.cc.
    SCMP_SYS(futex),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(get_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_getparam),
    SCMP_SYS(sched_getscheduler),
    SCMP_SYS(getcpu),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(restart_syscall),
    // Signals to this process's own handlers.
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(sigaltstack),
    // Clocks and waiting.
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(nanosleep),
    SCMP_SYS(time),
    SCMP_SYS(times),
    // What the process is, and chance.
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(getrusage),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
    SCMP_SYS(getrandom),
};

#ifdef TRAFREC_SANITIZED
// The runtimes ask more of themselves and of their limits, and LeakSanitizer stops all threads from
// a process of its own (the rest of that is in syscall_filter.cc).
constexpr int kSanitizer[] = {
    SCMP_SYS(prctl),     SCMP_SYS(prlimit64),   SCMP_SYS(getrlimit),
    SCMP_SYS(setrlimit), SCMP_SYS(wait4),       SCMP_SYS(pipe2),
    SCMP_SYS(capget),    SCMP_SYS(personality), SCMP_SYS(arch_prctl),
};
#endif

}  // namespace

std::span<const int> AllowedCalls() { return kAllowed; }

std::span<const int> SanitizerCalls() {
#ifdef TRAFREC_SANITIZED
  return kSanitizer;
#else
  return {};
#endif
}

}  // namespace trafrec::daemon
