#pragma once

#include <optional>

#include "base/error.h"
#include "daemon/account.h"

namespace trafrec::daemon {

/// May this process become `account`? An error says what it lacks. Nothing to do is fine, too.
Status CheckMayBecome(const Account& account);

/// Gives up every right that a process needs no more once its sockets are open, for good: user,
/// group and supplementary groups (with an account), all capabilities, and what exec could bring
/// back (no_new_privs). Root without an account stays root, and keeps CAP_DAC_OVERRIDE, without
/// which it could not write into other users' folders; nothing else. Capabilities belong to a
/// thread: call it before the first one is started.
Status DropPrivileges(const std::optional<Account>& account);

/// No core file is written, and no process of the same user can read this one's memory: it holds
/// keys, and what others sent to each other. Linux forgets it when a process changes its user.
Status KeepMemoryPrivate();

}  // namespace trafrec::daemon
