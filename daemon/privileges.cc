// What is given up, and in which order.
//
// The bounding set goes first, as that takes CAP_SETPCAP; who does not have it (a user with file or
// ambient capabilities) keeps the set, which means nothing once no_new_privs is there: exec is the
// only way in which a bounding set ever grants anything. Groups go before the user, as only root
// may change them. Leaving uid 0 clears the capabilities; they are cleared by name all the same,
// for those who were not root. At last we try to come back, and must fail.

#include "daemon/privileges.h"

#include <cap-ng.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

namespace trafrec::daemon {
namespace {

bool Runs(const Account& account) {
  return getuid() == account.uid && geteuid() == account.uid && getgid() == account.gid &&
         getegid() == account.gid;
}

Status ClearBoundingSet() {
  if (capng_get_caps_process() != 0) {
    return FailErrno(errno, "cannot read this process's capabilities");
  }
  if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) == 0) {
    return {};
  }
  capng_clear(CAPNG_SELECT_BOUNDS);
  if (capng_apply(CAPNG_SELECT_BOUNDS) != 0) {
    return FailErrno(errno, "cannot give up the bounding set of capabilities");
  }
  return {};
}

Status Become(const Account& account) {
  if (Runs(account)) {
    return {};
  }
  if (setgroups(0, nullptr) != 0) {
    return FailErrno(errno, "cannot give up the supplementary groups",
                     "the container or user namespace forbids it: start as that user there");
  }
  if (setresgid(account.gid, account.gid, account.gid) != 0) {
    return FailErrno(errno, fmt::format("cannot become group {}", account.gid));
  }
  if (setresuid(account.uid, account.uid, account.uid) != 0) {
    return FailErrno(errno, "cannot become user " + account.user,
                     "in a user namespace the user must be mapped, too");
  }
  return {};
}

Status ClearCapabilities() {
  const bool root = geteuid() == 0;
  if (capng_get_caps_process() != 0) {
    return FailErrno(errno, "cannot read this process's capabilities");
  }
  const bool overrides = capng_have_capability(CAPNG_PERMITTED, CAP_DAC_OVERRIDE) != 0;
  capng_clear(CAPNG_SELECT_CAPS);
  capng_clear(CAPNG_SELECT_AMBIENT);
  if (root && overrides) {
    capng_updatev(CAPNG_ADD, static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED),
                  CAP_DAC_OVERRIDE, -1);
  }
  // The ambient set first: it must not hold what the permitted set loses.
  if (capng_apply(CAPNG_SELECT_AMBIENT) != 0 || capng_apply(CAPNG_SELECT_CAPS) != 0) {
    return FailErrno(errno, "cannot give up this process's capabilities");
  }
  return {};
}

}  // namespace

Status CheckMayBecome(const Account& account) {
  if (Runs(account)) {
    return {};
  }
  capng_get_caps_process();
  if (capng_have_capability(CAPNG_EFFECTIVE, CAP_SETUID) == 0 ||
      capng_have_capability(CAPNG_EFFECTIVE, CAP_SETGID) == 0) {
    return Fail(ErrorCode::kPermission,
                fmt::format("--user: {} may not become {} (CAP_SETUID and CAP_SETGID are missing)",
                            CurrentUser(), account.user),
                "start as root, or start as " + account.user + " and leave out --user");
  }
  return {};
}

Status DropPrivileges(const std::optional<Account>& account) {
  TRY(ClearBoundingSet());
  if (account) {
    TRY(Become(*account));
  }
  TRY(ClearCapabilities());
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return FailErrno(errno, "cannot forbid new privileges");
  }
  if (account && setresuid(0, 0, 0) == 0) {
    return Fail(ErrorCode::kPermission, "the user " + account->user + " could become root again",
                "this is a bug of trafrec or of the kernel; please report it");
  }
  return {};
}

Status KeepMemoryPrivate() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return FailErrno(errno, "cannot switch off core files");
  }
  return {};
}

}  // namespace trafrec::daemon
