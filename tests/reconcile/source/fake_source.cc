#include "tests/reconcile/source/fake_source.h"

#include <cctype>
#include <utility>

namespace trafrec::reconcile {

FakeSource::FakeSource(std::vector<std::string> answers)
    : answers_(std::move(answers)),
      server_({send::ScriptedServer::Answering(
          [this](const std::string& request) { return AnswerTo(request); })}) {}

send::Target FakeSource::target() const {
  return {.name = "source",
          .url = server_.url(),
          .connect_timeout_ms = 60'000,
          .answer_timeout_ms = 60'000};
}

SourcePace FakeSource::pace(int64_t interval_ns) {
  return {interval_ns, [this](int64_t ns) { waits_.push_back(ns); }};
}

std::string FakeSource::AnswerTo(const std::string& request) {
  const size_t version = request.find(" HTTP/1.1\r\n");
  const size_t body = request.find("\r\n\r\n") + 4;
  requests_.push_back(request.substr(0, version) +
                      (body < request.size() ? " " + request.substr(body) : ""));
  std::string answer =
      requests_.size() <= answers_.size() ? answers_[requests_.size() - 1] : "500 no more answers";
  std::string status = "200";
  if (std::isdigit(static_cast<unsigned char>(answer.front())) != 0) {
    status = answer.substr(0, 3);
    answer.erase(0, 4);
  }
  return "HTTP/1.1 " + status + " Said\r\nContent-Length: " + std::to_string(answer.size()) +
         "\r\n\r\n" + answer;
}

}  // namespace trafrec::reconcile
