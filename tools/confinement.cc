#include "tools/confinement.h"

#include "daemon/privileges.h"
#include "daemon/syscall_filter.h"
#include "tools/log_folder.h"

namespace trafrec::tools {

void Confinement::AddTo(OptionSet& options) {
  options.Group("Rights");
  options.Text("--user", user_, "NAME",
               "become this user once the sockets are open, and give up every other right");
  options.Text("--group", group_, "NAME",
               "with --user: in this group; the user's own if not given");
  options.Flag("--no-sandbox", no_sandbox_,
               "no filter of system calls: for kernels that lack it, and for debuggers that call "
               "into the process");
}

Status Confinement::Check() {
  if (user_.empty() && !group_.empty()) {
    return Fail(ErrorCode::kUsage, "--group is given without --user",
                "name the user, too: --user NAME --group " + group_);
  }
  if (!user_.empty()) {
    TRY_ASSIGN(account_, daemon::FindAccount(user_, group_));
    TRY(daemon::CheckMayBecome(*account_));
  }
  return no_sandbox_ ? Status() : daemon::CheckSyscallFilter();
}

Status Confinement::LeaveRights(const std::filesystem::path& log,
                                const std::string& recorder) const {
  if (account_) {
    TRY(MakeLogFolderFor(*account_, log));
  }
  TRY(daemon::DropPrivileges(account_));
  TRY(daemon::KeepMemoryPrivate());
  return CheckMayWriteLog(log, recorder);
}

Status Confinement::FilterSyscalls() const {
  return no_sandbox_ ? Status() : daemon::InstallSyscallFilter();
}

}  // namespace trafrec::tools
