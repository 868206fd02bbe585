#include "tools/record_control.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <type_traits>
#include <utility>
#include <vector>

#include "store/files/log_layout.h"

namespace trafrec::tools {
namespace {

using control::Json;

/// A name that fits into a socket's path: the log's own, as several logs share one folder.
std::string SocketName(const std::string& log, const std::string& recorder) {
  const Result<store::LogIdentity> identity = store::ReadLogIdentity(log);
  const std::string id = identity ? identity->log_id.substr(0, 12) + "-" : "";
  return "record-" + id + recorder.substr(0, 24);
}

/// As a person would say it to tcpdump; what record adds for fragments and tags is left out.
std::string FilterText(const capture::CaptureFilter& filter) {
  std::vector<std::string> parts;
  if (!filter.ports.empty()) {
    parts.push_back(fmt::format("tcp port {}", fmt::join(filter.ports, " or ")));
  }
  if (!filter.hosts.empty()) {
    parts.push_back(fmt::format("host {}", fmt::join(filter.hosts, " or ")));
  }
  if (!filter.bpf.empty()) {
    parts.push_back(filter.bpf);
  }
  return parts.size() == 1 ? parts.front()
         : parts.empty()   ? std::string()
                           : fmt::format("({})", fmt::join(parts, ") and ("));
}

template <typename T>
Result<std::vector<T>> ListOf(const Json& request, const char* name) {
  std::vector<T> values;
  const auto found = request.find(name);
  if (found == request.end()) {
    return values;
  }
  for (const Json& each : *found) {
    const bool fits =
        std::is_integral_v<T> ? each.is_number_unsigned() && each <= 65'535 : each.is_string();
    if (!fits) {
      return Fail(ErrorCode::kUsage,
                  std::string("'") + name + "' of the request is no list of them");
    }
    values.push_back(each.get<T>());
  }
  return values;
}

}  // namespace

Result<std::unique_ptr<RecordControl>> RecordControl::Bind(ControlFacts facts,
                                                           SourceText source_text) {
  TRY_ASSIGN(auto server, control::Server::Bind(SocketName(facts.log, facts.recorder)));
  return std::unique_ptr<RecordControl>(
      new RecordControl(std::move(facts), std::move(source_text), std::move(server)));
}

RecordControl::RecordControl(ControlFacts facts, SourceText source_text,
                             std::unique_ptr<control::Server> server)
    : facts_(std::move(facts)),
      source_text_(std::move(source_text)),
      folder_(std::filesystem::path(facts_.log) / facts_.recorder),
      file_(control::ThisProcess(server->path().string())),
      server_(std::move(server)) {
  facts_.started = now_.at = before_.at = file_.started;
  now_.capturing = true;
}

Status RecordControl::Start(capture::Recorder& recorder) {
  recorder_ = &recorder;
  if (const auto attempts = store::ListAttempts(folder_); attempts && !attempts->empty()) {
    facts_.attempt = store::AttemptDirectoryName(attempts->back());
  }
  TRY(control::WriteControlFile(folder_, file_));
  server_->Serve([this](const Json& request) { return Answer(request); });
  return {};
}

void RecordControl::Show(const capture::RecorderProgress& progress) {
  const std::lock_guard lock(mutex_);
  before_ = std::exchange(now_, progress);
}

void RecordControl::End(const std::string& summary) {
  file_.ended = WallClockNow();
  file_.summary = summary;
  // Whoever asks later learns less; the log is whole without it.
  static_cast<void>(control::WriteControlFile(folder_, file_));
  server_->Stop();
}

Result<Json> RecordControl::Answer(const Json& request) {
  const std::string command = control::TextOf(request, "command");
  if (command == "status") {
    return StatusAnswer();
  }
  if (command == "rotate") {
    return Rotate();
  }
  if (command == "stop") {
    return Stop();
  }
  if (command == "filter") {
    return Filter(request);
  }
  return Fail(ErrorCode::kUsage, "a recorder knows no command '" + command + "'",
              "status, rotate, stop or filter");
}

Json RecordControl::StatusAnswer() {
  recorder_->traffic().Look();
  const capture::CaptureFilter filter = recorder_->filter();
  facts_.source = source_text_(filter);
  const std::lock_guard lock(mutex_);
  return StatusJson(facts_, FilterText(filter), before_, now_, recorder_->traffic().view(),
                    server_->counts());
}

/// Says which segment is open now; a later status tells when there is another one.
Result<Json> RecordControl::Rotate() {
  TRY_ASSIGN(const std::vector<store::SegmentFile> segments,
             store::ListSegments(folder_ / facts_.attempt));
  recorder_->Rotate();
  return Json{{"segment", segments.empty() ? 0 : segments.back().number}};
}

Result<Json> RecordControl::Stop() {
  recorder_->Stop();
  return Json{{"log", facts_.log}};
}

Result<Json> RecordControl::Filter(const Json& request) {
  if (!request.contains("change")) {
    return Json{{"filter", FilterText(recorder_->filter())}};
  }
  capture::CaptureFilter filter{.ports = {}, .hosts = {}, .bpf = control::TextOf(request, "bpf")};
  TRY_ASSIGN(filter.ports, ListOf<uint16_t>(request, "ports"));
  TRY_ASSIGN(filter.hosts, ListOf<std::string>(request, "hosts"));
  TRY_ASSIGN(const capture::FilterChange change,
             recorder_->ChangeFilter(filter, source_text_(filter)));
  return Json{{"before", FilterText(change.before)},
              {"filter", FilterText(filter)},
              {"changed_ns", change.until}};
}

}  // namespace trafrec::tools
