#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.h"

// Two networks and a wire between them. The test's own network must be private.

namespace trafrec::test_support {

/// A network beside this one, as long as a process in it lives.
class OtherNetwork {
 public:
  OtherNetwork();
  ~OtherNetwork();

  std::string pid() const { return std::to_string(keeper_.pid()); }
  std::unique_ptr<RunningProcess> Run(const std::vector<std::string>& arguments) const;
  /// A command line of iproute2; fails the test if it fails.
  void Ip(const std::string& arguments) const;

 private:
  /// A program's command line, made to run there.
  std::vector<std::string> Inside(const std::vector<std::string>& arguments) const;

  RunningProcess keeper_;
};

/// The interface `here` with 10.9.0.1, and in the other network `there` with 10.9.0.2.
class Wire {
 public:
  static constexpr const char* kHere = "10.9.0.1";
  static constexpr const char* kThere = "10.9.0.2";

  Wire();
  const OtherNetwork& other() const { return other_; }

 private:
  OtherNetwork other_;
};

}  // namespace trafrec::test_support
