#include "tools/log_options.h"

#include "tools/console.h"
#include "tools/merge_words.h"
#include "tools/terminal.h"

namespace trafrec::tools {

void LogOptions::AddLog(OptionSet& options, const std::string& description) {
  options.Positional("LOG", log_, description);
  identity_.AddTo(options);
}

void LogOptions::AddSeveral(OptionSet& options, bool waits) {
  options.Group("Several recorders");
  options.Texts("--also", also_, "LOG",
                "read this folder as a part of the same log: a copy, or the log of another "
                "machine's recorder; repeatable");
  if (waits) {
    options.List("--without", without_, "RECORDER",
                 "do not wait for this recorder: it is dead, or too far behind; repeatable, or "
                 "separated by commas");
  }
}

Result<std::string> LogOptions::OnlyFolder(const char* option) const {
  if (!also_.empty()) {
    return Fail(ErrorCode::kUsage, std::string(option) + " takes one folder, and --also names more",
                "call it once for each folder");
  }
  return log_;
}

Status LogOptions::Check(const char* example) const {
  return log_.empty() ? Fail(ErrorCode::kUsage, "no log given", std::string("as in: ") + example)
                      : Status();
}

std::vector<std::filesystem::path> LogOptions::folders() const {
  std::vector<std::filesystem::path> folders = {log_};
  folders.insert(folders.end(), also_.begin(), also_.end());
  return folders;
}

Result<store::LogSelection> LogOptions::Select(const char* example) const {
  TRY(Check(example));
  store::LogSelection selection{.folders = folders(), .without = without_};
  TRY_ASSIGN(selection.identities, identity_.Make());
  return selection;
}

void LogOptions::Tell(const std::vector<std::string>& notes) const {
  for (const std::string& note : notes) {
    PrintNote(EscapeForTerminal(note));
  }
  for (const std::string& recorder : without_) {
    PrintNote(WithoutSentence(recorder));
  }
}

Result<std::unique_ptr<store::LogReader>> LogOptions::Open(const char* example, bool quiet) const {
  TRY_ASSIGN(store::LogSelection selection, Select(example));
  TRY_ASSIGN(auto log, store::LogReader::Open(std::move(selection)));
  if (!quiet) {
    Tell(log->notes());
  }
  return log;
}

}  // namespace trafrec::tools
