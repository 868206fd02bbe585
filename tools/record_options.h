#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "capture/recorder.h"
#include "tools/confinement.h"
#include "tools/encryption_options.h"
#include "tools/option_set.h"
#include "tools/redaction_options.h"

namespace trafrec::tools {

/// What `record` is told, and what of it goes where.
struct RecordOptions {
  std::string interface;
  std::vector<std::string> files;
  std::string log;
  std::vector<uint16_t> ports;
  std::vector<std::string> hosts;
  std::string bpf;
  std::string recorder;
  std::string ring = "64MiB";
  int snaplen = 262'144;
  std::string checksums = "auto";
  std::string compress = "zstd";
  int level = 1;
  std::string rotate_bytes = "1GiB";
  std::string rotate_age = "1h";
  std::string durability = "normal";
  std::string min_free = "256MiB";
  std::string memory = "256MiB";
  std::string audience;
  std::vector<std::string> trusted_sentinels;
  std::string retain_bytes;
  std::string retain_age;
  std::string sign;
  RedactionOptions redaction;
  RecipientOptions encryption;
  Confinement confinement;
  std::string scheduling = "normal";
  std::string metrics;
  std::string log_format = "text";
  bool quiet = false;
  bool json = false;

  void AddTo(OptionSet& options);
  bool live() const { return !interface.empty(); }
  /// "interface eth0" or "files".
  std::string SourceName() const { return live() ? "interface " + interface : "files"; }
  /// What is missing or contradicts itself, as a usage error.
  Status Check() const;

  Result<std::unique_ptr<capture::PacketSource>> OpenSource() const;
  Result<capture::RecorderOptions> MakeRecorderOptions() const;
  /// The part of them that a running recording can take over.
  Result<store::LogLimits> MakeLimits() const;
  /// What the log says of where it comes from, with this filter.
  std::string SourceText(const capture::CaptureFilter& filter) const;

 private:
  /// What tells two readings of one job from two jobs: which files, as they are now, and all that
  /// decides what is taken of them. Empty if that cannot be said: live, or from a pipe.
  std::string JobName() const;
};

}  // namespace trafrec::tools
