#pragma once

#include <string>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace trafrec::telemetry {

/// A TCP socket that listens: opened before rights are dropped, served after.
class ListenSocket {
 public:
  /// `address` is PORT (of 127.0.0.1), HOST:PORT or [IPV6]:PORT; port 0 is any that is free. An
  /// Error names the address, the reason, and what else to try.
  static Result<ListenSocket> Open(const std::string& address);

  /// Gives the socket away; -1 afterwards.
  int Release() { return fd_.Release(); }
  /// "127.0.0.1:9105", with the port that it has.
  const std::string& address() const { return address_; }

 private:
  ListenSocket(FileDescriptor fd, std::string address)
      : fd_(std::move(fd)), address_(std::move(address)) {}

  FileDescriptor fd_;
  std::string address_;
};

}  // namespace trafrec::telemetry
