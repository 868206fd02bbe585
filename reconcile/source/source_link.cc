#include "reconcile/source/source_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "base/check.h"
#include "reconcile/source/answers.h"
#include "reconcile/source/limits.h"

namespace trafrec::reconcile {
namespace {

int64_t Now() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

bool IsBusy(int status) { return status == 429 || status == 503; }

std::unexpected<Error> Refused(const std::string& named, std::string_view method,
                               const std::string& target, const message::Answer& answer) {
  const std::string what = fmt::format("the {} answers {} to {} {}{}", named, answer.status, method,
                                       target, ReasonIn(answer.body));
  switch (answer.status) {
    case 401:
      return Fail(ErrorCode::kPermission, what, "give credentials that it takes");
    case 403:
      return Fail(ErrorCode::kPermission, what,
                  "the credentials need the rights to read documents, statistics and tasks");
    case 404:
      return Fail(ErrorCode::kNotFound, what, "name the source itself, as in http://host:9200");
    default:
      return Fail(ErrorCode::kIo, what,
                  IsBusy(answer.status)      ? "ask again when it is less busy"
                  : answer.status / 100 == 3 ? "name the address that it leads to"
                                             : "ask again when it is well: its log says more");
  }
}

}  // namespace

SourcePace SourcePace::Usual() {
  return {limits::kRequestIntervalNs,
          [](int64_t ns) { std::this_thread::sleep_for(std::chrono::nanoseconds(ns)); }};
}

Result<std::unique_ptr<SourceLink>> SourceLink::Open(const send::Target& target, SourcePace pace) {
  std::unique_ptr<SourceLink> link(new SourceLink(target, std::move(pace)));
  TRY_ASSIGN(link->sender_, send::Sender::Make(link->loop_, {target}));
  return link;
}

SourceLink::~SourceLink() {
  if (sender_ != nullptr) {
    sender_->Close();
    loop_.restart();
    loop_.run();
  }
}

send::Sent SourceLink::SendOnce(std::string_view method, const std::string& target,
                                const std::string& body) {
  if (const int64_t early = last_ + pace_.interval_ns - Now(); requests_ > 0 && early > 0) {
    pace_.wait(std::min(early, pace_.interval_ns));
  }
  message::Request request{.method = std::string(method), .target = target, .body = body};
  if (!body.empty()) {
    request.fields = {{"Content-Type", "application/json"},
                      {"Content-Length", std::to_string(body.size())}};
  }
  send::Sent got;
  bool done = false;
  sender_->Send(0, std::move(request), [&](send::Sent& sent) {
    got = std::move(sent);
    done = true;
  });
  while (!done) {
    loop_.restart();
    CHECK(loop_.run_one() == 1);
  }
  ++requests_;
  last_ = Now();
  return got;
}

Result<std::string> SourceLink::Ask(std::string_view method, const std::string& target,
                                    const std::string& body) {
  int64_t pause = limits::kBusyPauseNs;
  for (int tries = 1;; ++tries, pause *= 2) {
    send::Sent sent = SendOnce(method, target, body);
    if (!sent.answered) {
      const ErrorCode code =
          sent.kind == send::Failure::kTooLarge ? ErrorCode::kUnsupported : ErrorCode::kIo;
      return Fail(code, std::move(sent.failure));
    }
    if (sent.answer.status / 100 == 2) {
      return std::move(sent.answer.body);
    }
    if (!IsBusy(sent.answer.status) || tries == limits::kBusyTries) {
      return Refused(named_, method, target, sent.answer);
    }
    pace_.wait(pause);
  }
}

}  // namespace trafrec::reconcile
