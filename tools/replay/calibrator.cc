#include "tools/replay/calibrator.h"

#include <fmt/format.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <thread>
#include <utility>

#include "replay/calibration/limits.h"
#include "replay/calibration/round_trip_file.h"
#include "replay/send/sender.h"
#include "replay/send/url.h"
#include "tools/units.h"

namespace trafrec::tools {
namespace {

namespace limits = calibration::limits;

constexpr const char* kSourceName = "source";

class CalibratingThread final : public Calibrator {
 public:
  CalibratingThread(calibration::RoundTripFile file, std::vector<send::Target> targets,
                    bool with_source)
      : file_(std::move(file)), targets_(std::move(targets)), with_source_(with_source) {}
  ~CalibratingThread() override { Join(); }

  Status Begin() {
    TRY_ASSIGN(sender_, send::Sender::Make(loop_, targets_));
    for (const send::Target& target : targets_) {
      sides_.push_back({.name = target.name});
      waits_.push_back(false);
    }
    thread_ = std::thread([this] {
      Ask();
      loop_.run();
    });
    return {};
  }

  std::vector<CalibratedSide> Stop() override {
    Join();
    return std::move(sides_);
  }

 private:
  void Join() {
    if (thread_.joinable()) {
      asio::post(loop_, [this] {
        stopped_ = true;
        // What is on its way is awaited, so that a short run has something to show, too.
        timer_.expires_after(std::chrono::milliseconds(limits::kPeriodMs));
        timer_.async_wait([this](const asio::error_code& error) {
          if (!error) {
            sender_->Close();
          }
        });
        EndIfIdle();
      });
      thread_.join();
    }
  }

  void EndIfIdle() {
    if (stopped_ && std::ranges::find(waits_, true) == waits_.end()) {
      timer_.cancel();
      sender_->Close();
    }
  }

  void Ask() {
    for (size_t side = 0; side < targets_.size(); ++side) {
      if (waits_[side]) {
        ++sides_[side].unanswered;
        continue;
      }
      waits_[side] = true;
      sender_->Send(side,
                    {.method = "HEAD",
                     .target = "/",
                     .fields = {{.name = "User-Agent", .value = std::string(calibration::kAgent)}}},
                    [this, side](send::Sent& sent) { Note(side, sent); });
    }
    timer_.expires_after(std::chrono::milliseconds(limits::kPeriodMs));
    timer_.async_wait([this](const asio::error_code& error) {
      if (!error && !stopped_) {
        Ask();
      }
    });
  }

  void Note(size_t side, const send::Sent& sent) {
    waits_[side] = false;
    CalibratedSide& counts = sides_[side];
    if (sent.answered) {
      Keep(side, sent, counts);
    } else {
      ++counts.unanswered;
      counts.trouble = sent.failure;
    }
    EndIfIdle();
  }

  void Keep(size_t side, const send::Sent& sent, CalibratedSide& counts) {
    const int64_t ns = std::max<int64_t>(0, sent.timing.first_read - sent.timing.last_written);
    counts.round_trips.Add(ns);
    const bool source = with_source_ && side + 1 == targets_.size();
    const Status appended =
        file_.Append({.side = source ? calibration::Side::kSource : calibration::Side::kTarget,
                      .name = counts.name,
                      .server = sent.connection.peer,
                      .at = sent.timing.wall,
                      .ns = ns});
    if (!appended) {
      counts.trouble = appended.error().what;
    }
  }

  calibration::RoundTripFile file_;
  const std::vector<send::Target> targets_;  ///< the source, too, as the last
  const bool with_source_;
  asio::io_context loop_{1};
  asio::steady_timer timer_{loop_};
  std::unique_ptr<send::Sender> sender_;
  std::vector<CalibratedSide> sides_;
  std::vector<bool> waits_;  ///< for an answer, by side
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Calibrator>> Calibrator::Start(const std::filesystem::path& run,
                                                      const std::vector<send::Target>& targets,
                                                      const std::string& source) {
  std::vector<send::Target> sides = targets;
  if (!source.empty()) {
    // It is shown no secret, and nothing but a time is taken of its answer.
    TRY_ASSIGN(const send::Url url, send::ParseUrl(source));
    sides.push_back({.name = kSourceName, .url = source, .tls = {.insecure = url.tls}});
  }
  for (send::Target& side : sides) {
    side.connections_max = 1;
    side.answer_timeout_ms = limits::kAnswerTimeoutMs;
  }
  TRY_ASSIGN(calibration::RoundTripFile file, calibration::RoundTripFile::Open(run));
  auto thread =
      std::make_unique<CalibratingThread>(std::move(file), std::move(sides), !source.empty());
  TRY(thread->Begin());
  return thread;
}

std::string InWords(const CalibratedSide& side) {
  std::string words =
      side.round_trips.count() == 0
          ? "not one request was answered"
          : fmt::format("p50 {}, p99 {} of {}", HumanDuration(side.round_trips.Quantile(0.5)),
                        HumanDuration(side.round_trips.Quantile(0.99)),
                        CountOf(side.round_trips.count(), "request"));
  if (side.unanswered > 0) {
    words += fmt::format(", {} without an answer", WithCommas(side.unanswered));
  }
  return side.trouble.empty() ? words : words + ": " + side.trouble;
}

void AppendCalibration(JsonAppender& json, const std::vector<CalibratedSide>& sides) {
  json.Open("calibration", '[');
  for (const CalibratedSide& side : sides) {
    json.Open('{');
    json.Text("name", side.name);
    json.Number("answered", side.round_trips.count());
    json.Number("unanswered", side.unanswered);
    json.Number("p50_ns", side.round_trips.Quantile(0.5));
    json.Number("p99_ns", side.round_trips.Quantile(0.99));
    json.Close('}');
  }
  json.Close(']');
}

}  // namespace trafrec::tools
