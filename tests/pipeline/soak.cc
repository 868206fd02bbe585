// Runs trials on all cores, seed after seed, until so many exchanges are judged. `tools/dev soak`.

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <thread>

#include "tests/pipeline/gap_cost.h"
#include "tests/pipeline/report.h"

namespace trafrec::pipeline {
namespace {

constexpr uint64_t kShownDefects = 100;
constexpr auto kProgressEvery = std::chrono::seconds(5);

constexpr const char* KindSuffix(TrialKind kind) {
  switch (kind) {
    case TrialKind::kAny:
      return "";
    case TrialKind::kQuotes:
      return " quotes";
    case TrialKind::kLong:
      return " long";
    case TrialKind::kProxied:
      return " proxied";
  }
  return "";
}

class Soak {
 public:
  Soak(uint64_t exchanges, uint64_t seed, TrialKind kind)
      : wanted_(exchanges), kind_(kind), next_seed_(seed) {}

  /// True if no defect was found.
  bool Run();

 private:
  void Work();
  void ShowProgress();
  void ShowFindings(const Trial& trial, const Verdict& verdict);

  const uint64_t wanted_;
  const TrialKind kind_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::atomic<uint64_t> next_seed_;
  std::atomic<uint64_t> done_ = 0;
  std::mutex mutex_;  ///< of what follows
  Report report_;
  uint64_t defects_ = 0;
  bool over_ = false;
  std::condition_variable finished_;
};

void Soak::Work() {
  Report mine;
  while (done_ < wanted_) {
    const Trial trial = MakeTrial(next_seed_++, kind_);
    const Verdict verdict = RunTrial(trial);
    mine.Add(trial, verdict);
    done_ += verdict.total().exchanges;
    if (!verdict.findings.empty()) {
      ShowFindings(trial, verdict);
    }
  }
  const std::lock_guard lock(mutex_);
  report_.Add(mine);
}

void Soak::ShowFindings(const Trial& trial, const Verdict& verdict) {
  const std::lock_guard lock(mutex_);
  if (defects_ < kShownDefects) {
    // A run of one trial is one that looks at it.
    fmt::print("{}again: tools/dev soak 1 {}{}\n\n",
               wanted_ == 1
                   ? Describe(trial, verdict)
                   : fmt::format("seed {}, {}:\n{}", trial.seed,
                                 trial.loss ? trial.loss->Name() : "no loss", verdict.Text()),
               trial.seed, KindSuffix(kind_));
    std::fflush(stdout);
  }
  defects_ += verdict.findings.size();
}

void Soak::ShowProgress() {
  std::unique_lock lock(mutex_);
  while (!finished_.wait_for(lock, kProgressEvery, [this] { return over_; })) {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - started_;
    const uint64_t done = done_;
    fmt::print(stderr, "{} of {} exchanges, {:.0f}/s, {} defects\n", done, wanted_,
               static_cast<double>(done) / passed.count(), defects_);
  }
}

bool Soak::Run() {
  std::thread progress([this] { ShowProgress(); });
  std::vector<std::thread> workers;
  const unsigned cores = wanted_ == 1 ? 1 : std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < cores; ++i) {
    workers.emplace_back([this] { Work(); });
  }
  for (std::thread& worker : workers) {
    worker.join();
  }
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  finished_.notify_all();
  progress.join();
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - started_;
  fmt::print("{}{:.0f} exchanges/s on {} cores\n", report_.Text(),
             static_cast<double>(report_.exchanges()) / passed.count(), cores);
  return report_.defects() == 0;
}

/// What one gap costs, client by client. True if no defect was found.
bool MeasureGaps(uint64_t trials, uint64_t seed) {
  fmt::print("{}", GapCostsHead());
  size_t defects = 0;
  for (const GapCase& which : GapCases()) {
    GapCosts costs;
    for (uint64_t i = 0; i < trials; ++i) {
      const Trial trial = MakeGapTrial(seed + i, which);
      const Verdict verdict = RunTrial(trial);
      costs.Add(verdict.total());
      if (!verdict.findings.empty()) {
        ++defects;
        fmt::print("{}, seed {}: {}\n", which.Name(), seed + i,
                   trials == 1 ? Describe(trial, verdict) : verdict.Text());
      }
    }
    fmt::print("{}", costs.Row(which.Name()));
    std::fflush(stdout);
  }
  return defects == 0;
}

int Usage() {
  fmt::print(stderr,
             "usage: soak EXCHANGES [SEED [quotes|long|proxied]]\n"
             "       soak TRIALS SEED gaps\n");
  return 2;
}

int Main(int argc, char** argv) {
  const uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 0;
  const uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  const std::string_view kind = argc > 3 ? argv[3] : "";
  if (count == 0 || argc > 4) {
    return Usage();
  }
  if (kind == "gaps") {
    return MeasureGaps(count, seed) ? 0 : 1;
  }
  for (const TrialKind known :
       {TrialKind::kAny, TrialKind::kQuotes, TrialKind::kLong, TrialKind::kProxied}) {
    std::string_view name = KindSuffix(known);
    name.remove_prefix(std::min<size_t>(name.size(), 1));
    if (kind == name) {
      return Soak(count, seed, known).Run() ? 0 : 1;
    }
  }
  return Usage();
}

}  // namespace
}  // namespace trafrec::pipeline

int main(int argc, char** argv) { return trafrec::pipeline::Main(argc, argv); }
