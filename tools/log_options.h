#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/reader/log_reader.h"
#include "tools/encryption_options.h"
#include "tools/option_set.h"

namespace trafrec::tools {

/// The log that a command reads: a folder, or several that are read as one.
class LogOptions {
 public:
  /// The argument LOG, and --identity, which opens it if it is encrypted.
  void AddLog(OptionSet& options, const std::string& description);
  /// For a command that finds the log among other words: --identity alone, and the folder later.
  void AddIdentity(OptionSet& options) { identity_.AddTo(options); }
  void SetLog(std::string log) { log_ = std::move(log); }
  /// --also, and for commands that wait for recorders, --without.
  void AddSeveral(OptionSet& options, bool waits);

  /// A missing argument is a usage error with `example`.
  Status Check(const char* example) const;
  std::vector<std::filesystem::path> folders() const;

  /// Checks, and opens all of them as one log. Unless `quiet`, says on standard error
  /// what is odd about the folders, and whom nobody waits for.
  Result<std::unique_ptr<store::LogReader>> Open(const char* example, bool quiet = false) const;

  /// The same in two steps, for what is no LogReader: checks and names them; says what is odd.
  Result<store::LogSelection> Select(const char* example) const;
  void Tell(const std::vector<std::string>& notes) const;

  /// The one folder, for what cannot be done with several: else an Error that names `option`.
  Result<std::string> OnlyFolder(const char* option) const;

  /// Those that --identity names.
  Result<store::Identities> Identities() const { return identity_.Make(); }

  const std::string& log() const { return log_; }
  const std::vector<std::string>& without() const { return without_; }

 private:
  std::string log_;
  IdentityOptions identity_;
  std::vector<std::string> also_;
  std::vector<std::string> without_;
};

}  // namespace trafrec::tools
