#pragma once

#include <string>

#include "base/file_descriptor.h"

namespace trafrec::telemetry {

/// A connection to "127.0.0.1:PORT" or "[::1]:PORT". Fails the test if there is none to be had.
FileDescriptor Connect(const std::string& address);

/// Sends that, and reads until the server closes.
std::string Ask(const std::string& address, const std::string& request);

/// A GET on a connection of its own; the whole answer, head included.
std::string Get(const std::string& address, const std::string& target,
                const std::string& fields = {});

}  // namespace trafrec::telemetry
