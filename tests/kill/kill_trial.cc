#include "tests/kill/kill_trial.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <set>

#include "store/reader/log_reader.h"
#include "store/verify/verify.h"
#include "tests/kill/endless_traffic.h"
#include "tests/support/process.h"
#include "tests/support/random.h"
#include "tests/support/temporary_folder.h"

namespace trafrec::kill {
namespace {

using store::AttemptInfo;
using store::LossCause;
using store::LossRecord;

constexpr uint16_t kPort = 9200;
/// Of requests: a start takes about as long as a few hundred of them, and so do some commits.
constexpr uint32_t kKillWithinRequests = 700;
/// A look into the log costs as much as some kills.
constexpr uint32_t kLookEach = 8;
constexpr size_t kDefectsMax = 20;

using Marks = std::map<uint32_t, store::ExchangeNumber>;

class KillTrial {
 public:
  explicit KillTrial(uint64_t seed) : random_(seed) {}

  KillReport Run(uint64_t kills) {
    std::vector<EndlessTraffic::Request> requests;
    {
      EndlessTraffic traffic(kPort);
      for (; report_.kills < kills; ++report_.kills) {
        test_support::RunningProcess recorder(CommandLine());
        if (random_.Below(3) != 0) {
          recorder.WaitForError("recording on");  // else it may die while it starts
        }
        const uint64_t end = traffic.answered() + random_.Below(kKillWithinRequests);
        while (traffic.answered() < end) {
          sched_yield();
        }
        if (random_.Below(kLookEach) == 0) {
          NoteMarks();
        }
        recorder.Signal(SIGKILL);
        recorder.Finish();
      }
      requests = traffic.Take();
    }
    test_support::RunningProcess last(CommandLine());
    last.WaitForError("recording on");
    last.Signal(SIGINT);
    if (const test_support::Outcome outcome = last.Finish(); outcome.exit_code != 0) {
      Defect("the last start: " + outcome.err);
    }
    Judge(requests);
    return std::move(report_);
  }

 private:
  /// Small segments, so that many kills hit a rotation or a seal.
  std::vector<std::string> CommandLine() {
    return {TRAFREC_BINARY,
            "record",
            "-i",
            "lo",
            "--port",
            "9200",
            "-l",
            log_,
            "--recorder",
            "k",
            "--min-free",
            "0",
            "--durability",
            random_.Below(2) == 0 ? "full" : "normal",
            "--rotate-bytes",
            random_.Below(2) == 0 ? "20KB" : "1MiB"};
  }

  void Defect(std::string what) {
    if (report_.defects.size() < kDefectsMax) {
      report_.defects.push_back(std::move(what));
    }
  }

  std::vector<AttemptInfo> Attempts() const {
    const auto reader = store::LogReader::Open(log_);
    return reader ? (*reader)->Attempts().value_or(std::vector<AttemptInfo>())
                  : std::vector<AttemptInfo>();
  }

  /// What a reader was promised just before the kill.
  void NoteMarks() {
    for (const AttemptInfo& attempt : Attempts()) {
      promised_[attempt.attempt] =
          std::max(promised_[attempt.attempt], attempt.written.exchanges_below);
    }
  }

  void Judge(const std::vector<EndlessTraffic::Request>& requests) {
    const auto reader = store::LogReader::Open(log_);
    if (!reader) {
      return Defect("the log cannot be opened: " + reader.error().what);
    }
    std::map<std::string, uint64_t> times_recorded;
    std::map<uint32_t, std::set<store::ExchangeNumber>> numbers;
    const Status visited = (*reader)->Visit({}, [&](const store::ExchangeRow& row) {
      numbers[row.id.attempt].insert(row.id.number);
      times_recorded[row.target] += row.has_request ? 1 : 0;
      return true;
    });
    if (!visited) {
      return Defect("the log cannot be read: " + visited.error().what);
    }
    const std::vector<AttemptInfo> attempts = Attempts();
    report_.attempts = attempts.size();
    JudgeMarks(attempts, numbers);
    JudgeRequests(attempts, requests, times_recorded);
    const auto verified = store::VerifyLog(log_);
    for (const store::Damage& damage : verified->damages) {
      Defect("verify: " + damage.file + ": " + damage.what);
    }
  }

  void JudgeMarks(const std::vector<AttemptInfo>& attempts,
                  std::map<uint32_t, std::set<store::ExchangeNumber>>& numbers) {
    for (const AttemptInfo& attempt : attempts) {
      const store::ExchangeNumber below =
          std::max(attempt.written.exchanges_below, promised_[attempt.attempt]);
      for (store::ExchangeNumber n = 1; n < below; ++n) {
        if (!numbers[attempt.attempt].contains(n)) {
          Defect(fmt::format("exchange {} of attempt {} is missing below the mark {}", n,
                             attempt.attempt, below));
        }
      }
    }
  }

  void JudgeRequests(const std::vector<AttemptInfo>& attempts,
                     const std::vector<EndlessTraffic::Request>& requests,
                     const std::map<std::string, uint64_t>& times_recorded) {
    report_.requests = requests.size();
    for (const EndlessTraffic::Request& request : requests) {
      const auto found = times_recorded.find(TargetOf(request.number));
      const uint64_t times = found == times_recorded.end() ? 0 : found->second;
      report_.recorded += times > 0 ? 1 : 0;
      if (times > 1) {
        Defect(fmt::format("request {} is there {} times", request.number, times));
      } else if (times == 0 && !IsCovered(attempts, request)) {
        Defect(fmt::format("request {}, sent at {}, is missing, and no loss row covers it",
                           request.number, FormatTime(request.sent_at)));
      }
    }
  }

  /// By an interval, or because no recorder was at work before. One that dies before it has a
  /// segment never was: its start is not known. Its time lies in the crash row of the one before
  /// it, if there is one.
  static bool IsCovered(const std::vector<AttemptInfo>& attempts,
                        const EndlessTraffic::Request& request) {
    const auto first = std::ranges::find_if(
        attempts, [](const AttemptInfo& attempt) { return attempt.started_at != 0; });
    if (first != attempts.end() && request.sent_at < first->started_at) {
      return true;
    }
    for (const AttemptInfo& attempt : attempts) {
      for (const LossRecord& loss : attempt.losses) {
        const bool interval = loss.cause != LossCause::kStart && loss.cause != LossCause::kStop &&
                              loss.cause != LossCause::kGapShare;
        if (interval && loss.from <= request.answered_at && loss.until >= request.sent_at) {
          return true;
        }
      }
    }
    return false;
  }

  test_support::Random random_;
  const test_support::TemporaryFolder folder_;
  const std::string log_ = (folder_ / "log").string();
  Marks promised_;
  KillReport report_;
};

}  // namespace

KillReport RunKillTrial(uint64_t kills, uint64_t seed) { return KillTrial(seed).Run(kills); }

}  // namespace trafrec::kill
