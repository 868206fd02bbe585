#pragma once

#include <string>

#include "base/error.h"
#include "replay/send/target.h"

// Secrets that a user keeps in files or in the environment. No message has any of them.

namespace trafrec::send {

/// Fails if `path` is not there, or if others than its owner may do anything with it. What is no
/// regular file (a pipe of the shell's) is let through.
Status CheckOwnersOnly(const std::string& path);

/// Fails if it is empty or has control characters.
Result<std::string> ReadSecret(const SecretPlace& place);

}  // namespace trafrec::send
