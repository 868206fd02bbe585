#pragma once

#include "base/error.h"

namespace trafrec::daemon {

/// Can this kernel run the filter? If not, an error that says how to go on without.
Status CheckSyscallFilter();

/// From now on all threads of this process, and those to come, make only the system calls that a
/// recorder in its steady state needs (syscalls.cc); any other one kills the process. For good, and
/// for all that it could start. Sets no_new_privs.
Status InstallSyscallFilter();

}  // namespace trafrec::daemon
