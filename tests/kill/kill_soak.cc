// Kills the recorder so many times, a log of a hundred kills after the other. Keeps in a file how
// far it has come, and goes on from there. `tools/dev soak kill`.

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>

#include "tests/kill/kill_trial.h"
#include "tests/support/private_machine.h"

namespace trafrec::kill {
namespace {

constexpr uint64_t kKillsPerLog = 100;

/// What is done so far.
struct Progress {
  uint64_t kills = 0;
  uint64_t attempts = 0;
  uint64_t requests = 0;
  uint64_t recorded = 0;
  uint64_t defects = 0;
};

Progress Load(const std::string& path) {
  Progress done;
  std::ifstream(path) >> done.kills >> done.attempts >> done.requests >> done.recorded >>
      done.defects;
  return done;
}

/// Whole or not at all: the soak itself may be killed, too.
void Save(const std::string& path, const Progress& done) {
  std::ofstream(path + ".new") << fmt::format("{} {} {} {} {}\n", done.kills, done.attempts,
                                              done.requests, done.recorded, done.defects);
  std::rename((path + ".new").c_str(), path.c_str());
}

int Main(uint64_t kills, const std::string& progress_file) {
  const test_support::PrivateNetwork network;
  Progress done = Load(progress_file);
  if (done.kills > 0 && done.kills < kills) {
    fmt::print("going on after {} kills\n", done.kills);
  }
  while (done.kills < kills) {
    const uint64_t seed = 1 + done.kills / kKillsPerLog;
    const KillReport report = RunKillTrial(std::min(kKillsPerLog, kills - done.kills), seed);
    for (const std::string& defect : report.defects) {
      fmt::print("seed {}: {}\n", seed, defect);
    }
    done.kills += report.kills;
    done.attempts += report.attempts;
    done.requests += report.requests;
    done.recorded += report.recorded;
    done.defects += report.defects.size();
    Save(progress_file, done);
    fmt::print("{} of {} kills, {} defects\n", done.kills, kills, done.defects);
    std::fflush(stdout);
  }
  fmt::print(
      "{} kills of {} recordings: {} requests were answered, {} are in the logs, {} defects\n",
      done.kills, done.attempts, done.requests, done.recorded, done.defects);
  std::remove(progress_file.c_str());
  return done.defects == 0 ? 0 : 1;
}

}  // namespace
}  // namespace trafrec::kill

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: kill_soak KILLS PROGRESS-FILE\n");
    return 2;
  }
  return trafrec::kill::Main(std::strtoull(argv[1], nullptr, 10), argv[2]);
}
