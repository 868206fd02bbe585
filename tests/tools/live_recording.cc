#include "tests/tools/live_recording.h"

#include <sstream>

namespace trafrec::tools {

using nlohmann::json;
using test_support::Outcome;
using test_support::RunningProcess;
using test_support::RunningTrafrec;
using test_support::Trafrec;

std::unique_ptr<RunningTrafrec> LiveRecording::Record(const std::string& log,
                                                      const std::vector<std::string>& more) const {
  std::vector<std::string> arguments = {"record", "-i", "lo",         "--port", "9200",
                                        "-l",     log,  "--recorder", "test"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  auto recorder = std::make_unique<RunningTrafrec>(arguments);
  recorder->WaitForError("recording on lo");
  return recorder;
}

std::unique_ptr<RunningProcess> Curl(const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {"/usr/bin/curl", "-sS", "-o", "/dev/null"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return std::make_unique<RunningProcess>(all);
}

json LastAttempt(const std::string& log) {
  const Outcome outcome = Trafrec({"stats", log, "--json"});
  const json stats = json::parse(outcome.out, nullptr, false);
  return stats.is_discarded() || stats["attempts"].empty() ? json() : stats["attempts"].back();
}

uint64_t WrittenBelow(const std::string& log) {
  const json attempt = LastAttempt(log);
  return attempt.is_null() ? 0 : attempt["written"]["exchanges_below"].get<uint64_t>();
}

std::vector<json> Exported(const std::string& log, std::vector<std::string> filters) {
  filters.insert(filters.begin(), {"export", log});
  const Outcome outcome = Trafrec(filters);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  std::vector<json> objects;
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) {
    objects.push_back(json::parse(line));
  }
  return objects;
}

std::vector<std::string> CompleteExchanges(const std::string& log) {
  std::vector<std::string> lines;
  for (const json& exchange : Exported(log, {"--complete"})) {
    lines.push_back(exchange["method"].get<std::string>() + " " +
                    std::to_string(exchange["status"].get<int>()) + " " +
                    exchange["target"].get<std::string>());
  }
  return lines;
}

}  // namespace trafrec::tools
