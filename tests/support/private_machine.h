#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "tests/support/temporary_folder.h"

// What a test takes of the machine for itself and for the programs that it starts. Root may; so may
// anybody on a kernel that gives user namespaces to all. Without either the test fails, and says
// what to do.

namespace trafrec::test_support {

/// A network of this process alone from now on: loopback, up, and nothing else on the wire. Made
/// before the test starts threads.
class PrivateNetwork {
 public:
  PrivateNetwork();
};

/// Runs a command line of iproute2; fails the test if it fails.
void Ip(const std::string& arguments);

/// A file system of a few megabytes, made in memory, that this process and its programs alone see.
class SmallDisk {
 public:
  explicit SmallDisk(int megabytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  std::filesystem::path log() const { return folder_ / "log"; }

  /// Something else that takes all the room but `left` bytes.
  void Fill(uintmax_t left) const;
  void FreeWhatWasFilled() const;
  void MakeReadOnly() const;

 private:
  TemporaryFolder folder_;
};

}  // namespace trafrec::test_support
