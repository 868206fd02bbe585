#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/crypto/signing.h"
#include "store/writer/log_writer.h"

// What the commands that write into a log ask of it alike.

namespace trafrec::tools {

/// The host's name in the letters of a recorder's name; "recorder" if nothing is left of it.
std::string DefaultRecorderName(const std::string& host_name);

/// `given`, or this host's.
std::string RecorderNameOr(const std::string& given);

/// "zstd" or "none".
store::Compression CompressionOf(const std::string& name);

/// Null without a path.
Result<std::shared_ptr<const store::crypto::SigningKey>> SigningKeyOf(const std::string& path);

/// What tells two readings of one job from two jobs: `what` and `lists`, which decide what is taken
/// of the files, and the files as they are now (name, size, time). "" if one of them is no regular
/// file: a pipe cannot be told from another.
std::string JobOf(std::string what, std::span<const std::vector<std::string>* const> lists,
                  const std::vector<std::string>& files);

}  // namespace trafrec::tools
